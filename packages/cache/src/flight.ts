import { createCallController, GatewayError, toGatewayError } from '@claudette/core';
import type { CacheStatus, CallSignal, Clock, Outcome, Reply } from '@claudette/core';

import { createFlightReader } from './flight-reader.js';
import type { FlightReader } from './flight-reader.js';
import { onePiece } from './one-piece.js';
import { createSharedBytes } from './shared-bytes.js';

/** A shared call whose answer came whole. */
export interface CompleteFlight {
  readonly reply: Reply;
  readonly outcome: Outcome;
  readonly bytes: Uint8Array;
}

export interface FlightOptions {
  /** Makes the upstream call. The signal is the flight's own: no single reader's leaving aborts it. */
  readonly call: (signal: CallSignal) => Promise<Reply>;
  readonly clock: Clock;
  /** Most milliseconds from the start to the upstream's last byte. */
  readonly totalMs: number;
  /** Up to here the whole reply is kept, so that it can be joined late and stored. */
  readonly maxKeptBytes: number;
  /** Told once that nobody can join any more; with the answer when it is complete, uncut and within `maxKeptBytes`. */
  readonly onEnd: (complete: CompleteFlight | undefined) => void;
}

/** An upstream call that several exchanges share. It is cancelled when the last of them leaves, and not before. */
export interface Flight {
  /** A newcomer would still see the reply from its beginning. */
  isJoinable(): boolean;
  /**
   * One more reader. Resolves when the reply is committed; rejects with what the upstream call rejected with, or with the
   * signal's reason. The first to join is given `miss`, the others `coalesced`.
   */
  join(signal: CallSignal, cache: Extract<CacheStatus, 'miss' | 'coalesced'>): Promise<Reply>;
}

/** Starts the call at once; the caller joins before anything else can happen. */
export function createFlight({ call, clock, totalMs, maxKeptBytes, onEnd }: FlightOptions): Flight {
  const controller = createCallController();
  const shared = createSharedBytes(maxKeptBytes);
  /** All who were ever given a stream: one that left last is still told how that ended the call. */
  const readers: FlightReader[] = [];
  /** Who waits for the commit or reads. */
  let present = 0;
  let upstream: Reply | undefined;
  let known: Outcome | undefined;
  let complete: CompleteFlight | undefined;
  let over = false;

  const end = (): void => {
    if (over) return;
    over = true;
    cancelDeadline();
    onEnd(complete);
  };
  const stop = (reason: GatewayError): void => {
    if (known !== undefined) return;
    end();
    controller.abort(reason);
    upstream?.cancel(reason);
  };
  const cancelDeadline = clock.after(totalMs, () => stop(new GatewayError('deadline_exceeded', `${totalMs} ms`)));

  /** Returns true when others are still there. */
  const onGone = (reason: GatewayError): boolean => {
    present -= 1;
    if (present === 0) stop(reason);
    return present > 0;
  };

  const onOutcome = async (reply: Reply, outcome: Outcome): Promise<void> => {
    known = outcome;
    cancelDeadline();
    for (const reader of readers) reader.onOutcome(outcome, reply.framing);
    if (outcome.kind === 'complete') {
      // The provider has said its last word, so what was not read yet is here already: no reader has to fetch it.
      await shared.drain();
      const uncut = shared.whole && shared.ending?.cause === undefined;
      if (uncut) complete = { reply, outcome, bytes: shared.join() };
      end();
    } else {
      end();
      await shared.idle();
    }
    for (const reader of readers) reader.finishIfOver();
  };

  const open = async (): Promise<Reply> => {
    let reply: Reply;
    try {
      reply = await call(controller.signal);
    } catch (thrown) {
      end();
      throw thrown;
    }
    upstream = reply;
    shared.connect(reply.bytes[Symbol.asyncIterator]());
    if (controller.signal.aborted) reply.cancel(toGatewayError(controller.signal.reason));
    let ending: Promise<void> | undefined;
    void reply.outcome.then((outcome) => (ending = onOutcome(reply, outcome)));
    // An outcome that is known already is told by now, and such a reply is stored before anybody reads it.
    await Promise.resolve();
    await ending;
    return reply;
  };
  const opened = open();

  const toReply = (reply: Reply, signal: CallSignal, cache: CacheStatus): Reply => {
    const attempts = cache === 'coalesced' ? 0 : reply.attempts;
    // Nothing can happen to a whole answer any more, so nobody has to watch over how it is read.
    if (complete !== undefined && reply.framing === 'json')
      return { ...reply, cache, attempts, cancel: () => undefined, bytes: onePiece(complete.bytes) };
    const reader = createFlightReader({ shared, signal, onGone });
    readers.push(reader);
    if (known !== undefined) reader.onOutcome(known, reply.framing);
    return { ...reply, cache, attempts, outcome: reader.outcome, cancel: reader.leave, bytes: reader.bytes };
  };

  return {
    isJoinable: () => !over && shared.whole,
    join: (signal, cache) =>
      new Promise((resolve, reject) => {
        present += 1;
        let waits = true;
        const onAbort = (): void => {
          waits = false;
          const reason = toGatewayError(signal.reason);
          reject(reason);
          onGone(reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        opened.then(
          (reply) => {
            signal.removeEventListener('abort', onAbort);
            if (waits) resolve(toReply(reply, signal, cache));
          },
          (cause: unknown) => {
            signal.removeEventListener('abort', onAbort);
            reject(cause);
          },
        );
      }),
  };
}
