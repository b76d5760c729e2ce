import type { Clock } from '@claudette/core';

import type { EntryFilter } from '../entry/entry-filter.js';
import type { StoreCatalogue } from '../stores/keyv-store.js';
import { within } from './within.js';

/** How long a message stays unread at most. */
const POLL_MS = 1_000;
const TIMEOUT_MS = 5_000;
/** Short of the hour after which messages may be forgotten. */
const MEMORY_MS = 50 * 60_000;

const everything: EntryFilter = {};
/** One that names anything else comes from a newer version, and may mean more than this one understands. */
const knownFields: ReadonlySet<string> = new Set<keyof EntryFilter>([
  'key',
  'tag',
  'operation',
  'backend',
  'model',
  'scope',
  'minAgeMs',
]);

/** That entries were removed from a store, for the processes that share it. */
export interface Announcement {
  /** Which process did. */
  readonly from: string;
  /** When, in milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly removed: EntryFilter;
}

export const formatAnnouncement = (announcement: Announcement): string => JSON.stringify(announcement);

export interface ListenOptions {
  readonly catalogue: Pick<StoreCatalogue, 'announcedSince'>;
  readonly clock: Clock;
  /** Whose announcements are passed over. */
  readonly ownName: string;
  /** The store is left alone while this is false. */
  readonly mayAsk: () => boolean;
  /** Told what others removed. What cannot be read, or was missed, counts as everything. */
  readonly onRemovedElsewhere: (filter: EntryFilter) => void;
}

/** Reads about once a second what other processes removed. Returns how to stop. */
export function listenForRemovals(options: ListenOptions): () => void {
  const { catalogue, clock, ownName, mayAsk, onRemovedElsewhere } = options;
  let position: string | undefined;
  let polledAt = clock.now();
  let isClosed = false;
  let cancelTimer = (): void => undefined;

  /** The age of entries is counted from when they were removed, not from when this is read. */
  const toFilter = ({ atMs, removed }: Announcement): EntryFilter => {
    if (Object.keys(removed).some((name) => !knownFields.has(name))) return everything;
    if (removed.minAgeMs === undefined) return removed;
    return { ...removed, minAgeMs: removed.minAgeMs + Math.max(0, clock.epochMs() - atMs) };
  };
  const read = (text: string): void => {
    const message = parseAnnouncement(text);
    if (message?.from !== ownName) onRemovedElsewhere(message ? toFilter(message) : everything);
  };

  const poll = async (): Promise<void> => {
    const askedAt = clock.now();
    const since = await within(clock, TIMEOUT_MS, catalogue.announcedSince(position));
    if (isClosed) return;
    if (askedAt - polledAt > MEMORY_MS) onRemovedElsewhere(everything);
    position = since.position;
    polledAt = askedAt;
    for (const text of since.texts) read(text);
  };
  const pollOn = (): void => {
    const again = (): void => {
      if (!isClosed) cancelTimer = clock.after(POLL_MS, pollOn);
    };
    // What was not read is still there the next time.
    if (mayAsk()) poll().then(again, again);
    else again();
  };
  pollOn();

  return () => {
    isClosed = true;
    cancelTimer();
  };
}

const parseAnnouncement = (text: string): Announcement | undefined => {
  try {
    const message = JSON.parse(text) as Partial<Announcement> | null;
    return typeof message?.removed === 'object' && typeof message.atMs === 'number'
      ? (message as Announcement)
      : undefined;
  } catch {
    return undefined;
  }
};
