import { createEntryTest, toFilteredFields } from '../entry/entry-filter.js';
import type { EntryFilter } from '../entry/entry-filter.js';
import { toSummary } from '../entry/entry.js';
import type { Entry } from '../entry/entry.js';
import type { SecondTier } from '../second-tier/second-tier.js';

/** The simplest second tier there is: it stores at once, and two caches over one `rows` are two processes. */
export interface PlainTier extends SecondTier {
  readonly rows: Map<string, Entry>;
  /** Another process has removed something. */
  removeElsewhere(filter: EntryFilter): void;
  /** Lookups and removals begun from now on wait until they are released. */
  hold(): () => void;
  broken: boolean;
}

/** @param pageSize entries of a page */
export function createPlainTier({ pageSize = 3, nowMs = (): number => 0 } = {}): PlainTier {
  const rows = new Map<string, Entry>();
  let listener: (filter: EntryFilter) => void = () => undefined;
  let held = Promise.resolve();
  const peekMany = async (keys: readonly string[]): Promise<readonly (Entry | undefined)[]> => {
    const found = keys.map((key) => rows.get(key));
    await held;
    return found;
  };
  const tier: PlainTier = {
    rows,
    broken: false,
    getMany: peekMany,
    peekMany,
    set: (key, entry) => void rows.set(key, entry),
    written: () => Promise.resolve(),
    async count() {
      if (tier.broken) throw new Error('the store is away');
      return rows.size;
    },
    async list(cursor = '0') {
      const start = Number(cursor);
      const entries = [...rows].slice(start, start + pageSize).map(([key, entry]) => toSummary(key, entry));
      const end = start + pageSize;
      return { entries, next: end < rows.size ? String(end) : undefined };
    },
    async remove(filter) {
      await held;
      if (tier.broken) throw new Error('the store is away');
      const isMeant = createEntryTest(filter);
      const meant = [...rows].filter(([key, entry]) => isMeant(toFilteredFields(key, entry), nowMs()));
      for (const [key] of meant) rows.delete(key);
      return meant.length;
    },
    async clear() {
      const before = rows.size;
      rows.clear();
      return { before, after: 0 };
    },
    onRemovedElsewhere: (told) => void (listener = told),
    removeElsewhere: (filter) => listener(filter),
    hold() {
      let release = (): void => undefined;
      held = new Promise((resolve) => (release = resolve));
      return release;
    },
    stats: () => ({
      entries: rows.size,
      hits: 0,
      misses: 0,
      timeouts: 0,
      failures: 0,
      available: true,
      unreadable: 0,
      pendingEntries: 0,
      pendingBytes: 0,
      droppedWrites: 0,
    }),
    close: () => Promise.resolve(),
  };
  return tier;
}
