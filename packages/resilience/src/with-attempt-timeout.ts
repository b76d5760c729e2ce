import { GatewayError, linkAbort, mapReader, targetName, UpstreamError } from '@claudette/core';
import type { Clock, Interceptor, Reply, Target } from '@claudette/core';

import { createIdleWatch } from './idle-watch.js';

/** How long one attempt may take, in milliseconds. */
export interface AttemptTimeouts {
  /** A stream: until its first content. */
  readonly firstContentMs: number;
  /** A stream that has begun: between two reads' worth of bytes. */
  readonly idleMs: number;
  /** A whole reply: until it is all there. */
  readonly totalMs: number;
}

export interface AttemptTimeoutOptions {
  readonly timeoutsFor: (target: Target) => AttemptTimeouts;
  readonly clock: Clock;
}

/**
 * Ends attempts that take too long with `upstream_timeout`. A long answer is not a fault: a stream is judged by the time
 * to its first content and by its gaps, and a gap counts only while somebody waits for the next bytes, so that a slow
 * reader is not taken for a stalled backend. A call that names a shorter time to commit (`commitWithinMs`) gets no more, so
 * that the exchange's budget lasts for the other targets. Calls without a target pass through.
 */
export const withAttemptTimeout =
  ({ timeoutsFor, clock }: AttemptTimeoutOptions): Interceptor =>
  (next) =>
  async (call) => {
    if (call.target === undefined) return next(call);
    const { backend } = call.target;
    const name = targetName(call.target);
    const { firstContentMs, idleMs, totalMs } = timeoutsFor(call.target);
    const tooSlow = (what: string): UpstreamError =>
      new UpstreamError('upstream_timeout', `${name} ${what}`, { backend });

    const attempt = linkAbort(call.context.signal);
    const { stream } = call.request;
    const limitMs = stream ? firstContentMs : totalMs;
    const shareMs = call.commitWithinMs ?? limitMs;
    const withinMs = Math.min(limitMs, shareMs);
    const stop = clock.after(withinMs, () => {
      const what = `gave no ${stream ? 'content' : 'whole answer'} within ${Math.round(withinMs)} ms`;
      attempt.abort(tooSlow(shareMs < limitMs ? `${what}, its share of the time that is left` : what));
    });
    try {
      const reply = await next({ ...call, context: { ...call.context, signal: attempt.signal } });
      void reply.outcome.then(attempt.release);
      if (reply.framing === 'json') return reply;
      return limitGaps(reply, idleMs, clock, () => tooSlow(`sent nothing for ${idleMs} ms`));
    } catch (cause) {
      attempt.release();
      throw cause;
    } finally {
      stop();
    }
  };

/** The reply, cancelled as soon as one read of it takes `idleMs`. The cancelled read rejects with the reason. */
const limitGaps = (reply: Reply, idleMs: number, clock: Clock, reason: () => UpstreamError): Reply => {
  const watch = createIdleWatch(clock, idleMs, () => reply.cancel(reason()));
  void reply.outcome.then(watch.stop);

  const onStep = <Step>(step: Step): Step => {
    watch.end();
    return step;
  };
  const onError = (cause: unknown): never => {
    watch.end();
    throw cause;
  };
  const limit = (reader: AsyncIterator<Uint8Array>): AsyncIterator<Uint8Array> => ({
    next() {
      watch.begin();
      return reader.next().then(onStep, onError);
    },
    return() {
      reply.cancel(new GatewayError('client_aborted', 'the reader stopped reading'));
      return Promise.resolve({ done: true, value: undefined });
    },
  });
  return { ...reply, bytes: mapReader(reply.bytes, limit) };
};
