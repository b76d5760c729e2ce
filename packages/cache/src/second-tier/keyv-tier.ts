import { randomUUID } from 'node:crypto';

import type { Clock, Observe } from '@claudette/core';

import { compressBody } from '../entry/entry-body.js';
import { createEntryTest, toFilteredFields } from '../entry/entry-filter.js';
import type { EntryFilter } from '../entry/entry-filter.js';
import { formatEntry } from '../entry/entry-text.js';
import type { Entry } from '../entry/entry.js';
import type { KeyvStore } from '../stores/keyv-store.js';
import { formatAnnouncement, listenForRemovals } from './announcements.js';
import { createLookups } from './lookups.js';
import { createPresenceIndex } from './presence-index.js';
import { createRecentWrites } from './recent-writes.js';
import type { SecondTier } from './second-tier.js';
import { createStoreHealth } from './store-health.js';
import { readPage } from './store-pages.js';
import { createSweep } from './sweep.js';
import { within } from './within.js';
import { createWriteQueue } from './write-queue.js';

export interface KeyvTierOptions {
  readonly clock: Clock;
  /** Told of writes that were dropped. */
  readonly observe: Observe;
  /** Most entries in the store; beyond that the oldest leave. */
  readonly maxEntries: number;
  /** Most milliseconds that a lookup waits for the store; one that needs longer is left alone for a while. @default 50 */
  readonly lookupTimeoutMs?: number;
  /** The same, until the store has answered once: one that was just opened is slow at first. @default `lookupTimeoutMs` */
  readonly firstLookupTimeoutMs?: number;
  /** Most milliseconds that each question of counting, listing and removing waits. @default 5000 */
  readonly questionTimeoutMs?: number;
  /** How long a write waits for others to be written with it, in milliseconds. @default 20 */
  readonly writeDelayMs?: number;
  /** Most writes that wait. @default 1000 */
  readonly maxPendingEntries?: number;
  /** Most bytes of answers that wait to be written. @default 16777216 */
  readonly maxPendingBytes?: number;
  /** Most milliseconds that closing takes. @default 2000 */
  readonly closeTimeoutMs?: number;
}

/**
 * A second tier over a Keyv store. The tier owns the store and disconnects it. Counting, listing and removing reject with
 * GatewayError `deadline_exceeded` while the store does not answer.
 */
export function createKeyvTier(store: KeyvStore, options: KeyvTierOptions): SecondTier {
  const { keyv, catalogue, presence, leases } = store;
  const { clock, observe, maxEntries } = options;
  const { lookupTimeoutMs = 50, questionTimeoutMs = 5_000, closeTimeoutMs = 2_000 } = options;
  const ownName = randomUUID();
  const health = createStoreHealth({ clock, ping: () => store.ping(), timeoutMs: lookupTimeoutMs });
  const index = presence && createPresenceIndex(presence, clock);
  const sweep = createSweep({ catalogue, clock, index, maxEntries });
  const recentWrites = createRecentWrites(clock);
  let stopListening = (): void => undefined;
  let hits = 0;
  let misses = 0;
  let closed = false;

  const queue = createWriteQueue({
    clock,
    observe,
    whenReady: () => health.whenBack(),
    delayMs: options.writeDelayMs ?? 20,
    maxEntries: options.maxPendingEntries ?? 1_000,
    maxBytes: options.maxPendingBytes ?? 16_777_216,
    async write(batch) {
      const nowMs = clock.epochMs();
      const rows: { key: string; value: string; ttl: number }[] = [];
      // One after the other: the threads that compress are those that stores and name lookups need.
      for (const [key, entry] of batch) {
        const value = formatEntry(key, entry, await compressBody(entry));
        rows.push({ key, value, ttl: Math.max(1, entry.keptUntilMs - nowMs) });
      }
      await keyv.setMany(rows);
      for (const [key] of batch) index?.add(key);
      recentWrites.add(batch);
      await sweep().catch(() => undefined);
    },
  });
  const lookups = createLookups({
    store,
    clock,
    health,
    index,
    waiting: (key) => queue.get(key),
    timeoutMs: lookupTimeoutMs,
    firstTimeoutMs: options.firstLookupTimeoutMs ?? lookupTimeoutMs,
  });

  /** Asked of a store that is left alone too: nobody's request waits for it. */
  const question = <T>(answer: () => Promise<T>): Promise<T> => within(clock, questionTimeoutMs, answer());
  const toTest = (filter: EntryFilter): ((key: string, entry: Entry) => boolean) => {
    const isMeant = createEntryTest(filter);
    const nowMs = clock.epochMs();
    return (key, entry) => isMeant(toFilteredFields(key, entry), nowMs);
  };
  const announce = (filter: EntryFilter): Promise<void> =>
    question(() => catalogue.announce(formatAnnouncement({ from: ownName, atMs: clock.epochMs(), removed: filter })));

  const removeStored = async (keys: readonly string[]): Promise<number> => {
    if (keys.length === 0) return 0;
    const removed = await question(() => catalogue.remove(keys));
    for (const key of keys) index?.delete(key);
    index?.stepBack();
    return removed;
  };
  const removeMeant = async (filter: EntryFilter): Promise<number> => {
    const isMeant = createEntryTest(filter);
    const nowMs = clock.epochMs();
    const forgotten = new Set(queue.remove(toTest(filter)));
    await question(() => queue.idle());
    let removed = forgotten.size;
    let cursor: string | undefined;
    do {
      const page = await question(() => readPage(store, cursor, nowMs));
      const keys = page.entries.filter((entry) => isMeant(entry, nowMs)).map(({ key }) => key);
      removed += (await removeStored(keys)) - keys.filter((key) => forgotten.has(key)).length;
      cursor = page.next;
    } while (cursor !== undefined);
    return removed;
  };
  /** What this process wrote while the other one looked for it must go as well. */
  const removeToo = (filter: EntryFilter): void => {
    const isMeant = toTest(filter);
    queue.remove(isMeant);
    queue
      .idle()
      .then(() => removeStored(recentWrites.meant(isMeant)))
      .catch(() => undefined);
  };

  return {
    getMany(keys) {
      const found = closed ? undefined : lookups.find(keys);
      if (found === undefined) misses += 1;
      return found?.then((entries) => {
        if (entries.some((entry) => entry !== undefined)) hits += 1;
        else misses += 1;
        return entries;
      });
    },
    peekMany: (keys) => (closed ? undefined : lookups.find(keys)),
    set(key, entry) {
      if (!closed) queue.add(key, entry);
    },
    written: (key) => queue.written(key),
    async count() {
      await question(() => queue.flush());
      return question(() => catalogue.count());
    },
    list: (cursor) => question(() => readPage(store, cursor, clock.epochMs())),
    async remove(filter) {
      const removed = await removeMeant(filter);
      // Not before: others would find it once more and keep it.
      await announce(filter);
      return removed;
    },
    async clear() {
      queue.clear();
      await question(() => queue.idle());
      const before = await question(() => catalogue.count());
      await question(() => keyv.clear());
      index?.clear();
      await announce({});
      return { before, after: await question(() => catalogue.count()) };
    },
    onRemovedElsewhere(listener) {
      stopListening();
      stopListening = listenForRemovals({
        catalogue,
        clock,
        ownName,
        mayAsk: () => health.isAvailable,
        onRemovedElsewhere(filter) {
          removeToo(filter);
          listener(filter);
        },
      });
    },
    ...(leases && { leases }),
    stats: () => ({
      ...(index?.size !== undefined && { entries: index.size }),
      hits,
      misses,
      timeouts: lookups.timeouts,
      failures: lookups.failures,
      available: health.isAvailable,
      unreadable: lookups.unreadable,
      pendingEntries: queue.entries,
      pendingBytes: queue.bytes,
      droppedWrites: queue.dropped,
    }),
    async close() {
      if (closed) return;
      closed = true;
      stopListening();
      await within(clock, closeTimeoutMs / 2, queue.flush()).catch(() => undefined);
      await within(clock, closeTimeoutMs / 2, keyv.disconnect()).catch(() => undefined);
      health.close();
      queue.close();
    },
  };
}
