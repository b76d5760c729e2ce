import { createValueStore } from '@claudette/cache';

import type { EvictionPolicy } from './policy.js';

/** The product's memory store, which holds nothing but that something is there. */
export function createOurs(maxBytes: number): EvictionPolicy {
  const store = createValueStore<true>({ maxBytes, maxEntries: Infinity });
  return {
    get bytes() {
      return store.bytes;
    },
    access(key, bytes, worth) {
      if (store.get(key)) return true;
      store.set(key, true, { bytes, worth });
      return false;
    },
  };
}
