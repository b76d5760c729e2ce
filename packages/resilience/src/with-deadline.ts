import { GatewayError, linkAbort } from '@claudette/core';
import type { Clock, Interceptor } from '@claudette/core';

export interface DeadlineOptions {
  /** The most an exchange may take up to its last byte, in milliseconds. A call may ask for less, never for more. */
  readonly totalMs: number;
  readonly clock: Clock;
}

/**
 * Gives the exchange one time budget, until its last byte. The only place that starts a total timer: everything below
 * sees the signal, which aborts with `deadline_exceeded`, and in `deadlineAtMs` how much time is left. The timer ends with
 * the reply's outcome.
 */
export const withDeadline =
  ({ totalMs, clock }: DeadlineOptions): Interceptor =>
  (next) =>
  async (call) => {
    const { context } = call;
    const budgetMs = Math.min(context.timeoutMs ?? totalMs, totalMs);
    const endsAtMs = clock.now() + budgetMs;
    const deadlineAtMs = Math.min(context.deadlineAtMs ?? endsAtMs, endsAtMs);
    const budget = linkAbort(context.signal);
    const stop = clock.after(budgetMs, () => budget.abort(new GatewayError('deadline_exceeded', `${budgetMs} ms`)));
    const release = (): void => {
      stop();
      budget.release();
    };
    try {
      const reply = await next({ ...call, context: { ...context, signal: budget.signal, deadlineAtMs } });
      void reply.outcome.then(release);
      return reply;
    } catch (cause) {
      release();
      throw cause;
    }
  };
