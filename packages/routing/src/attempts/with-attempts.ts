import { GatewayError, targetName, toGatewayError } from '@claudette/core';
import type { Clock, Interceptor, Observation, Reply } from '@claudette/core';

import { toFinalError } from './attempt-errors.js';
import { decide } from './attempt-policy.js';
import type { AttemptStep } from './attempt-policy.js';
import { nextArrival } from './attempt-race.js';
import { startAttempt } from './attempt-run.js';
import type { Attempt } from './attempt-run.js';
import { countCalls, toFailedAttempt } from './attempt-state.js';
import type { AttemptPolicy, FailedAttempt } from './attempt-state.js';
import type { RetryBudget } from './retry-budget.js';

export interface AttemptsOptions {
  readonly policy: AttemptPolicy;
  /** Shared by all exchanges. */
  readonly budget: RetryBudget;
  readonly clock: Clock;
}

/** What became of an exchange so far. */
interface Progress {
  readonly stream: boolean;
  readonly deadlineAtMs: number | undefined;
  readonly failed: FailedAttempt[];
  readonly running: Attempt[];
  charged: number;
}

/**
 * The one owner of retry, failover and hedging. Sends the call to the targets of its plan until one of them commits a
 * reply; nothing of any other attempt is seen by anybody, and one that still runs then is cancelled as `superseded`. The
 * reply's `attempts` counts the upstream calls that were made, a hedge included.
 *
 * Rejects with the signal's reason when the call is aborted; with the first error that ends the matter (a caller's
 * fault); with the last one when it is the only one, or all failed alike; with `translation_refused` when no target could
 * be sent the request; with `deadline_exceeded` when there was no time to try any; and otherwise with
 * `no_backend_available`. Where several targets failed, the error lists what each said.
 */
export const withAttempts =
  ({ policy, budget, clock }: AttemptsOptions): Interceptor =>
  (next) =>
  async (call) => {
    const { plan, context, request } = call;
    if (plan === undefined) throw new GatewayError('internal', 'a call without a plan cannot be attempted');
    const { id, signal, observe, deadlineAtMs } = context;
    const failed: FailedAttempt[] = [];
    const running: Attempt[] = [];
    const progress: Progress = { stream: request.stream, deadlineAtMs, failed, running, charged: 0 };
    let nowMs = clock.now();
    let waitedMs = 0;
    let toldOfBudget = false;

    const begin = (step: AttemptStep): void => {
      const { target, reason, commitWithinMs, extra } = step;
      if (extra) {
        budget.take();
        progress.charged += 1;
      }
      const silentMs = running.reduce((ms, { startedAtMs }) => Math.max(ms, nowMs - startedAtMs), 0);
      const observation = toObservation(id, step, waitedMs, silentMs);
      if (observation !== undefined) observe(observation);
      const number = failed.length + running.length + 1;
      // Only where the plan has a hedge may two attempts run, of which one has to go.
      const separable = plan.hedgeAfterMs !== undefined;
      const facts = { target, number, reason, startedAtMs: nowMs, waitedMs, commitWithinMs, separable };
      running.push(startAttempt(next, call, facts, clock));
      waitedMs = 0;
    };
    const accept = (attempt: Attempt, reply: Reply): Reply => {
      attempt.accept(reply);
      if (running.length > 1) {
        const reason = new GatewayError('superseded', targetName(attempt.target));
        leaveAll(
          running.filter((other) => other !== attempt),
          reason,
        );
      }
      const attempts = countCalls(progress);
      return reply.attempts === attempts ? reply : { ...reply, attempts };
    };
    const noteFailure = (attempt: Attempt, thrown: unknown): void => {
      running.splice(running.indexOf(attempt), 1);
      const error = attempt.fail(thrown);
      failed.push(toFailedAttempt(failed, policy, attempt, error, nowMs));
    };

    budget.begin();
    try {
      for (;;) {
        signal.throwIfAborted();
        const step = decide(progress, plan, policy, budget, nowMs);
        if (step.kind === 'attempt') {
          begin(step);
          continue;
        }
        if (step.budgetSpent && !toldOfBudget) observe({ kind: 'retry-budget-spent', id });
        toldOfBudget ||= step.budgetSpent;
        if (step.kind === 'stop') throw toFinalError(failed, plan);
        const arrival = await nextArrival(running, step.untilMs, clock, signal);
        const beforeMs = nowMs;
        nowMs = clock.now();
        if (arrival === undefined) waitedMs += running.length === 0 ? nowMs - beforeMs : 0;
        else if (arrival.reply === undefined) noteFailure(arrival.attempt, arrival.thrown);
        else return accept(arrival.attempt, arrival.reply);
      }
    } catch (thrown) {
      leaveAll(running, toGatewayError(thrown));
      throw thrown;
    }
  };

/** What there is to tell about an attempt that is not the first: what it follows, or stands beside. */
const toObservation = (id: string, step: AttemptStep, delayMs: number, afterMs: number): Observation | undefined => {
  const { reason, target, after } = step;
  if (after === undefined) return undefined;
  if (reason === 'retry') return { kind: 'retry', id, target, delayMs };
  if (reason === 'hedge') return { kind: 'hedge', id, from: after, to: target, afterMs };
  return { kind: 'failover', id, from: after, to: target };
};

const leaveAll = (running: readonly Attempt[], reason: GatewayError): void => {
  for (const attempt of running) attempt.leave(reason);
};
