import type { Candidate, Plan, Target } from '@claudette/core';

import { isSameTarget, isTried, lastFailure } from './attempt-state.js';
import type { AttemptPolicy, AttemptState } from './attempt-state.js';

/** A target is given up only when it takes so much longer than it usually takes at most. */
const PATIENCE = 1.5;

/** What an attempt's share of the time depends on. */
export interface ShareFacts {
  readonly state: AttemptState;
  readonly plan: Plan;
  readonly policy: Pick<AttemptPolicy, 'expectedMs'>;
  /** Upstream calls that may still be made, the attempt's own included. */
  readonly callsLeft: number;
  readonly nowMs: number;
}

/** Whether a target could be tried after another one: it would take the request, and there would be time for it. */
const couldFollow = ({ target, measures }: Candidate, state: AttemptState, deadlineAtMs: number): boolean => {
  const failure = lastFailure(state, target);
  if (failure === undefined) return measures.available && !isTried(state, target);
  return failure.againAtMs !== undefined && failure.againAtMs < deadlineAtMs;
};

/**
 * How long an attempt may take to commit: its share of the time that is left, as there are others that could be tried
 * after it, and not less than the target can be expected to need. Undefined when the deadline itself is the limit: no
 * other could be tried, or there is no deadline at all.
 */
export function commitWithinMs(target: Target, facts: ShareFacts): number | undefined {
  const { state, plan, policy, callsLeft, nowMs } = facts;
  const { deadlineAtMs, stream } = state;
  if (deadlineAtMs === undefined || callsLeft < 2) return undefined;
  let shares = 1;
  for (const candidate of plan.candidates) {
    if (shares >= callsLeft) break;
    if (!isSameTarget(candidate.target, target) && couldFollow(candidate, state, deadlineAtMs)) shares += 1;
  }
  if (shares === 1) return undefined;
  const leftMs = deadlineAtMs - nowMs;
  const expectedMs = policy.expectedMs?.(target, stream) ?? 0;
  const shareMs = Math.max(leftMs / shares, PATIENCE * expectedMs);
  return shareMs < leftMs ? shareMs : undefined;
}
