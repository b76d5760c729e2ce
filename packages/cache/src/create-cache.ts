import type { Clock, Observe } from '@claudette/core';

import { listEntries } from './admin/list-entries.js';
import type { EntryPage, ListOptions } from './admin/list-entries.js';
import { preload } from './admin/preload.js';
import type { PreloadOptions, PreloadReport } from './admin/preload.js';
import { createRemovals } from './admin/removals.js';
import type { CachePolicy } from './cache-policy.js';
import { createEntryTest, toFilteredFields } from './entry/entry-filter.js';
import type { EntryFilter } from './entry/entry-filter.js';
import { createMemoryTier } from './memory/memory-tier.js';
import type { MemoryTier } from './memory/memory-tier.js';
import { createReplyStore } from './reply-store.js';
import type { SecondTier, SecondTierStats } from './second-tier/second-tier.js';
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

/** What a removal came to. */
export interface Removal {
  readonly before: TierCounts;
  readonly after: TierCounts;
  /** How many of each tier were meant; what came or went meanwhile is in `after` alone. */
  readonly removed: TierCounts;
}

/** Stored answers. Outlives configurations: the policy comes with each interceptor. */
export interface Cache {
  /** An interceptor over these entries. */
  withCache(policy: CachePolicy): CacheInterceptor;
  stats(): CacheStats;
  /** Counts the entries, which asks the second tier; `stats` knows only what this process has seen of it. */
  count(): Promise<TierCounts>;
  /** A page of what is stored; rejects when the second tier does not answer, or with `invalid_request` for a cursor. */
  list(options?: ListOptions): Promise<EntryPage>;
  /**
   * Removes what a filter means: here at once, from the second tier by the time it resolves, from the memory of other
   * processes about a second later. Answers to calls that are under way are not stored where they are meant. Rejects when
   * the second tier does not answer; this process does not serve what was meant even then.
   */
  remove(filter: EntryFilter): Promise<Removal>;
  /** The same for every entry. */
  clear(): Promise<Removal>;
  /** Brings entries from the second tier into memory, within a number of bytes. Never rejects. */
  preload(options: PreloadOptions): Promise<PreloadReport>;
  /** Changes how many bytes memory may take; the least valuable entries leave until the rest fits. Says what left. */
  resize(maxBytes: number): ReturnType<MemoryTier['resize']>;
  /** Bytes in memory, keys and overhead included. */
  readonly bytes: number;
  /** Most bytes in memory, as of the latest `resize`. */
  readonly maxBytes: number;
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
  const removals = createRemovals(clock);
  const store = createReplyStore(clock, memory, secondTier, removals);

  const removeHere = (filter: EntryFilter): number => {
    removals.add(filter);
    const isMeant = createEntryTest(filter);
    const nowMs = clock.epochMs();
    let removed = 0;
    for (const [key, entry] of memory.walk()) {
      if (isMeant(toFilteredFields(key, entry), nowMs) && memory.delete(key)) removed += 1;
    }
    return removed;
  };
  secondTier?.onRemovedElsewhere(removeHere);

  const clearHere = (): number => {
    const { entries } = memory;
    removals.add({});
    memory.clear();
    return entries;
  };

  return {
    withCache: (policy) =>
      withCache({ ...policy, store, clock, maxEntryBytes, secondTier, onUse: (use) => (uses[use] += 1) }),
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
    list: (page = {}) => listEntries(clock, memory, secondTier, page),
    async remove(filter) {
      const inMemory = memory.entries;
      const removed = removeHere(filter);
      const inStore = (await secondTier?.count()) ?? 0;
      const removedThere = (await secondTier?.remove(filter)) ?? 0;
      return {
        before: { memory: inMemory, secondTier: inStore },
        after: { memory: memory.entries, secondTier: (await secondTier?.count()) ?? 0 },
        removed: { memory: removed, secondTier: removedThere },
      };
    },
    async clear() {
      const inMemory = clearHere();
      const { before, after } = (await secondTier?.clear()) ?? { before: 0, after: 0 };
      return {
        before: { memory: inMemory, secondTier: before },
        after: { memory: memory.entries, secondTier: after },
        removed: { memory: inMemory, secondTier: before },
      };
    },
    preload: (wanted) => preload(clock, memory, secondTier, removals, wanted),
    resize: (bytes) => memory.resize(bytes),
    get bytes() {
      return memory.bytes;
    },
    get maxBytes() {
      return memory.maxBytes;
    },
    async close() {
      await secondTier?.close();
    },
  };
}
