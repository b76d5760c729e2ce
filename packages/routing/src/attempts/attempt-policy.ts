import type { AttemptReason, Plan, Target } from '@claudette/core';

import { commitWithinMs } from './attempt-deadline.js';
import { isFinal } from './attempt-faults.js';
import { countCalls, isTried, lastFailure } from './attempt-state.js';
import type { AttemptPolicy, AttemptState } from './attempt-state.js';
import type { RetryBudget } from './retry-budget.js';

/** Begin an attempt now. */
export interface AttemptStep {
  readonly kind: 'attempt';
  readonly target: Target;
  readonly reason: AttemptReason;
  /** The target that failed, or shows nothing. Undefined: it is the first attempt. */
  readonly after: Target | undefined;
  /** Most milliseconds until it commits. Undefined: until the deadline. */
  readonly commitWithinMs: number | undefined;
  /** It is one upstream call more than was paid for: take it from the retry budget. */
  readonly extra: boolean;
}

/** What to do next. */
export type NextStep =
  | AttemptStep
  | {
      readonly kind: 'wait';
      /** Ask again then, on the same clock as `nowMs`, or when an attempt ends. Undefined: only when an attempt ends. */
      readonly untilMs: number | undefined;
      /** An attempt was due that the retry budget does not allow. */
      readonly budgetSpent: boolean;
    }
  | { readonly kind: 'stop'; readonly budgetSpent: boolean };

const stop: NextStep = { kind: 'stop', budgetSpent: false };
const stopWithoutBudget: NextStep = { kind: 'stop', budgetSpent: true };
const waitForRunning: NextStep = { kind: 'wait', untilMs: undefined, budgetSpent: false };
const waitWithoutBudget: NextStep = { kind: 'wait', untilMs: undefined, budgetSpent: true };

/**
 * Decides what follows, for streams and whole replies alike. Pure: whoever carries it out charges the budget. The only
 * place that knows about retry, failover and hedging.
 *
 * | after | another target | the same target |
 * |---|---|---|
 * | an error that is not retryable | no | no |
 * | unreachable, rate limited, overloaded, HTTP 5xx, or nothing of the request was sent | yes | yes, after a wait |
 * | broken, too slow, invalid answer, refused credential: it may have been executed, or would fail again | yes | no |
 * | over a limit: no upstream call was made | yes | yes, when there is room again |
 * | circuit open, busy, no credential, not to be translated: no upstream call was made | yes | no |
 *
 * Targets not tried yet come first, in the order of the plan; then the one that may be tried again soonest. Nothing begins
 * at or after the deadline, and no wait that would last until then. While an attempt runs nothing else is begun, except
 * one hedge: when the plan asks for it, nothing has failed and the first attempt has shown nothing for long enough.
 *
 * Each call beyond an exchange's first comes out of the retry budget. A refusal was no call: to move on from it is free.
 */
export function decide(
  state: AttemptState,
  plan: Plan,
  policy: AttemptPolicy,
  budget: Pick<RetryBudget, 'left'>,
  nowMs: number,
): NextStep {
  const { failed, running, deadlineAtMs = Infinity } = state;
  const [first] = running;
  if (first === undefined) {
    if (nowMs >= deadlineAtMs || failed.some(({ error }) => isFinal(error))) return stop;
    return decideNext(toSituation(state, plan, policy, budget, nowMs));
  }
  if (plan.hedgeAfterMs === undefined || running.length > 1 || failed.length > 0) return waitForRunning;
  const dueAtMs = first.startedAtMs + plan.hedgeAfterMs;
  if (Math.max(dueAtMs, nowMs) >= deadlineAtMs) return waitForRunning;
  return decideHedge(dueAtMs, toSituation(state, plan, policy, budget, nowMs));
}

interface Situation {
  readonly state: AttemptState;
  readonly plan: Plan;
  readonly policy: AttemptPolicy;
  readonly nowMs: number;
  /** Upstream calls made, those that run included. */
  readonly calls: number;
  /** Calls still paid for: the first, those that were charged, and what is left in the budget. */
  readonly affordable: number;
  /** Calls that may still be made. */
  readonly callsLeft: number;
}

const toSituation = (
  state: AttemptState,
  plan: Plan,
  policy: AttemptPolicy,
  budget: Pick<RetryBudget, 'left'>,
  nowMs: number,
): Situation => {
  const calls = countCalls(state);
  const affordable = 1 + state.charged + budget.left - calls;
  return { state, plan, policy, nowMs, calls, affordable, callsLeft: Math.min(policy.maxAttempts - calls, affordable) };
};

/** What follows while nothing runs. */
function decideNext(situation: Situation): NextStep {
  const { state, plan, policy, nowMs, calls, affordable } = situation;
  if (calls >= policy.maxAttempts) return stop;
  const untried = plan.candidates.find(({ target }) => !isTried(state, target));
  if (untried !== undefined) {
    if (affordable < 1) return stopWithoutBudget;
    return attempt(untried.target, state.failed.length === 0 ? 'first' : 'failover', situation);
  }
  const retry = soonestRetry(situation);
  if (retry === undefined) return stop;
  if (affordable < 1) return stopWithoutBudget;
  if (retry.atMs > nowMs) return { kind: 'wait', untilMs: retry.atMs, budgetSpent: false };
  return attempt(retry.target, 'retry', situation);
}

/** What follows while the first attempt runs that a second one is to be made beside. */
function decideHedge(dueAtMs: number, situation: Situation): NextStep {
  const { state, plan, policy, nowMs, calls, affordable } = situation;
  const other = plan.candidates.find(({ target, measures }) => measures.available && !isTried(state, target));
  if (other === undefined || calls >= policy.maxAttempts) return waitForRunning;
  if (dueAtMs > nowMs) return { kind: 'wait', untilMs: dueAtMs, budgetSpent: false };
  return affordable < 1 ? waitWithoutBudget : attempt(other.target, 'hedge', situation);
}

const attempt = (target: Target, reason: AttemptReason, situation: Situation): NextStep => ({
  kind: 'attempt',
  target,
  reason,
  after: (situation.state.running.at(-1) ?? situation.state.failed.at(-1))?.target,
  commitWithinMs: commitWithinMs(target, situation),
  extra: situation.calls > situation.state.charged,
});

interface Retry {
  readonly target: Target;
  /** Not before now. */
  readonly atMs: number;
}

/** The target that may be asked again first, provided that there is time to wait for it. */
const soonestRetry = ({ state, plan, policy, nowMs }: Situation): Retry | undefined => {
  const { failed, deadlineAtMs = Infinity } = state;
  const { maxRetryWaitMs = 10_000 } = policy;
  const latestMs = failed.reduce((untilMs, { waitedMs }) => untilMs - waitedMs, nowMs + maxRetryWaitMs);
  let soonest: Retry | undefined;
  for (const { target } of plan.candidates) {
    const againAtMs = lastFailure(state, target)?.againAtMs;
    if (againAtMs === undefined) continue;
    const atMs = Math.max(againAtMs, nowMs);
    if (atMs > latestMs || atMs >= deadlineAtMs) continue;
    if (soonest === undefined || atMs < soonest.atMs) soonest = { target, atMs };
  }
  return soonest;
};
