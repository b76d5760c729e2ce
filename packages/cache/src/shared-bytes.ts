import { toGatewayError } from '@claudette/core';
import type { GatewayError } from '@claudette/core';

/** One reader's place in shared bytes. */
export interface Cursor {
  /** The next chunk if it is here already. */
  take(): Uint8Array | undefined;
  /** Nothing is here that this reader has not taken. */
  readonly caughtUp: boolean;
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

/** @param maxKeptBytes beyond this many, only what the slowest reader has not taken yet is kept */
export function createSharedBytes(maxKeptBytes: number): SharedBytes {
  const chunks: Uint8Array[] = [];
  const positions = new Set<{ index: number }>();
  let source: AsyncIterator<Uint8Array, unknown> | undefined;
  let pull: Promise<void> | undefined;
  let ending: { readonly cause?: GatewayError } | undefined;
  let received = 0;
  /** How many chunks were let go: positions count from the first chunk that ever came. */
  let dropped = 0;

  const isWhole = (): boolean => received <= maxKeptBytes;
  const trim = (): void => {
    if (isWhole()) return;
    let slowest = dropped + chunks.length;
    for (const position of positions) slowest = Math.min(slowest, position.index);
    chunks.splice(0, slowest - dropped);
    dropped = slowest;
  };

  const onStep = (step: IteratorResult<Uint8Array, unknown>): void => {
    pull = undefined;
    if (step.done === true) {
      ending = {};
      return;
    }
    chunks.push(step.value);
    received += step.value.byteLength;
    trim();
  };
  const onError = (thrown: unknown): void => {
    pull = undefined;
    ending = { cause: toGatewayError(thrown) };
  };
  const more = (): Promise<void> => {
    if (ending !== undefined || source === undefined) return Promise.resolve();
    pull ??= source.next().then(onStep, onError);
    return pull;
  };

  return {
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
        get caughtUp() {
          return position.index === dropped + chunks.length;
        },
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
      while (ending === undefined && source !== undefined) await more();
    },
    idle: () => pull ?? Promise.resolve(),
    get ending() {
      return ending;
    },
    get whole() {
      return isWhole();
    },
    get receivedBytes() {
      return received;
    },
    join() {
      const all = new Uint8Array(received);
      let offset = 0;
      for (const chunk of chunks) {
        all.set(chunk, offset);
        offset += chunk.byteLength;
      }
      return all;
    },
  };
}
