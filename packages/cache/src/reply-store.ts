import type { Clock } from '@claudette/core';

import type { Entry } from './entry.js';
import type { MemoryTier } from './memory-tier.js';
import type { SecondTier } from './second-tier.js';

/** Memory over an optional second tier. */
export interface ReplyStore {
  /**
   * The first of the keys under which an acceptable entry is stored: memory first, then the second tier, whose finds move
   * into memory. Not a promise when memory alone could tell.
   */
  find(keys: readonly string[], accepts: (entry: Entry) => boolean): Entry | undefined | Promise<Entry | undefined>;
  put(key: string, entry: Entry): void;
}

export function createReplyStore(clock: Clock, memory: MemoryTier, secondTier: SecondTier | undefined): ReplyStore {
  const findInMemory = (keys: readonly string[], accepts: (entry: Entry) => boolean): Entry | undefined => {
    for (const key of keys) {
      const entry = memory.get(key);
      if (entry !== undefined && accepts(entry)) return entry;
    }
    return undefined;
  };

  const promote = async (key: string, found: Promise<Entry | undefined>): Promise<Entry | undefined> => {
    const entry = await found;
    if (entry !== undefined) memory.set(key, entry);
    return entry;
  };

  return {
    find(keys, accepts) {
      const entry = findInMemory(keys, accepts);
      if (entry !== undefined || secondTier === undefined) return entry;
      const finds: Promise<Entry | undefined>[] = [];
      for (const key of keys) {
        const found = secondTier.get(key);
        if (found !== undefined) finds.push(promote(key, found));
      }
      if (finds.length === 0) return undefined;
      // While the store was asked, a call that was under way may have ended.
      return Promise.all(finds).then(
        (entries) => entries.find((found) => found !== undefined && accepts(found)) ?? findInMemory(keys, accepts),
      );
    },
    put(key, entry) {
      if (entry.expiresAtMs <= clock.epochMs()) return;
      memory.set(key, entry);
      secondTier?.set(key, entry);
    },
  };
}
