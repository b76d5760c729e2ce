import type { Clock } from '@claudette/core';
import type { Keyv } from 'keyv';

import { createValueStore } from '../memory/value-store.js';
import { createPatientStore } from './patient-store.js';

export interface ValueCacheOptions<V> {
  readonly clock: Clock;
  /** Most bytes of all values in memory, as `sizeOf` counts them. */
  readonly maxBytes: number;
  /** @default as many as fit */
  readonly maxEntries?: number;
  /** How long a value is served, in milliseconds. */
  readonly ttlMs: number;
  /** Bytes that a value takes. */
  readonly sizeOf: (value: V) => number;
  /** What each hit saves, in any unit. @default the milliseconds that making the value took */
  readonly worthOf?: (value: V, tookMs: number) => number;
  /** Where values outlive memory: any Keyv. The cache does not close it. @default memory only */
  readonly second?: Keyv<V>;
  /** Most milliseconds that a lookup waits for `second`. @default 50 */
  readonly secondTimeoutMs?: number;
}

export interface ValueCacheStats {
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  /** Hits that came from the second tier; they count as hits too. */
  readonly secondHits: number;
  readonly misses: number;
  /** Calls of `getOrMake` that shared another one's making. */
  readonly shared: number;
  /** Writes that the second tier was too slow for, or refused. */
  readonly droppedWrites: number;
}

/** Values of one kind, in memory over an optional second tier. */
export interface ValueCache<V> {
  /** A value that is stored and has not expired. Never rejects: a second tier that fails has nothing. */
  get(key: string): Promise<V | undefined>;
  /**
   * The same; or makes it, once for all who ask at the same time, and stores it. Rejects with what `make` rejects with,
   * which is not stored.
   */
  getOrMake(key: string, make: () => Promise<V>): Promise<V>;
  /** @param tookMs what making it took, in milliseconds. @default 1 */
  set(key: string, value: V, tookMs?: number): void;
  /** Rejects when the second tier does. */
  delete(key: string): Promise<void>;
  /** Rejects when the second tier does. */
  clear(): Promise<void>;
  stats(): ValueCacheStats;
}

interface Kept<V> {
  readonly value: V;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}

/** A cache for any program that keeps what saves most for its size. */
export function createValueCache<V>(options: ValueCacheOptions<V>): ValueCache<V> {
  const { clock, maxBytes, maxEntries = Infinity, ttlMs, sizeOf, worthOf = (_value, tookMs) => tookMs } = options;
  const memory = createValueStore<Kept<V>>({ maxBytes, maxEntries });
  const second = options.second && createPatientStore(options.second, clock, options.secondTimeoutMs ?? 50);
  const makings = new Map<string, Promise<V>>();
  const counts = { hits: 0, secondHits: 0, misses: 0, shared: 0 };
  /** Goes up when something is removed: what was on its way then is not stored. */
  let removals = 0;

  const keep = (key: string, value: V, tookMs: number, expiresAtMs: number): void => {
    memory.set(key, { value, expiresAtMs }, { bytes: sizeOf(value), worth: worthOf(value, tookMs) });
  };
  const store = (key: string, value: V, tookMs: number): void => {
    keep(key, value, tookMs, clock.epochMs() + ttlMs);
    second?.set(key, value, ttlMs);
  };
  const inMemory = (key: string): V | undefined => {
    const kept = memory.get(key);
    if (kept === undefined || kept.expiresAtMs > clock.epochMs()) return kept?.value;
    memory.delete(key);
    return undefined;
  };
  const find = async (key: string): Promise<V | undefined> => {
    const near = inMemory(key);
    if (near !== undefined || second === undefined) return near;
    const removalsBefore = removals;
    const startedAtMs = clock.now();
    const far = await second.get(key);
    if (far === undefined || removals !== removalsBefore) return undefined;
    counts.secondHits += 1;
    // What making it took is not known any more; what it takes to fetch is what a hit in memory saves.
    keep(key, far.value, clock.now() - startedAtMs, far.expiresAtMs ?? clock.epochMs() + ttlMs);
    return far.value;
  };
  const get = async (key: string): Promise<V | undefined> => {
    const value = await find(key);
    if (value === undefined) counts.misses += 1;
    else counts.hits += 1;
    return value;
  };
  const makeAnew = async (key: string, make: () => Promise<V>): Promise<V> => {
    const found = await get(key);
    if (found !== undefined) return found;
    const removalsBefore = removals;
    const startedAtMs = clock.now();
    const value = await make();
    if (removals === removalsBefore) store(key, value, clock.now() - startedAtMs);
    return value;
  };

  return {
    get,
    getOrMake(key, make) {
      const running = makings.get(key);
      if (running !== undefined) {
        counts.shared += 1;
        return running;
      }
      const making = makeAnew(key, make).finally(() => {
        if (makings.get(key) === making) makings.delete(key);
      });
      makings.set(key, making);
      return making;
    },
    set: (key, value, tookMs = 1) => store(key, value, tookMs),
    async delete(key) {
      removals += 1;
      // Who asks from now on wants a value of after this.
      makings.delete(key);
      memory.delete(key);
      await second?.delete(key);
    },
    async clear() {
      removals += 1;
      makings.clear();
      memory.clear();
      await second?.clear();
    },
    stats: () => ({
      ...counts,
      entries: memory.size,
      bytes: memory.bytes,
      droppedWrites: second?.droppedWrites ?? 0,
    }),
  };
}
