import { toSummary } from '../entry/entry.js';
import type { Entry } from '../entry/entry.js';
import type { SecondTier } from '../second-tier/second-tier.js';
import type { Leases } from '../stores/leases.js';

/** A second tier of one process over entries in a Map, which several processes of a test share. */
export const createSharedTier = (entries: Map<string, Entry>, leases?: Leases): SecondTier & { available: boolean } => {
  const getMany = (keys: readonly string[]) => Promise.resolve(keys.map((key) => entries.get(key)));
  const clear = () => {
    const before = entries.size;
    entries.clear();
    return { before, after: 0 };
  };
  const tier: SecondTier & { available: boolean } = {
    available: true,
    ...(leases && { leases }),
    getMany,
    peekMany: getMany,
    // As a queue does, which writes a little later.
    set: (key, entry) => void setImmediate(() => entries.set(key, entry)),
    written: () => new Promise((resolve) => setImmediate(resolve)),
    count: () => Promise.resolve(entries.size),
    list: () =>
      Promise.resolve({ entries: [...entries].map(([key, entry]) => toSummary(key, entry)), next: undefined }),
    remove: () => Promise.resolve(clear().before),
    clear: () => Promise.resolve(clear()),
    onRemovedElsewhere: () => undefined,
    stats: () => ({
      hits: 0,
      misses: 0,
      timeouts: 0,
      failures: 0,
      available: tier.available,
      unreadable: 0,
      pendingEntries: 0,
      pendingBytes: 0,
      droppedWrites: 0,
    }),
    close: () => Promise.resolve(),
  };
  return tier;
};
