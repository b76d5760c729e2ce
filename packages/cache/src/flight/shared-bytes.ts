import { GatewayError, toGatewayError } from '@claudette/core';

import type { Pace } from './pace.js';

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
  /** A place at the beginning. Only while `whole`. `onLeftBehind`: it was released, because the others are too far ahead. */
  open(onLeftBehind: (reason: GatewayError) => void): Cursor;
  /** Where the bytes come from; they are pulled only when the fastest reader asks. `pace` is told of them while `whole`. */
  connect(source: AsyncIterator<Uint8Array, unknown>, pace?: Pace): void;
  /**
   * Pulls one more chunk; all who ask at the same time wait for the same one. Readers for whom too much is kept are left
   * behind rather than waited for. Never rejects: see `ending`.
   */
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

interface Position {
  index: number;
  readonly onLeftBehind: (reason: GatewayError) => void;
}

/** A reader may always be this far behind: a hiccup of its network is no reason to leave it. */
const LEAST_LAG_BYTES = 1_048_576;

/**
 * @param maxKeptBytes beyond this many, only what the slowest reader has not taken yet is kept, and no more than this (or
 *   1 MiB, whichever is more): a reader that is further behind is left there
 */
export function createSharedBytes(maxKeptBytes: number): SharedBytes {
  const maxLagBytes = Math.max(maxKeptBytes, LEAST_LAG_BYTES);
  const chunks: Uint8Array[] = [];
  const positions = new Set<Position>();
  let source: AsyncIterator<Uint8Array, unknown> | undefined;
  let pace: Pace | undefined;
  let pull: Promise<void> | undefined;
  /** How many chunks were let go: positions count from the first chunk that ever came. */
  let dropped = 0;
  let droppedBytes = 0;
  /** A whole answer is here before anybody reads it, so until then nothing is let go. */
  let opened = false;

  const slowestIndex = (): number => {
    let slowest = dropped + chunks.length;
    for (const { index } of positions) if (index < slowest) slowest = index;
    return slowest;
  };
  const trim = (): void => {
    if (shared.whole || !opened) return;
    const slowest = slowestIndex();
    if (slowest === dropped) return;
    for (const chunk of chunks.splice(0, slowest - dropped)) droppedBytes += chunk.byteLength;
    dropped = slowest;
  };
  const leaveTheSlowestBehind = (): void => {
    const lagBytes = shared.receivedBytes - droppedBytes;
    const slowest = slowestIndex();
    for (const position of [...positions]) {
      if (position.index !== slowest) continue;
      positions.delete(position);
      position.onLeftBehind(tooFarBehind(lagBytes));
    }
    trim();
  };

  const onStep = (step: IteratorResult<Uint8Array, unknown>): void => {
    pull = undefined;
    if (step.done === true) {
      shared.ending = {};
      return;
    }
    const { byteLength } = step.value;
    chunks.push(step.value);
    shared.receivedBytes += byteLength;
    shared.whole = shared.receivedBytes <= maxKeptBytes;
    if (shared.whole) pace?.add(byteLength);
    else trim();
  };
  const onError = (thrown: unknown): void => {
    pull = undefined;
    shared.ending = { cause: toGatewayError(thrown) };
  };
  const pullMore = (): Promise<void> => {
    if (shared.ending !== undefined || source === undefined) return Promise.resolve();
    pull ??= source.next().then(onStep, onError);
    return pull;
  };
  const more = (): Promise<void> => {
    while (shared.receivedBytes - droppedBytes > maxLagBytes) leaveTheSlowestBehind();
    return pullMore();
  };

  // Plain fields: an object literal with getters costs V8 a hidden class each, which keeps what they close over alive.
  const shared: Mutable<SharedBytes> = {
    open(onLeftBehind) {
      opened = true;
      const position: Position = { index: 0, onLeftBehind };
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
    connect(from, by) {
      source = from;
      pace = by;
    },
    more,
    async drain() {
      while (shared.ending === undefined && source !== undefined) await pullMore();
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

const tooFarBehind = (lagBytes: number): GatewayError =>
  new GatewayError('stream_broken', `this reader is ${lagBytes} bytes behind the others who share the answer`);
