import type { Keyv } from 'keyv';

import type { Leases } from './leases.js';

/** One stored entry, as far as it is needed to list it. */
export interface StoredHead {
  readonly key: string;
  /** The first `HEAD_LENGTH` characters of its text, or all of it. */
  readonly head: string;
}

/** What a Keyv cannot say about its own store. All reject when the store does not answer. */
export interface StoreCatalogue {
  count(): Promise<number>;
  /**
   * A page of what is stored, in any order. Entries that come or go meanwhile may be missed; no other is.
   *
   * @param cursor `next` of the page before; absent: the first page
   */
  page(cursor?: string): Promise<{ readonly heads: readonly StoredHead[]; readonly next: string | undefined }>;
  /** Removes entries; returns how many there were. */
  remove(keys: readonly string[]): Promise<number>;
  /** Removes at most `limit` entries that are to be kept no longer than until then; returns their keys. */
  removeExpired(epochMs: number, limit: number): Promise<readonly string[]>;
  /** Removes the entries that were written first; returns their keys. A store that bounds itself removes none. */
  removeOldest(count: number): Promise<readonly string[]>;
  /** True where `removeOldest` removes none, so that nobody need count. @default false */
  readonly boundsItself?: boolean;
  /** Leaves a message for the other processes that use the store. */
  announce(text: string): Promise<void>;
  /**
   * The messages left since a position, one's own included, and the position to ask from next. Without a position: none,
   * and where the messages end now. Messages may be forgotten after an hour.
   */
  announcedSince(position?: string): Promise<{ readonly texts: readonly string[]; readonly position: string }>;
}

/** Tells which keys a store holds, where that is cheap enough to be kept in mind. */
export interface PresenceSource {
  /** A number that changes when another connection has written. */
  readVersion(): Promise<number>;
  /** The place of the newest key; goes back when the newest keys were removed. */
  readPosition(): Promise<number>;
  /** A page of the keys written after a place, and the place of its last one. Empty: there are no more. */
  listAfter(position: number): Promise<{ readonly keys: readonly string[]; readonly position: number }>;
}

/** A Keyv of texts, and what else its store can do. `keyv` throws on errors and disconnects what it is over. */
export interface KeyvStore {
  readonly keyv: Keyv<string>;
  readonly catalogue: StoreCatalogue;
  /** Absent: every lookup asks the store. */
  readonly presence?: PresenceSource;
  /** Absent: processes that share the store do not share calls. */
  readonly leases?: Leases;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
}
