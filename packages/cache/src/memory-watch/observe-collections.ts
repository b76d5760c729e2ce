import { constants, PerformanceObserver } from 'node:perf_hooks';

/** Calls back soon after each full garbage collection of V8; the returned function ends that. */
export type OnCollection = (callback: () => void) => () => void;

/** What Node adds to an entry of the type `gc`. */
interface CollectionEntry {
  readonly detail?: { readonly kind?: number };
}

export const observeCollections: OnCollection = (callback) => {
  const observer = new PerformanceObserver((list) => {
    const entries = list.getEntries() as readonly CollectionEntry[];
    if (entries.some(({ detail }) => detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR)) callback();
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
};
