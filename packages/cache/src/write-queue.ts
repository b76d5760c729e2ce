import type { Clock, Observe } from '@claudette/core';

import type { Entry } from './entry.js';

/** Small enough that putting a batch into words does not hold up requests. */
const BATCH_ENTRIES = 64;
const BATCH_BYTES = 1_048_576;
/** After a batch the queue rests this many times as long as the batch took, so that it takes a fifth of a core at most. */
const RESTS_PER_BATCH = 4;

export interface WriteQueueOptions {
  readonly clock: Clock;
  readonly observe: Observe;
  /** Writes a batch, whole or not at all. */
  readonly write: (batch: readonly (readonly [key: string, entry: Entry])[]) => Promise<void>;
  /** How long the first write waits for others to be written with it. */
  readonly delayMs: number;
  readonly maxEntries: number;
  /** Most bytes of answers that wait. */
  readonly maxBytes: number;
}

/** Writes in the background, in batches, one at a time, with rests between them. */
export interface WriteQueue {
  /** Takes a write, or drops it when the queue is full. */
  add(key: string, entry: Entry): void;
  /** An entry that waits to be written. */
  get(key: string): Entry | undefined;
  /** Forgets what waits. */
  clear(): void;
  /** Writes what waits without rests. Resolves when nothing waits and nothing is being written. */
  flush(): Promise<void>;
  readonly entries: number;
  readonly bytes: number;
  readonly dropped: number;
}

export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const { clock, observe, write, delayMs, maxEntries, maxBytes } = options;
  const waiting = new Map<string, Entry>();
  let bytes = 0;
  let dropped = 0;
  let cancelStart: (() => void) | undefined;
  let writing: Promise<void> | undefined;
  let flushing = false;
  let restsUntil = -Infinity;

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

  const writeBatch = async (): Promise<void> => {
    const batch = nextBatch();
    const startedAt = clock.now();
    try {
      await write(batch);
    } catch {
      for (let count = batch.length; count > 0; count -= 1) drop('store-failed');
    }
    restsUntil = clock.now() + RESTS_PER_BATCH * (clock.now() - startedAt);
    for (const [key, entry] of batch) remove(key, entry);
  };
  const writeOn = async (): Promise<void> => {
    do await writeBatch();
    while (flushing && waiting.size > 0);
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
    clear() {
      waiting.clear();
      bytes = 0;
    },
    async flush() {
      start();
      flushing = writing !== undefined;
      await writing;
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
