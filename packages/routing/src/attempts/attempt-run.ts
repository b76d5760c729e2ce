import { linkAbort, toGatewayError } from '@claudette/core';
import type { AttemptReason, Call, Clock, Exchange, GatewayError, OutcomeKind, Reply, Target } from '@claudette/core';

import { mayHaveRun } from './attempt-faults.js';
import type { RunningAttempt } from './attempt-state.js';

/** What one attempt is to be. */
export interface AttemptFacts {
  readonly target: Target;
  /** Counted from 1 within its exchange. */
  readonly number: number;
  readonly reason: AttemptReason;
  /** Now, on the clock. */
  readonly startedAtMs: number;
  readonly waitedMs: number;
  readonly commitWithinMs: number | undefined;
  /** It can be ended by itself. Others end with their exchange, and cost less. */
  readonly separable: boolean;
}

/** An attempt that runs: connecting or reading its preamble. It comes to an end once, by one of three calls. */
export interface Attempt extends RunningAttempt {
  readonly waitedMs: number;
  /** Resolves when it commits. Rejects with whatever it failed with. */
  readonly reply: Promise<Reply>;
  /** Its reply is the answer; its end is told when that reply's outcome settles. */
  accept(reply: Reply): void;
  /** It failed. Returns why: the reason of the abort where the exchange was aborted. */
  fail(thrown: unknown): GatewayError;
  /** Nobody waits for it any more: it is aborted, and what comes of it all the same is cancelled. */
  leave(reason: GatewayError): void;
}

/** Reasons that say nothing about the backend: somebody did not want the answer any more. */
const isLeaving = ({ code }: GatewayError): boolean => code === 'client_aborted' || code === 'superseded';

/** Sends the call to one target and tells its beginning. */
export function startAttempt(next: Exchange, call: Call, facts: AttemptFacts, clock: Clock): Attempt {
  const { target, number, reason, startedAtMs, waitedMs, commitWithinMs } = facts;
  const { context, request } = call;
  const { id, observe, signal } = context;
  const own = facts.separable ? linkAbort(signal) : undefined;

  const tellEnd = (
    outcome: OutcomeKind,
    cause: GatewayError | undefined,
    orphaned: boolean,
    firstContentMs?: number,
  ): void =>
    observe({
      kind: 'attempt-end',
      id,
      target,
      number,
      stream: request.stream,
      outcome,
      errorCode: cause?.code,
      durationMs: clock.now() - startedAtMs,
      firstContentMs,
      orphaned,
    });
  const ask = (): Promise<Reply> => {
    try {
      const shown = own === undefined ? context : { ...context, signal: own.signal };
      return next({ ...call, target, commitWithinMs, context: shown });
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  };

  observe({ kind: 'attempt-start', id, target, number, reason, waitedMs });
  const reply = ask();
  return {
    target,
    startedAtMs,
    waitedMs,
    reply,
    accept({ outcome }) {
      const firstContentMs = clock.now() - startedAtMs;
      void outcome.then(({ kind, cause }) => {
        own?.release();
        tellEnd(kind, cause, false, firstContentMs);
      });
    },
    fail(thrown) {
      own?.release();
      const error = toGatewayError(thrown);
      const cause = signal.aborted ? toGatewayError(signal.reason) : error;
      tellEnd(isLeaving(cause) ? 'abandoned' : 'failed', cause, mayHaveRun(error));
      return cause;
    },
    leave(cause) {
      own?.release();
      own?.abort(cause);
      // It may have committed in this very moment, or may still do so where an abort comes too late.
      void reply.then(
        (late) => late.cancel(cause),
        () => undefined,
      );
      tellEnd(isLeaving(cause) ? 'abandoned' : 'failed', cause, true);
    },
  };
}
