import type { Clock } from '@claudette/core';

import type { Removals } from './admin/removals.js';
import type { Entry } from './entry/entry.js';
import type { MemoryTier } from './memory/memory-tier.js';
import type { Lookup, SecondTier } from './second-tier/second-tier.js';

/** Whether an entry will do for a call, at a time in milliseconds since the Unix epoch. */
export type Accepts = (entry: Entry, nowMs: number) => boolean;

/** What a search comes to. Not a promise when memory alone could tell. */
export type Found = Entry | undefined | Promise<Entry | undefined>;

/** Memory over an optional second tier. Both also keep entries that have expired; which will do is the caller's to say. */
export interface ReplyStore {
  /**
   * The first of the keys under which an acceptable entry is stored: memory first, then the second tier, whose finds move
   * into memory.
   */
  find(keys: readonly string[], accepts: Accepts): Found;
  /** The same, but it moves nothing, counts nothing and uses nothing up. */
  peek(keys: readonly string[], accepts: Accepts): Found;
  /**
   * Keeps an entry, unless it has expired already or was removed before it came.
   * @param startedAt when the call that it answers started, on the clock's `now()`
   */
  put(key: string, entry: Entry, startedAt: number): void;
  /** Whether anything was removed since then, on the clock's `now()`: what was asked before may be untrue now. */
  hasRemovedSince(startedAt: number): boolean;
}

type Get = (key: string) => Entry | undefined;

export function createReplyStore(
  clock: Clock,
  memory: MemoryTier,
  secondTier: SecondTier | undefined,
  removals: Pick<Removals, 'since' | 'meanCall' | 'meanStored'>,
): ReplyStore {
  const inMemory = (keys: readonly string[], accepts: Accepts, get: Get): Entry | undefined => {
    for (const key of keys) {
      const entry = get(key);
      if (entry !== undefined && accepts(entry, clock.epochMs())) return entry;
    }
    return undefined;
  };
  /** The store may have been asked before it removed something. */
  const isThere = (key: string | undefined, found: Entry | undefined): found is Entry =>
    key !== undefined && found !== undefined && !removals.meanStored(key, found);
  /** What the second tier has is asked for in one question; a plan has several keys. */
  const search = (keys: readonly string[], accepts: Accepts, get: Get, lookup: Lookup): Found =>
    lookup?.then((entries) => {
      const nowMs = clock.epochMs();
      // While the store was asked, a call that was under way may have ended.
      return (
        entries.find((found, index) => isThere(keys[index], found) && accepts(found, nowMs)) ??
        inMemory(keys, accepts, get)
      );
    });

  const promote = (keys: readonly string[], entries: readonly (Entry | undefined)[]): void => {
    for (const [index, key] of keys.entries()) {
      const entry = entries[index];
      if (!isThere(key, entry)) continue;
      const known = memory.peek(key);
      // What was stored while the second tier was asked is newer.
      if (known === undefined || known.expiresAtMs < entry.expiresAtMs) memory.set(key, entry);
    }
  };
  const lookUp = (keys: readonly string[]): Lookup =>
    secondTier?.getMany(keys)?.then((entries) => {
      promote(keys, entries);
      return entries;
    });

  const get: Get = (key) => memory.get(key);
  const peek: Get = (key) => memory.peek(key);

  return {
    find: (keys, accepts) => inMemory(keys, accepts, get) ?? search(keys, accepts, get, lookUp(keys)),
    peek: (keys, accepts) => inMemory(keys, accepts, peek) ?? search(keys, accepts, peek, secondTier?.peekMany(keys)),
    put(key, entry, startedAt) {
      if (entry.expiresAtMs <= clock.epochMs() || removals.meanCall(key, entry, startedAt)) return;
      memory.set(key, entry);
      secondTier?.set(key, entry);
    },
    hasRemovedSince: removals.since,
  };
}
