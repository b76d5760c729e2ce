import type { ByteSource, CallSignal, Clock } from '@claudette/core';

/** What a body is fed by. */
export interface BodyFeed {
  pause(): void;
  resume(): void;
  /** Destroys the connection; `fail` or nothing follows. */
  abort(): void;
}

/** Both ends of a body: bytes are pushed in as they arrive, and read from `source` as they are wanted. */
export interface BodyReader {
  readonly source: ByteSource;
  push(chunk: Uint8Array): void;
  /** The body is whole. */
  end(): void;
  /** It is not, and never will be. What came before is still read first. */
  fail(cause: unknown): void;
}

interface PendingRead {
  resolve(step: IteratorResult<Uint8Array, undefined>): void;
  reject(cause: unknown): void;
}

const PAUSE_ABOVE_BYTES = 256 * 1024;
const RESUME_BELOW_BYTES = 64 * 1024;
const FINISH_WITHIN_MS = 1_000;

const endOfBody: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/**
 * A body between a connection that pushes and a reader that pulls. It holds little more than 256 KiB: above that the
 * connection is paused. An aborted signal ends it at once, unread bytes or not.
 */
export function createBodyReader(feed: BodyFeed, signal: CallSignal, clock: Clock): BodyReader {
  const chunks: Uint8Array[] = [];
  let queuedBytes = 0;
  let paused = false;
  let unwanted = false;
  let ended = false;
  let failure: { readonly cause: unknown } | undefined;
  let pending: PendingRead | undefined;
  let stopDraining: (() => void) | undefined;

  const resume = (): void => {
    if (!paused) return;
    paused = false;
    feed.resume();
  };
  const discard = (): void => {
    unwanted = true;
    chunks.length = 0;
    pending?.resolve(endOfBody);
    pending = undefined;
  };
  const over = (): boolean => ended || failure !== undefined;

  return {
    push(chunk) {
      if (unwanted) return;
      if (pending !== undefined) {
        pending.resolve({ done: false, value: chunk });
        pending = undefined;
        return;
      }
      chunks.push(chunk);
      queuedBytes += chunk.length;
      if (queuedBytes > PAUSE_ABOVE_BYTES && !paused) {
        paused = true;
        feed.pause();
      }
    },
    end() {
      ended = true;
      stopDraining?.();
      pending?.resolve(endOfBody);
      pending = undefined;
    },
    fail(cause) {
      failure = { cause };
      stopDraining?.();
      pending?.reject(cause);
      pending = undefined;
    },
    source: {
      next() {
        if (unwanted) return Promise.resolve(endOfBody);
        if (signal.aborted) return Promise.reject(signal.reason);
        const value = chunks.shift();
        if (value !== undefined) {
          queuedBytes -= value.length;
          if (queuedBytes < RESUME_BELOW_BYTES) resume();
          return Promise.resolve({ done: false, value });
        }
        if (failure !== undefined) return Promise.reject(failure.cause);
        if (ended) return Promise.resolve(endOfBody);
        return new Promise((resolve, reject) => (pending = { resolve, reject }));
      },
      cancel() {
        discard();
        if (!over()) feed.abort();
      },
      finish() {
        if (unwanted) return;
        discard();
        if (over()) return;
        stopDraining = clock.after(FINISH_WITHIN_MS, feed.abort);
        resume();
      },
    },
  };
}
