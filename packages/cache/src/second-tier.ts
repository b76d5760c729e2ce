import type { Entry } from './entry.js';

export interface SecondTierStats {
  /** Entries, as far as is known without asking the store. */
  readonly entries: number;
  readonly hits: number;
  readonly misses: number;
  /** Lookups that the store did not answer in time. */
  readonly timeouts: number;
  /** Lookups that the store answered with an error. */
  readonly failures: number;
  /** Writes that wait. */
  readonly pendingEntries: number;
  readonly pendingBytes: number;
  readonly droppedWrites: number;
}

/** A slower, larger place for entries that outlives the process. It costs a request its hits and nothing else. */
export interface SecondTier {
  /**
   * The entry, expired or not; or nothing when it is not kept, is damaged, or the store is slow or broken. `undefined`
   * instead of a promise: it is certainly not there. Never rejects.
   */
  get(key: string): Promise<Entry | undefined> | undefined;
  /** The same, but it counts neither as a hit nor as a miss. */
  peek(key: string): Promise<Entry | undefined> | undefined;
  /** Writes in the background. Nobody waits for it. */
  set(key: string, entry: Entry): void;
  /** Asks the store how many entries it holds; rejects when it does not answer. */
  count(): Promise<number>;
  /** The keys in the store. */
  list(): Promise<readonly string[]>;
  /** Removes everything; says how many entries there were and are. */
  clear(): Promise<{ readonly before: number; readonly after: number }>;
  stats(): SecondTierStats;
  /** Writes what waits, within a bounded time, and lets the store go. */
  close(): Promise<void>;
}
