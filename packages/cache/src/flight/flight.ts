import { createCallController, GatewayError, toGatewayError } from '@claudette/core';
import type { CallContext, CallSignal, Clock, NotStoredReason, Observe, Outcome, Reply } from '@claudette/core';

import { createFlightReader } from './flight-reader.js';
import type { FlightReader } from './flight-reader.js';
import { onePiece } from '../entry/one-piece.js';
import { createPace } from './pace.js';
import type { Pace } from './pace.js';
import { createSharedBytes } from './shared-bytes.js';

/** A shared call whose answer came whole. */
export interface CompleteFlight {
  readonly reply: Reply;
  readonly outcome: Outcome;
  readonly bytes: Uint8Array;
  /** On the clock's `now()`. What was removed since then is not to be stored again. */
  readonly startedAt: number;
  /** From the call to its last byte, in milliseconds. */
  readonly durationMs: number;
  /** When the pieces of a stream came, as `Pace.pairs`; undefined when it came whole. */
  readonly pace: readonly number[] | undefined;
}

/** What a flight needs to know of one who shares it. */
export type SharerContext = Pick<CallContext, 'id' | 'signal' | 'observe'>;

export interface FlightOptions {
  /**
   * Makes the upstream call. The signal is the flight's own: no single reader's leaving aborts it. What is observed is told
   * to whoever pays, under its id. A reply that is `coalesced` already was paid for elsewhere, so nobody pays here.
   */
  readonly call: (signal: CallSignal, observe: Observe) => Promise<Reply>;
  readonly clock: Clock;
  /** Most milliseconds from the start to the upstream's last byte. */
  readonly totalMs: number;
  /** Up to here the whole reply is kept, so that it can be joined late and stored. */
  readonly maxKeptBytes: number;
  /**
   * Told once that nobody can join any more; with the answer when it is complete, uncut and within `maxKeptBytes`. Of an
   * answer that had begun and is not, it is told why.
   */
  readonly onEnd: (complete: CompleteFlight | undefined, why?: NotStoredReason) => void;
}

/**
 * An upstream call that several exchanges share. It is cancelled when the last of them leaves, and not before.
 *
 * Exactly one of them pays for it: the first who joined, or, where that one leaves before the reply has ended for it, the
 * next who is still there. Who has no reply yet learns it from `Reply.cache`, `miss` or `coalesced`; who has one, from
 * `Outcome.share`.
 */
export interface Flight {
  /** A newcomer would still see the reply from its beginning. */
  isJoinable(): boolean;
  /**
   * One more reader; the first one starts the call. Resolves when the reply is committed; rejects with what the upstream
   * call rejected with, or with the signal's reason: at once while others are there, otherwise when the call has ended.
   */
  join(context: SharerContext): Promise<Reply>;
}

/** One who joined. */
interface Sharer {
  readonly context: SharerContext;
  reader: FlightReader | undefined;
  /** It is known how the flight ended for this one. */
  settled: boolean;
}

type Share = NonNullable<Outcome['share']>;

export function createFlight({ call, clock, totalMs, maxKeptBytes, onEnd }: FlightOptions): Flight {
  const controller = createCallController();
  const startedAt = clock.now();
  const shared = createSharedBytes(maxKeptBytes);
  /** All who ever joined, in that order: one that left last is still told how that ended the call. */
  const sharers: Sharer[] = [];
  /** Who pays in place of the first. */
  let heir: Sharer | undefined;
  let opened: Promise<Reply> | undefined;
  /** Who waits for the commit or reads. */
  let present = 0;
  let upstream: Reply | undefined;
  let pace: Pace | undefined;
  let committed: Reply | undefined;
  let known: Outcome | undefined;
  let complete: CompleteFlight | undefined;
  let lacking: NotStoredReason | undefined;
  let over = false;

  const end = (): void => {
    if (over) return;
    over = true;
    cancelDeadline();
    onEnd(complete, lacking);
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

  const isPayer = (sharer: Sharer): boolean => sharer === (heir ?? sharers[0]);
  /** Returns true when this one pays. */
  const settle = (sharer: Sharer, leaves: boolean): boolean => {
    sharer.settled = true;
    if (!isPayer(sharer)) return false;
    const next = leaves ? sharers.find(({ settled }) => !settled) : undefined;
    heir = next ?? heir;
    return next === undefined;
  };
  const tellPayer =
    (first: Sharer): Observe =>
    (observation) => {
      const { id, observe } = (heir ?? first).context;
      observe('id' in observation && observation.id !== id ? { ...observation, id } : observation);
    };

  const toComplete = (reply: Reply, outcome: Outcome): CompleteFlight => ({
    reply,
    outcome,
    bytes: shared.join(),
    startedAt,
    durationMs: clock.now() - startedAt,
    pace: pace?.pairs,
  });
  const onOutcome = async (reply: Reply, outcome: Outcome): Promise<void> => {
    known = outcome;
    cancelDeadline();
    for (const { reader } of sharers) reader?.onOutcome(outcome, reply.framing);
    if (outcome.kind === 'complete') {
      // The provider has said its last word, so what was not read yet is here already: no reader has to fetch it.
      await shared.drain();
      const uncut = shared.whole && shared.ending?.cause === undefined;
      if (uncut) complete = toComplete(reply, outcome);
      else lacking = shared.whole ? 'incomplete' : 'too-large';
      end();
    } else {
      lacking = 'incomplete';
      end();
      await shared.idle();
    }
    for (const { reader } of sharers) reader?.finishIfOver();
  };

  const open = async (first: Sharer): Promise<Reply> => {
    let reply: Reply;
    try {
      reply = await call(controller.signal, tellPayer(first));
    } catch (thrown) {
      end();
      throw thrown;
    }
    upstream = reply;
    if (reply.framing === 'sse') pace = createPace(clock, startedAt);
    shared.connect(reply.bytes[Symbol.asyncIterator](), pace);
    if (controller.signal.aborted) reply.cancel(toGatewayError(controller.signal.reason));
    let ending: Promise<void> | undefined;
    void reply.outcome.then((outcome) => (ending = onOutcome(reply, outcome)));
    // An outcome that is known already is told by now, and such a reply is stored before anybody reads it.
    await Promise.resolve();
    await ending;
    committed = reply;
    return reply;
  };

  const toReply = (reply: Reply, sharer: Sharer): Reply => {
    const isPaidElsewhere = reply.cache === 'coalesced';
    const toShare = (pays: boolean): Share =>
      pays && !isPaidElsewhere ? { cache: 'miss', attempts: reply.attempts } : { cache: 'coalesced', attempts: 0 };
    const pays = isPayer(sharer);
    const { cache, attempts } = toShare(pays);
    // Nothing can happen to a whole answer any more, so nobody has to watch over how it is read.
    if (complete !== undefined && reply.framing === 'json') {
      settle(sharer, false);
      return { ...reply, cache, attempts, cancel: () => undefined, bytes: onePiece(complete.bytes) };
    }
    const reader = createFlightReader({
      shared,
      signal: sharer.context.signal,
      onGone,
      shareOf(leaves) {
        const paysNow = settle(sharer, leaves);
        return paysNow === pays || isPaidElsewhere ? undefined : toShare(paysNow);
      },
    });
    sharer.reader = reader;
    if (known !== undefined) reader.onOutcome(known, reply.framing);
    return { ...reply, cache, attempts, outcome: reader.outcome, cancel: reader.leave, bytes: reader.bytes };
  };

  return {
    isJoinable: () => !over && shared.whole,
    join(context) {
      const { signal } = context;
      const sharer: Sharer = { context, reader: undefined, settled: false };
      sharers.push(sharer);
      present += 1;
      if (committed !== undefined) return Promise.resolve(toReply(committed, sharer));
      opened ??= open(sharer);
      const reply = opened;
      return new Promise((resolve, reject) => {
        let left: GatewayError | undefined;
        const onAbort = (): void => {
          left = toGatewayError(signal.reason);
          settle(sharer, true);
          // The last one hears of all that the call came to: it is the one who pays for it.
          if (onGone(left)) reject(left);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        reply.then(
          (answer) => {
            signal.removeEventListener('abort', onAbort);
            if (left === undefined) resolve(toReply(answer, sharer));
            else reject(left);
          },
          (cause: unknown) => {
            signal.removeEventListener('abort', onAbort);
            reject(left ?? cause);
          },
        );
      });
    },
  };
}
