import type { Keyv } from 'keyv';

/** What a Keyv cannot say about its own store. Keys are found in the order in which they were first written. */
export interface StoreCatalogue {
  /** A number that changes when another connection has written. */
  readVersion(): Promise<number>;
  /** The place of the newest key; goes back when the newest keys were removed. */
  readPosition(): Promise<number>;
  /** A page of the keys written after a place, and the place of its last one. Empty: there are no more. */
  listAfter(position: number): Promise<{ readonly keys: readonly string[]; readonly position: number }>;
  count(): Promise<number>;
  /** Removes at most `limit` entries that are to be kept no longer than until then; returns their keys. */
  removeExpired(epochMs: number, limit: number): Promise<readonly string[]>;
  /** Removes the entries that were written first; returns their keys. */
  removeOldest(count: number): Promise<readonly string[]>;
}

/** A Keyv of texts, and the catalogue of its store. `keyv` throws on errors and disconnects what it is over. */
export interface KeyvStore {
  readonly keyv: Keyv<string>;
  readonly catalogue: StoreCatalogue;
}
