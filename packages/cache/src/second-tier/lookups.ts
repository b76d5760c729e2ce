import type { Clock } from '@claudette/core';

import { isKept, parseEntry } from '../entry/entry-text.js';
import type { Entry } from '../entry/entry.js';
import type { KeyvStore } from '../stores/keyv-store.js';
import type { PresenceIndex } from './presence-index.js';
import type { Lookup } from './second-tier.js';
import type { StoreHealth } from './store-health.js';

/** A timer that is this late says more about this process than about the store. */
const HELD_UP_MS = 10;
/** How far the clocks of processes that share a store may be apart. What is younger still was stored before a clock went back. */
const MAX_SKEW_MS = 60_000;

export interface LookupsOptions {
  readonly store: KeyvStore;
  readonly clock: Clock;
  readonly health: StoreHealth;
  /** Absent: any key may be there. */
  readonly index: PresenceIndex | undefined;
  /** What is on its way to the store. */
  readonly waiting: (key: string) => Entry | undefined;
  /** Within which the store must answer. */
  readonly timeoutMs: number;
  /** The same, until it has answered once. */
  readonly firstTimeoutMs: number;
}

/** Questions to a store: as few as can be, and none that lasts longer than its time. */
export interface Lookups {
  /** The entries that are kept, in the order of the keys. Never rejects; undefined when none can be there. */
  find(keys: readonly string[]): Lookup;
  /** Questions that were not answered in time. */
  readonly timeouts: number;
  /** Questions that were answered with an error. */
  readonly failures: number;
  /** Texts that were no entries, and were removed. */
  readonly unreadable: number;
}

type Found = ReadonlyMap<string, Entry>;

const nothing: Found = new Map();

export function createLookups(options: LookupsOptions): Lookups {
  const { clock, health, index, waiting } = options;
  let timeoutMs = options.firstTimeoutMs;
  const { keyv, catalogue } = options.store;
  const underWay = new Map<string, Promise<Found>>();
  let timeouts = 0;
  let failures = 0;
  let unreadable = 0;

  const forget = (key: string): void => {
    index?.delete(key);
    catalogue.remove([key]).catch(() => undefined);
  };
  const read = async (key: string, text: string): Promise<Entry | undefined> => {
    const nowMs = clock.epochMs();
    const entry = await parseEntry(key, text);
    if (entry === undefined) unreadable += 1;
    if (entry === undefined || !isKept(text, nowMs)) {
      forget(key);
      return undefined;
    }
    return entry.storedAtMs <= nowMs + MAX_SKEW_MS ? entry : undefined;
  };
  const readAll = async (keys: readonly string[], texts: readonly (string | undefined)[]): Promise<Found> => {
    const found = new Map<string, Entry>();
    for (const [at, key] of keys.entries()) {
      const text = texts[at];
      if (text === undefined) index?.delete(key);
      const entry = text === undefined ? undefined : await read(key, text);
      if (entry !== undefined) found.set(key, entry);
    }
    return found;
  };

  const ask = (keys: string[]): Promise<Found> =>
    new Promise((resolve) => {
      const dueAt = clock.now() + timeoutMs;
      let isOver = false;
      const end = (found: Found): void => {
        isOver = true;
        cancelTimeout();
        for (const key of keys) underWay.delete(key);
        resolve(found);
      };
      const giveUp = (): void => {
        timeouts += 1;
        health.failed();
        end(nothing);
      };
      let cancelTimeout = clock.after(timeoutMs, () => {
        if (clock.now() <= dueAt + HELD_UP_MS) giveUp();
        // The answer may be there already, and nobody could read it yet.
        else cancelTimeout = clock.after(HELD_UP_MS, giveUp);
      });
      const answered = async (texts: readonly (string | undefined)[]): Promise<void> => {
        timeoutMs = options.timeoutMs;
        if (isOver) return;
        const found = await readAll(keys, texts);
        if (isOver) return;
        health.answered();
        end(found);
      };
      const failed = (): void => {
        if (isOver) return;
        failures += 1;
        health.failed();
        end(nothing);
      };
      keyv.getMany(keys).then(answered).catch(failed);
    });

  /** What is asked for or waits by now. */
  const collect = async (key: string): Promise<Entry | undefined> => {
    const entry = waiting(key) ?? (await underWay.get(key))?.get(key);
    return entry !== undefined && entry.keptUntilMs > clock.epochMs() ? entry : undefined;
  };

  return {
    find(keys) {
      if (health.isAvailable) index?.refresh();
      const toAsk: string[] = [];
      let isKnown = false;
      for (const key of keys) {
        if (waiting(key) !== undefined || underWay.has(key)) isKnown = true;
        else if (health.isAvailable && index?.mayHold(key) !== false) toAsk.push(key);
      }
      if (toAsk.length > 0) {
        const asked = ask(toAsk);
        for (const key of toAsk) underWay.set(key, asked);
      } else if (!isKnown) return undefined;
      return Promise.all(keys.map(collect));
    },
    get timeouts() {
      return timeouts;
    },
    get failures() {
      return failures;
    },
    get unreadable() {
      return unreadable;
    },
  };
}
