import type { EntryFilter } from '../entry/entry-filter.js';
import type { EntrySummary } from '../entry/entry-label.js';
import type { Entry } from '../entry/entry.js';
import type { Leases } from '../stores/leases.js';

export interface SecondTierStats {
  /** Entries, as far as is known without asking the store. Absent: that is not known. */
  readonly entries?: number;
  readonly hits: number;
  readonly misses: number;
  /** Lookups that the store did not answer in time. */
  readonly timeouts: number;
  /** Lookups that the store answered with an error. */
  readonly failures: number;
  /** False while the store is left alone because it is slow or broken: it is asked in the background whether it is back. */
  readonly available: boolean;
  /** Entries that were damaged or of an older version, and were removed. */
  readonly unreadable: number;
  /** Writes that wait. */
  readonly pendingEntries: number;
  readonly pendingBytes: number;
  readonly droppedWrites: number;
}

/** What a lookup comes to: entries in the order of the keys. `undefined` instead of a promise: certainly none is there. */
export type Lookup = Promise<readonly (Entry | undefined)[]> | undefined;

/** A slower, larger place for entries that outlives the process. It costs a request its hits and nothing else. */
export interface SecondTier {
  /**
   * The entries, expired or not, in one question to the store; nothing for those that are not kept, are damaged, or whose
   * store is slow or broken. Never rejects.
   */
  getMany(keys: readonly string[]): Lookup;
  /** The same, but it counts neither as hits nor as misses. */
  peekMany(keys: readonly string[]): Lookup;
  /** Writes in the background. Nobody waits for it. */
  set(key: string, entry: Entry): void;
  /** Resolves when what was set under the key is in the store, or was dropped. Never rejects. */
  written(key: string): Promise<void>;
  /** Asks the store how many entries it holds; rejects when it does not answer. */
  count(): Promise<number>;
  /** A page of what is stored, in any order; rejects when the store does not answer. @param cursor `next` of the page before */
  list(cursor?: string): Promise<{ readonly entries: readonly EntrySummary[]; readonly next: string | undefined }>;
  /** Removes what a filter means, and tells the other processes; says how many there were. Rejects when the store does not answer. */
  remove(filter: EntryFilter): Promise<number>;
  /** Removes everything, and tells the other processes; says how many there were and are. */
  clear(): Promise<{ readonly before: number; readonly after: number }>;
  /** Who is told what other processes removed. One listener; known within about a second. */
  onRemovedElsewhere(listener: (filter: EntryFilter) => void): void;
  /** Absent: processes that share the store do not share calls. */
  readonly leases?: Leases;
  stats(): SecondTierStats;
  /** Writes what waits, within a bounded time, and lets the store go. */
  close(): Promise<void>;
}
