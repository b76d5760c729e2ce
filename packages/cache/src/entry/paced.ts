import { bytesOf, GatewayError, toGatewayError } from '@claudette/core';
import type { CallSignal, Clock } from '@claudette/core';

export interface PacedOptions {
  readonly bytes: Uint8Array;
  /** Pairs of bytes and milliseconds, as in `Entry.pace`. Bytes that no pair speaks of come with the last one. */
  readonly pace: readonly number[];
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** Ends the replay when it aborts; its reason says why. */
  readonly signal: CallSignal;
  /** Told once: without a cause when the last byte was handed over. */
  readonly onEnd: (cause?: GatewayError) => void;
}

/** A replay that is under way: one reader, and no copy of what it reads. */
export interface PacedBytes {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Ends it; a reader that waits is told why. Calling it again, or after the end, does nothing. */
  cancel(reason: GatewayError): void;
}

type Step = IteratorResult<Uint8Array, undefined>;

const end: Step = { done: true, value: undefined };

/** A reader that waits for the next piece. */
interface Waiting {
  readonly reject: (reason: GatewayError) => void;
  readonly cancelTimer: () => void;
}

/**
 * Stored bytes at the pace at which they once came. Time counts from the first read; a reader that was slow is not kept
 * waiting for what is due already.
 */
export function createPacedBytes({ bytes, pace, clock, signal, onEnd }: PacedOptions): PacedBytes {
  let pair = 0;
  let given = 0;
  let dueAt: number | undefined;
  let waiting: Waiting | undefined;
  let over = false;
  let cancelled: GatewayError | undefined;

  const finish = (cause?: GatewayError): void => {
    if (over) return;
    over = true;
    signal.removeEventListener('abort', onAbort);
    onEnd(cause);
  };
  const cancel = (reason: GatewayError): void => {
    if (over) return;
    cancelled = reason;
    finish(reason);
    waiting?.cancelTimer();
    waiting?.reject(reason);
    waiting = undefined;
  };
  const onAbort = (): void => cancel(toGatewayError(signal.reason));

  const take = (): Step => {
    const from = given;
    const isLast = pair + 2 >= pace.length;
    given = isLast ? bytes.byteLength : Math.min(bytes.byteLength, given + (pace[pair] ?? 0));
    pair += 2;
    if (given === bytes.byteLength) finish();
    return { done: false, value: bytes.subarray(from, given) };
  };

  const next = (): Promise<Step> => {
    if (cancelled !== undefined) return Promise.reject(cancelled);
    if (over) return Promise.resolve(end);
    dueAt = (dueAt ?? clock.now()) + (pace[pair + 1] ?? 0);
    const leftMs = dueAt - clock.now();
    if (leftMs <= 0) return Promise.resolve(take());
    return new Promise((resolve, reject) => {
      const cancelTimer = clock.after(leftMs, () => {
        waiting = undefined;
        resolve(take());
      });
      waiting = { reject, cancelTimer };
    });
  };

  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });

  return {
    cancel,
    bytes: bytesOf({
      next,
      return() {
        cancel(new GatewayError('client_aborted', 'the reader stopped reading'));
        return Promise.resolve(end);
      },
    }),
  };
}
