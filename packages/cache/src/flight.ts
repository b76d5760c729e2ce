import { createCallController, GatewayError, toGatewayError } from '@claudette/core';
import type { CacheStatus, CallSignal, Clock, Outcome, Reply } from '@claudette/core';

import { createFlightReader } from './flight-reader.js';
import type { FlightReader } from './flight-reader.js';
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
  /** All who ever joined: one that left last is still told how that ended the call. */
  const readers: FlightReader[] = [];
  let reading = 0;
  let upstream: Reply | undefined;
  let known: Outcome | undefined;
  let over = false;

  const end = (complete?: CompleteFlight): void => {
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

  const onOutcome = async (reply: Reply, outcome: Outcome): Promise<void> => {
    known = outcome;
    cancelDeadline();
    for (const reader of readers) reader.onOutcome(outcome, reply.framing);
    if (outcome.kind === 'complete') {
      // The provider has said its last word, so what was not read yet is here already: no reader has to fetch it.
      await shared.drain();
      const uncut = shared.whole && shared.ending?.cause === undefined;
      end(uncut ? { reply, outcome, bytes: shared.join() } : undefined);
    } else {
      end();
      await shared.idle();
    }
    for (const reader of readers) reader.finishIfOver();
  };

  const open = async (): Promise<Reply> => {
    const reply = await call(controller.signal);
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
  opened.catch(() => end());

  return {
    isJoinable: () => !over && shared.whole,
    join: (signal, cache) =>
      new Promise((resolve, reject) => {
        const reader = createFlightReader({
          shared,
          signal,
          onGone(reason) {
            reading -= 1;
            reject(reason);
            if (reading === 0) stop(reason);
            return reading > 0;
          },
        });
        readers.push(reader);
        reading += 1;
        opened.then(
          (reply) => {
            if (known !== undefined) reader.onOutcome(known, reply.framing);
            resolve(reader.toReply(reply, cache));
          },
          (cause: unknown) => {
            reject(cause);
            reader.leave(toGatewayError(cause));
          },
        );
      }),
  };
}
