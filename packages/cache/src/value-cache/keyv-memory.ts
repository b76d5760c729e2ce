import { EventEmitter } from 'node:events';

import type { Clock } from '@claudette/core';
import type { KeyvStoreAdapter } from 'keyv';

import { createValueStore } from '../memory/value-store.js';
import { textBytes } from './text-bytes.js';

export interface KeyvMemoryOptions {
  readonly clock: Pick<Clock, 'now' | 'epochMs'>;
  /** Most bytes of all values and keys together, the store's own overhead included. */
  readonly maxBytes: number;
  /** @default as many as fit */
  readonly maxEntries?: number;
}

/** Memory for any number of Keyvs, which keeps what took longest to make for its size. */
export interface KeyvMemory {
  /** A store for one Keyv, as in `new Keyv({ store: memory.adapter(), namespace: 'users' })`. */
  adapter(): KeyvStoreAdapter;
  readonly entries: number;
  readonly bytes: number;
}

interface Row {
  readonly text: unknown;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}

/** What the store needs for an entry beyond key and value. */
const OVERHEAD_BYTES = 200;
/** Keys whose last lookup found nothing, and when that was. */
const MAX_MISSES = 10_000;
/** What is stored without having been looked for first: nobody knows what it cost. */
const UNKNOWN_MS = 1;

/**
 * Creates an empty memory. What a value is worth is measured: the time between the lookup that did not find it and its being
 * stored is what it took to make.
 */
export function createKeyvMemory({ clock, maxBytes, maxEntries = Infinity }: KeyvMemoryOptions): KeyvMemory {
  const rows = createValueStore<Row>({ maxBytes, maxEntries });
  const missedAtMs = new Map<string, number>();

  const miss = (key: string): undefined => {
    missedAtMs.delete(key);
    missedAtMs.set(key, clock.now());
    if (missedAtMs.size <= MAX_MISSES) return;
    const [oldest] = missedAtMs.keys();
    if (oldest !== undefined) missedAtMs.delete(oldest);
  };
  const takeEffortMs = (key: string): number => {
    const sinceMs = missedAtMs.get(key);
    missedAtMs.delete(key);
    return sinceMs === undefined ? UNKNOWN_MS : Math.max(UNKNOWN_MS, clock.now() - sinceMs);
  };

  const read = (key: string): unknown => {
    const row = rows.get(key);
    if (row === undefined) return miss(key);
    if (row.expiresAtMs > clock.epochMs()) return row.text;
    rows.delete(key);
    return miss(key);
  };
  const write = (key: string, text: unknown, ttlMs: number | undefined): void => {
    const bytes = OVERHEAD_BYTES + textBytes(key) + (typeof text === 'string' ? textBytes(text) : 0);
    const expiresAtMs = ttlMs === undefined ? Infinity : clock.epochMs() + ttlMs;
    rows.set(key, { text, expiresAtMs }, { bytes, worth: takeEffortMs(key) });
  };
  const clear = (namespace: string | undefined): void => {
    if (namespace === undefined) {
      rows.clear();
      return;
    }
    for (const [key] of rows.entries()) if (key.startsWith(`${namespace}:`)) rows.delete(key);
  };

  const adapter = (): KeyvStoreAdapter =>
    // Keyv listens to its store for errors, of which there are none; it sets `namespace`.
    Object.assign(new EventEmitter(), {
      opts: {},
      namespace: undefined as string | undefined,
      get: async (key: string) => read(key) as never,
      getMany: async (keys: string[]) => keys.map(read) as never,
      set: async (key: string, text: unknown, ttlMs?: number) => write(key, text, ttlMs),
      async setMany(values: { key: string; value: unknown; ttl?: number }[]) {
        for (const { key, value, ttl } of values) write(key, value, ttl);
      },
      delete: async (key: string) => rows.delete(key),
      deleteMany: async (keys: string[]) => keys.map((key) => rows.delete(key)).includes(true),
      has: async (key: string) => (rows.peek(key)?.expiresAtMs ?? 0) > clock.epochMs(),
      async clear(this: KeyvStoreAdapter) {
        clear(this.namespace);
      },
    });

  return {
    adapter,
    get entries() {
      return rows.size;
    },
    get bytes() {
      return rows.bytes;
    },
  };
}
