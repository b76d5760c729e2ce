import { toGatewayError } from '@claudette/core';
import type { GatewayError } from '@claudette/core';

/** One reader's place in shared bytes. */
export interface Cursor {
  /** The next chunk if it is here already. */
  take(): Uint8Array | undefined;
  /** Nothing is here that this reader has not taken. */
  isCaughtUp(): boolean;
  /** The reader takes no more; what only it still needed is let go. */
  release(): void;
}

/** Bytes that are read once and handed to many. */
export interface SharedBytes {
  /** A place at the beginning. Only while `whole`. */
  open(): Cursor;
  /** Where the bytes come from; they are pulled only when the fastest reader asks. */
  connect(source: AsyncIterator<Uint8Array, unknown>): void;
  /** Pulls one more chunk; all who ask at the same time wait for the same one. Never rejects: see `ending`. */
  more(): Promise<void>;
  /** Pulls everything. Never rejects. */
  drain(): Promise<void>;
  /** Resolves when no pull is under way. Never rejects. */
  idle(): Promise<void>;
  /** Set when there will be no more; with a cause when the source failed. */
  readonly ending: { readonly cause?: GatewayError } | undefined;
  /** Every byte since the beginning is still here. Lost for good when more than `maxKeptBytes` have come. */
  readonly whole: boolean;
  /** Bytes that have come so far. */
  readonly receivedBytes: number;
  /** A copy of all bytes in one piece. Only while `whole`. */
  join(): Uint8Array;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** @param maxKeptBytes beyond this many, only what the slowest reader has not taken yet is kept */
export function createSharedBytes(maxKeptBytes: number): SharedBytes {
  const chunks: Uint8Array[] = [];
  const positions = new Set<{ index: number }>();
  let source: AsyncIterator<Uint8Array, unknown> | undefined;
  let pull: Promise<void> | undefined;
  /** How many chunks were let go: positions count from the first chunk that ever came. */
  let dropped = 0;

  const trim = (): void => {
    if (shared.whole) return;
    let slowest = dropped + chunks.length;
    for (const position of positions) slowest = Math.min(slowest, position.index);
    chunks.splice(0, slowest - dropped);
    dropped = slowest;
  };

  const onStep = (step: IteratorResult<Uint8Array, unknown>): void => {
    pull = undefined;
    if (step.done === true) {
      shared.ending = {};
      return;
    }
    chunks.push(step.value);
    shared.receivedBytes += step.value.byteLength;
    shared.whole = shared.receivedBytes <= maxKeptBytes;
    trim();
  };
  const onError = (thrown: unknown): void => {
    pull = undefined;
    shared.ending = { cause: toGatewayError(thrown) };
  };
  const more = (): Promise<void> => {
    if (shared.ending !== undefined || source === undefined) return Promise.resolve();
    pull ??= source.next().then(onStep, onError);
    return pull;
  };

  // Plain fields: an object literal with getters costs V8 a hidden class each, which keeps what they close over alive.
  const shared: Mutable<SharedBytes> = {
    open() {
      const position = { index: 0 };
      positions.add(position);
      return {
        take() {
          const chunk = chunks[position.index - dropped];
          if (chunk === undefined) return undefined;
          position.index += 1;
          trim();
          return chunk;
        },
        isCaughtUp: () => position.index === dropped + chunks.length,
        release() {
          positions.delete(position);
          trim();
        },
      };
    },
    connect(from) {
      source = from;
    },
    more,
    async drain() {
      while (shared.ending === undefined && source !== undefined) await more();
    },
    idle: () => pull ?? Promise.resolve(),
    ending: undefined,
    whole: true,
    receivedBytes: 0,
    join() {
      const all = new Uint8Array(shared.receivedBytes);
      let offset = 0;
      for (const chunk of chunks) {
        all.set(chunk, offset);
        offset += chunk.byteLength;
      }
      return all;
    },
  };
  return shared;
}
