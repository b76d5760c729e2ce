import type { Clock, Observe } from '@claudette/core';

import type { Entry } from '../entry/entry.js';
import { nextRestMs } from './store-health.js';

/** Small enough that putting a batch into words does not hold up requests. */
const BATCH_ENTRIES = 64;
const BATCH_BYTES = 1_048_576;
/** After a batch the queue rests this many times as long as the batch took, so that it takes a fifth of a core at most. */
const RESTS_PER_BATCH = 4;
/** With the rests between them they take about a minute. */
const MAX_TRIES = 16;

export interface WriteQueueOptions {
  readonly clock: Clock;
  readonly observe: Observe;
  /** Writes a batch, whole or not at all. */
  readonly write: (batch: readonly (readonly [key: string, entry: Entry])[]) => Promise<void>;
  /** Resolves when the store may be written to. @default at once */
  readonly whenReady?: () => Promise<void> | undefined;
  /** How long the first write waits for others to be written with it. */
  readonly delayMs: number;
  readonly maxEntries: number;
  /** Most bytes of answers that wait. */
  readonly maxBytes: number;
}

/**
 * Writes in the background, in batches, one at a time, with rests between them. A batch that the store refuses is tried
 * again after growing rests, and dropped when it was refused too often.
 */
export interface WriteQueue {
  /** Takes a write, or drops it when the queue is full. */
  add(key: string, entry: Entry): void;
  /** An entry that waits to be written. */
  get(key: string): Entry | undefined;
  /** Forgets what waits and is meant; returns the keys. */
  remove(isMeant: (key: string, entry: Entry) => boolean): readonly string[];
  /** Forgets what waits. */
  clear(): void;
  /** Writes what waits without rests. Resolves when nothing is being written, and nothing waits but what was refused. */
  flush(): Promise<void>;
  /** Resolves when nothing is being written of what waited until now. */
  idle(): Promise<void>;
  /** Resolves when nothing waits under the key. */
  written(key: string): Promise<void>;
  /** Forgets what waits, and writes no more. */
  close(): void;
  readonly entries: number;
  readonly bytes: number;
  readonly dropped: number;
}

export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const { clock, observe, write, whenReady, delayMs, maxEntries, maxBytes } = options;
  const waiting = new Map<string, Entry>();
  let bytes = 0;
  let dropped = 0;
  let cancelStart: (() => void) | undefined;
  let writing: Promise<void> | undefined;
  let batchUnderWay: Promise<boolean> | undefined;
  let flushing = false;
  let restsUntil = -Infinity;
  let refusals = 0;
  let refusalRestMs = 0;
  let listeners: (() => void)[] = [];

  const drop = (reason: 'queue-full' | 'store-failed'): void => {
    dropped += 1;
    observe({ kind: 'cache-write-dropped', reason });
  };
  const remove = (key: string, entry: Entry): void => {
    // Replaced in the meantime: the newer one still waits.
    if (waiting.get(key) !== entry) return;
    waiting.delete(key);
    bytes -= entry.bytes.byteLength;
  };
  const tell = (): void => {
    const told = listeners;
    listeners = [];
    for (const listener of told) listener();
  };
  const nextBatch = (): [string, Entry][] => {
    const batch: [string, Entry][] = [];
    let batchBytes = 0;
    for (const pair of waiting) {
      batch.push(pair);
      batchBytes += pair[1].bytes.byteLength;
      if (batch.length === BATCH_ENTRIES || batchBytes >= BATCH_BYTES) break;
    }
    return batch;
  };

  /** False when the store refused it and it waits on. */
  const writeBatch = async (batch: [string, Entry][]): Promise<boolean> => {
    // All were removed while the store was not ready.
    if (batch.length === 0) return true;
    const startedAt = clock.now();
    const isWritten = await write(batch).then(
      () => true,
      () => false,
    );
    const endedAt = clock.now();
    if (isWritten) {
      refusals = 0;
      refusalRestMs = 0;
      restsUntil = endedAt + RESTS_PER_BATCH * (endedAt - startedAt);
    } else {
      refusals += 1;
      refusalRestMs = nextRestMs(refusalRestMs);
      restsUntil = endedAt + refusalRestMs;
      if (refusals < MAX_TRIES) return false;
      refusals = 0;
      for (let count = batch.length; count > 0; count -= 1) drop('store-failed');
    }
    for (const [key, entry] of batch) remove(key, entry);
    tell();
    return isWritten;
  };
  const writeOn = async (): Promise<void> => {
    do {
      const ready = whenReady?.();
      if (ready !== undefined) await ready;
      batchUnderWay = writeBatch(nextBatch());
    } while ((await batchUnderWay) && flushing && waiting.size > 0);
    batchUnderWay = undefined;
    flushing = false;
    writing = undefined;
    if (waiting.size > 0) startAfter(0);
  };
  const start = (): void => {
    cancelStart?.();
    cancelStart = undefined;
    if (waiting.size > 0) writing ??= writeOn();
  };
  const startAfter = (ms: number): void => {
    cancelStart ??= clock.after(Math.max(ms, restsUntil - clock.now()), start);
  };

  return {
    add(key, entry) {
      const replaced = waiting.get(key);
      const bytesThen = bytes + entry.bytes.byteLength - (replaced?.bytes.byteLength ?? 0);
      if ((replaced === undefined && waiting.size >= maxEntries) || bytesThen > maxBytes) {
        drop('queue-full');
        return;
      }
      waiting.set(key, entry);
      bytes = bytesThen;
      if (writing === undefined) startAfter(delayMs);
    },
    get: (key) => waiting.get(key),
    remove(isMeant) {
      const meant = [...waiting].filter(([key, entry]) => isMeant(key, entry));
      for (const [key, entry] of meant) remove(key, entry);
      tell();
      return meant.map(([key]) => key);
    },
    clear() {
      waiting.clear();
      bytes = 0;
      tell();
    },
    async flush() {
      start();
      flushing = writing !== undefined;
      await writing;
    },
    async idle() {
      await batchUnderWay;
    },
    close() {
      cancelStart?.();
      waiting.clear();
      bytes = 0;
      tell();
    },
    async written(key) {
      while (waiting.has(key)) await new Promise<void>((resolve) => listeners.push(resolve));
    },
    get entries() {
      return waiting.size;
    },
    get bytes() {
      return bytes;
    },
    get dropped() {
      return dropped;
    },
  };
}
