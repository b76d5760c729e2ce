import type { Clock, Observe } from '@claudette/core';

import type { CachePolicy } from './cache-policy.js';
import { createMemoryTier } from './memory-tier.js';
import { createReplyStore } from './reply-store.js';
import type { SecondTier, SecondTierStats } from './second-tier.js';
import { withCache } from './with-cache.js';
import type { CacheInterceptor } from './with-cache.js';

export interface CacheOptions {
  readonly clock: Clock;
  /** Told of evictions. */
  readonly observe: Observe;
  /** Most entries in memory. */
  readonly maxEntries: number;
  /** Most bytes in memory, keys and overhead included. */
  readonly maxBytes: number;
  /** The largest answer that is stored, in bytes; a larger one is served all the same. */
  readonly maxEntryBytes: number;
  /** Where entries outlive the process. Absent: memory only. The cache closes it. */
  readonly secondTier?: SecondTier;
}

export interface CacheStats {
  /** Entries in memory. */
  readonly entries: number;
  /** Bytes in memory, keys and overhead included. */
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  /** Calls that shared another one's upstream call. */
  readonly coalesced: number;
  /** Expired answers that stood in for upstream calls that failed; the failed ones count as misses or coalesced too. */
  readonly stale: number;
  /** Entries that left memory before they were asked to, those whose time was over included. */
  readonly evictions: number;
  readonly secondTier?: SecondTierStats;
}

/** Entries in each tier; one that is in both counts in both. */
export interface TierCounts {
  readonly memory: number;
  readonly secondTier: number;
}

/** Stored answers. Outlives configurations: the policy comes with each interceptor. */
export interface Cache {
  /** An interceptor over these entries. */
  withCache(policy: CachePolicy): CacheInterceptor;
  stats(): CacheStats;
  /** Counts the entries, which asks the second tier; `stats` knows only what this process has seen of it. */
  count(): Promise<TierCounts>;
  /** Removes every entry; says how many there were and are. Calls that are under way are stored when they end. */
  clear(): Promise<{ readonly before: TierCounts; readonly after: TierCounts }>;
  /** Closes the second tier, which writes what waits. */
  close(): Promise<void>;
}

export function createCache(options: CacheOptions): Cache {
  const { clock, observe, secondTier, maxEntries, maxBytes, maxEntryBytes } = options;
  const uses = { hit: 0, miss: 0, coalesced: 0, stale: 0 };
  let evictions = 0;

  const memory = createMemoryTier({
    clock,
    maxEntries,
    maxBytes,
    maxEntryBytes,
    onEvicted(reason, count) {
      evictions += count;
      observe({ kind: 'cache-evicted', reason, count });
    },
  });
  const store = createReplyStore(clock, memory, secondTier);

  return {
    withCache: (policy) => withCache({ ...policy, store, clock, maxEntryBytes, onUse: (use) => (uses[use] += 1) }),
    stats: () => ({
      entries: memory.entries,
      bytes: memory.bytes,
      hits: uses.hit,
      misses: uses.miss,
      coalesced: uses.coalesced,
      stale: uses.stale,
      evictions,
      ...(secondTier && { secondTier: secondTier.stats() }),
    }),
    count: async () => ({ memory: memory.entries, secondTier: (await secondTier?.count()) ?? 0 }),
    async clear() {
      const inMemory = memory.entries;
      memory.clear();
      const removed = (await secondTier?.clear()) ?? { before: 0, after: 0 };
      // A lookup that was under way may have brought an entry back.
      memory.clear();
      return {
        before: { memory: inMemory, secondTier: removed.before },
        after: { memory: memory.entries, secondTier: removed.after },
      };
    },
    async close() {
      await secondTier?.close();
    },
  };
}
