import { bytesOf, GatewayError, toGatewayError } from '@claudette/core';
import type { CallSignal, Framing, Outcome, Reply } from '@claudette/core';

import type { SharedBytes } from './shared-bytes.js';

export interface FlightReaderOptions {
  readonly shared: SharedBytes;
  /** The reader's own: it leaves when this aborts, and nobody else does. */
  readonly signal: CallSignal;
  /** Told once, when the reader takes no more. Returns true when others read on. */
  readonly onGone: (reason: GatewayError) => boolean;
  /** Asked once, as the outcome settles: see `Outcome.share`. `leaves`: the reader goes before the shared reply has ended for it. */
  readonly shareOf: (leaves: boolean) => Outcome['share'];
}

/** One exchange's part in a flight: what of the shared reply is this reader's own. */
export interface FlightReader extends Pick<Reply, 'bytes' | 'outcome'> {
  /** How the shared call ended. Its last chunk may still be on its way to this reader. */
  onOutcome(outcome: Outcome, framing: Framing): void;
  /** Nothing is on its way any more: a reader that has taken all there is has seen the end. */
  finishIfOver(): void;
  /** The reader takes no more. */
  leave(reason: GatewayError): void;
}

/** Made once: an error takes a picture of the stack, which costs more than the rest of a read. */
const atTheEnd = new GatewayError('client_aborted', 'the reply was read to its end');

const endOfReply: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/**
 * | what happens                                  | this reader's outcome                        |
 * |-----------------------------------------------|----------------------------------------------|
 * | it takes the last chunk of the shared reply   | the shared one, before the chunk is handed over |
 * | the shared reply was JSON and has ended       | the shared one, at once                      |
 * | it leaves while others read on                | abandoned (failed, when a deadline made it leave) |
 * | it leaves as the last one                     | the shared one, which that ends              |
 * | the others are too far ahead of it            | failed: it gets the fault that it still reads for |
 */
export function createFlightReader({ shared, signal, onGone, shareOf }: FlightReaderOptions): FlightReader {
  const cursor = shared.open((reason) => {
    leftBehind = true;
    leave(reason);
  });
  let leftBehind = false;
  let left: GatewayError | undefined;
  let ended: Outcome | undefined;
  let readToEnd = false;
  let interrupt: ((reason: GatewayError) => void) | undefined;
  let settle: ((outcome: Outcome) => void) | undefined;
  const outcome = new Promise<Outcome>((resolve) => (settle = resolve));

  const finish = (how: Outcome, leaves = false): void => {
    if (settle === undefined) return;
    signal.removeEventListener('abort', onAbort);
    const share = shareOf(leaves);
    settle(share === undefined ? how : { ...how, share });
    settle = undefined;
  };
  const finishIfOver = (): void => {
    if (ended !== undefined && cursor.isCaughtUp()) finish(ended);
  };
  const missed = (reason: GatewayError): Outcome => ({
    kind: reason.domain === 'caller' ? 'abandoned' : 'failed',
    cause: reason,
    receivedBytes: shared.receivedBytes,
    ...(ended?.usage && { usage: ended.usage }),
    ...(ended?.finishReason && { finishReason: ended.finishReason }),
  });

  /** Returns true when the shared call goes on without this reader. */
  const go = (reason: GatewayError): boolean => {
    left = reason;
    cursor.release();
    return onGone(reason);
  };
  const leave = (reason: GatewayError): void => {
    if (left !== undefined) return;
    finishIfOver();
    const hadEverything = cursor.isCaughtUp();
    const goesOn = go(reason);
    if (goesOn || ended !== undefined || !hadEverything) finish(missed(reason), true);
    interrupt?.(reason);
  };
  const onEnding = (cause: GatewayError | undefined): Promise<IteratorResult<Uint8Array, undefined>> => {
    finishIfOver();
    readToEnd = cause === undefined;
    go(cause ?? atTheEnd);
    return cause === undefined ? Promise.resolve(endOfReply) : Promise.reject(cause);
  };
  const onAbort = (): void => leave(toGatewayError(signal.reason));

  const next = (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (left !== undefined) {
      const missedNothing = readToEnd || (ended?.kind === 'complete' && !leftBehind);
      return missedNothing ? Promise.resolve(endOfReply) : Promise.reject(left);
    }
    const value = cursor.take();
    if (value !== undefined) {
      finishIfOver();
      return Promise.resolve({ done: false, value });
    }
    if (shared.ending !== undefined) return onEnding(shared.ending.cause);
    return new Promise((resolve, reject) => {
      interrupt = reject;
      void shared.more().then(() => {
        if (left === undefined) resolve(next());
      });
    });
  };

  const reader: AsyncIterator<Uint8Array, undefined> = {
    next,
    return() {
      leave(new GatewayError('client_aborted', 'the reader stopped reading'));
      return Promise.resolve(endOfReply);
    },
  };
  signal.addEventListener('abort', onAbort, { once: true });

  return {
    bytes: bytesOf(reader),
    outcome,
    onOutcome(how, framing) {
      ended = how;
      if (framing === 'json' || left !== undefined) finish(how);
    },
    finishIfOver,
    leave,
  };
}
