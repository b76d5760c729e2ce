import type { Clock } from '@claudette/core';

import type { Entry } from './entry.js';
import type { MemoryTier } from './memory-tier.js';
import type { SecondTier } from './second-tier.js';

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
  /** Keeps an entry, unless it has expired already. */
  put(key: string, entry: Entry): void;
}

type Get = (key: string) => Entry | undefined;
type GetLater = (key: string) => Promise<Entry | undefined> | undefined;

export function createReplyStore(clock: Clock, memory: MemoryTier, secondTier: SecondTier | undefined): ReplyStore {
  const inMemory = (keys: readonly string[], accepts: Accepts, get: Get): Entry | undefined => {
    for (const key of keys) {
      const entry = get(key);
      if (entry !== undefined && accepts(entry, clock.epochMs())) return entry;
    }
    return undefined;
  };
  const search = (keys: readonly string[], accepts: Accepts, get: Get, getLater: GetLater): Found => {
    const entry = inMemory(keys, accepts, get);
    if (entry !== undefined || secondTier === undefined) return entry;
    const finds: Promise<Entry | undefined>[] = [];
    for (const key of keys) {
      const found = getLater(key);
      if (found !== undefined) finds.push(found);
    }
    if (finds.length === 0) return undefined;
    return Promise.all(finds).then((entries) => {
      const nowMs = clock.epochMs();
      // While the store was asked, a call that was under way may have ended.
      return entries.find((found) => found !== undefined && accepts(found, nowMs)) ?? inMemory(keys, accepts, get);
    });
  };

  const promote = async (key: string, found: Promise<Entry | undefined>): Promise<Entry | undefined> => {
    const entry = await found;
    const known = memory.peek(key);
    // What was stored while the second tier was asked is newer.
    if (entry !== undefined && (known === undefined || known.expiresAtMs < entry.expiresAtMs)) memory.set(key, entry);
    return entry;
  };

  const get: Get = (key) => memory.get(key);
  const peek: Get = (key) => memory.peek(key);
  const getLater: GetLater = (key) => {
    const found = secondTier?.get(key);
    return found && promote(key, found);
  };
  const peekLater: GetLater = (key) => secondTier?.peek(key);

  return {
    find: (keys, accepts) => search(keys, accepts, get, getLater),
    peek: (keys, accepts) => search(keys, accepts, peek, peekLater),
    put(key, entry) {
      if (entry.expiresAtMs <= clock.epochMs()) return;
      memory.set(key, entry);
      secondTier?.set(key, entry);
    },
  };
}
