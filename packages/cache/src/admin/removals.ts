import type { Clock } from '@claudette/core';

import { createEntryTest, toFilteredFields } from '../entry/entry-filter.js';
import type { EntryFilter } from '../entry/entry-filter.js';
import type { Entry } from '../entry/entry.js';

/** Remembers what was removed, so that nothing of before comes back: a call under way ends later, a lookup too. */
export interface Removals {
  /** Everything that the filter means now is removed. */
  add(filter: EntryFilter): void;
  /** Whether anything was removed since then, on the clock's `now()`. */
  since(startedAt: number): boolean;
  /** Whether the answer to a call that started then, on the clock's `now()`, was removed before it came. */
  meanCall(key: string, entry: Entry, startedAt: number): boolean;
  /** Whether an entry was removed after it was stored. */
  meanStored(key: string, entry: Entry): boolean;
}

interface Removal {
  readonly isMeant: ReturnType<typeof createEntryTest>;
  /** On the clock's `now()`. */
  readonly at: number;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** Removals that are told apart; of a call that started before one that was forgotten it is assumed that it was meant. */
const MAX_REMOVALS = 256;

export function createRemovals(clock: Clock): Removals {
  /** The latest of each filter, the latest of all last. */
  const removals = new Map<string, Removal>();
  let latestAt = -Infinity;
  let latestAtMs = -Infinity;
  let forgottenAt = -Infinity;

  const someMeans = (key: string, entry: Entry, isLater: (removal: Removal) => boolean): boolean => {
    const fields = toFilteredFields(key, entry);
    for (const removal of removals.values()) {
      if (isLater(removal) && removal.isMeant(fields, removal.atMs)) return true;
    }
    return false;
  };

  return {
    add(filter) {
      latestAt = clock.now();
      latestAtMs = Math.max(latestAtMs, clock.epochMs());
      const name = JSON.stringify(filter);
      removals.delete(name);
      removals.set(name, { isMeant: createEntryTest(filter), at: latestAt, atMs: clock.epochMs() });
      const [first] = removals;
      if (removals.size <= MAX_REMOVALS || first === undefined) return;
      removals.delete(first[0]);
      forgottenAt = first[1].at;
    },
    since: (startedAt) => startedAt < latestAt,
    meanCall: (key, entry, startedAt) =>
      startedAt < latestAt && (startedAt < forgottenAt || someMeans(key, entry, ({ at }) => at > startedAt)),
    meanStored: (key, entry) =>
      entry.storedAtMs < latestAtMs && someMeans(key, entry, ({ atMs }) => atMs > entry.storedAtMs),
  };
}
