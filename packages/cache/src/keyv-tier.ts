import type { Clock, Observe } from '@claudette/core';

import { formatEntry, parseEntry } from './entry-text.js';
import type { Entry } from './entry.js';
import type { KeyvStore } from './keyv-store.js';
import { createPresenceIndex } from './presence-index.js';
import type { SecondTier } from './second-tier.js';
import { createWriteQueue } from './write-queue.js';

export interface KeyvTierOptions {
  readonly clock: Clock;
  /** Told of writes that were dropped. */
  readonly observe: Observe;
  /** Most entries in the store; beyond that the oldest leave. */
  readonly maxEntries: number;
  /** Most milliseconds that a lookup waits for the store. @default 50 */
  readonly lookupTimeoutMs?: number;
  /** How long a write waits for others to be written with it, in milliseconds. @default 20 */
  readonly writeDelayMs?: number;
  /** Most writes that wait. @default 1000 */
  readonly maxPendingEntries?: number;
  /** Most bytes of answers that wait to be written. @default 16777216 */
  readonly maxPendingBytes?: number;
  /** Most milliseconds that closing takes. @default 2000 */
  readonly closeTimeoutMs?: number;
}

const SWEEP_INTERVAL_MS = 60_000;
/** Entries removed at a time: a long delete would hold up lookups. */
const SWEEP_LIMIT = 256;

/** A second tier over a Keyv store. The tier owns the store and disconnects it. */
export function createKeyvTier({ keyv, catalogue }: KeyvStore, options: KeyvTierOptions): SecondTier {
  const { clock, observe, maxEntries, lookupTimeoutMs = 50, closeTimeoutMs = 2_000 } = options;
  const index = createPresenceIndex(catalogue, clock);
  const lookups = new Map<string, Promise<Entry | undefined>>();
  let hits = 0;
  let misses = 0;
  let timeouts = 0;
  let failures = 0;
  /** Lookups that were given up and that the store has not answered yet: while there are any, it is not asked again. */
  let overdue = 0;
  let sweptAt = clock.now();
  let closed = false;

  const sweep = async (): Promise<void> => {
    const excess = index.size - maxEntries;
    const oldest = excess > 0 ? await catalogue.removeOldest(Math.min(excess, SWEEP_LIMIT)) : [];
    for (const key of oldest) index.delete(key);
    if (clock.now() - sweptAt < SWEEP_INTERVAL_MS) return;
    const expired = await catalogue.removeExpired(clock.epochMs(), SWEEP_LIMIT);
    for (const key of expired) index.delete(key);
    if (expired.length < SWEEP_LIMIT) sweptAt = clock.now();
  };

  const queue = createWriteQueue({
    clock,
    observe,
    delayMs: options.writeDelayMs ?? 20,
    maxEntries: options.maxPendingEntries ?? 1_000,
    maxBytes: options.maxPendingBytes ?? 16_777_216,
    async write(batch) {
      const nowMs = clock.epochMs();
      await keyv.setMany(
        batch.map(([key, entry]) => ({
          key,
          value: formatEntry(key, entry),
          ttl: Math.max(1, entry.keptUntilMs - nowMs),
        })),
      );
      for (const [key] of batch) index.add(key);
      await sweep().catch(() => undefined);
    },
  });

  const forget = (key: string): void => {
    index.delete(key);
    keyv.delete(key).catch(() => undefined);
  };
  const read = (key: string, text: string | undefined): Entry | undefined => {
    if (text === undefined) {
      index.delete(key);
      return undefined;
    }
    const entry = parseEntry(key, text);
    if (entry !== undefined && entry.keptUntilMs > clock.epochMs()) return entry;
    forget(key);
    return undefined;
  };

  const lookUp = (key: string): Promise<Entry | undefined> =>
    new Promise((resolve) => {
      let late = false;
      const giveUp = (): void => {
        late = true;
        overdue += 1;
        timeouts += 1;
        resolve(undefined);
      };
      const cancelTimeout = clock.after(lookupTimeoutMs, giveUp);
      const settle = (entry: Entry | undefined): void => {
        if (late) overdue -= 1;
        cancelTimeout();
        resolve(entry);
      };
      keyv.get(key).then(
        (text) => settle(read(key, text)),
        () => {
          failures += 1;
          settle(undefined);
        },
      );
    });

  const find = (key: string): Promise<Entry | undefined> | undefined => {
    const waiting = queue.get(key);
    if (waiting !== undefined) return Promise.resolve(waiting);
    index.refresh();
    const asked = lookups.get(key);
    if (asked !== undefined) return asked;
    if (overdue > 0 || !index.mayHold(key)) return undefined;
    const lookup = lookUp(key);
    lookups.set(key, lookup);
    void lookup.then(() => lookups.delete(key));
    return lookup;
  };

  const count = (entry: Entry | undefined): Entry | undefined => {
    if (entry === undefined) misses += 1;
    else hits += 1;
    return entry;
  };

  /** Resolves when the work is done or the time is up, whichever is first. */
  const within = (timeoutMs: number, work: Promise<unknown>): Promise<void> =>
    new Promise((resolve) => {
      const cancelTimeout = clock.after(timeoutMs, resolve);
      const done = (): void => {
        cancelTimeout();
        resolve();
      };
      work.then(done, done);
    });

  return {
    get(key) {
      if (closed) return undefined;
      const found = find(key);
      if (found === undefined) misses += 1;
      return found?.then(count);
    },
    peek: (key) => (closed ? undefined : find(key)),
    set(key, entry) {
      if (!closed) queue.add(key, entry);
    },
    async count() {
      await queue.flush();
      return catalogue.count();
    },
    async list() {
      const all: string[] = [];
      for (let position = 0; ;) {
        const page = await catalogue.listAfter(position);
        if (page.keys.length === 0) return all;
        all.push(...page.keys);
        position = page.position;
      }
    },
    async clear() {
      queue.clear();
      await queue.flush();
      const before = await catalogue.count();
      await keyv.clear();
      index.clear();
      return { before, after: await catalogue.count() };
    },
    stats: () => ({
      entries: index.size,
      hits,
      misses,
      timeouts,
      failures,
      pendingEntries: queue.entries,
      pendingBytes: queue.bytes,
      droppedWrites: queue.dropped,
    }),
    async close() {
      if (closed) return;
      closed = true;
      await within(
        closeTimeoutMs,
        queue.flush().then(() => keyv.disconnect()),
      );
    },
  };
}
