import type { GatewayError, Target } from '@claudette/core';

import { isUpstreamCall, mayRepeat } from './attempt-faults.js';

/** An attempt that has shown nothing yet. */
export interface RunningAttempt {
  readonly target: Target;
  /** When it began, on the same clock as `nowMs`. */
  readonly startedAtMs: number;
}

/** An attempt that ended before anything was shown to the client. */
export interface FailedAttempt {
  readonly target: Target;
  readonly error: GatewayError;
  /** When it failed, on the same clock as `nowMs`. */
  readonly failedAtMs: number;
  /** How long was waited before it began. */
  readonly waitedMs: number;
  /** When the same target may be sent the request again. Absent: never. */
  readonly againAtMs?: number | undefined;
}

/** What became of an exchange so far. */
export interface AttemptState {
  readonly stream: boolean;
  /** When the exchange's budget of time ends, on the same clock as `nowMs`. Absent: it has none. */
  readonly deadlineAtMs?: number | undefined;
  /** In the order they failed. */
  readonly failed: readonly FailedAttempt[];
  /** In the order they began. */
  readonly running: readonly RunningAttempt[];
  /** Extra calls that the retry budget was charged for. A refusal uses none up: it is left for what comes next. */
  readonly charged: number;
}

export interface AttemptPolicy {
  /** Most upstream calls for one exchange, hedges included. */
  readonly maxAttempts: number;
  /** Most milliseconds that one exchange spends waiting before retries. @default 10000 */
  readonly maxRetryWaitMs?: number;
  /**
   * How long to let a target rest after its `failures`-th failure, counted from 1. Asked once per failure, and only where
   * the same target may be asked again. It has the last word on a Retry-After too (`error.fault.retryAfterMs`): 0 where
   * another key of the same backend is free.
   */
  readonly backoffMs: (error: GatewayError, failures: number, target: Target) => number;
  /** How long a target usually takes to commit at most (its 95th percentile). Absent, or undefined: unknown. */
  readonly expectedMs?: (target: Target, stream: boolean) => number | undefined;
}

/** Whether two targets are the same one. */
export const isSameTarget = (a: Target, b: Target): boolean =>
  a === b || (a.backend === b.backend && a.model === b.model);

/** Upstream calls made, those that run included: refusals are none. */
export const countCalls = ({ failed, running }: Pick<AttemptState, 'failed' | 'running'>): number =>
  failed.reduce((calls, { error }) => calls + (isUpstreamCall(error) ? 1 : 0), running.length);

/** How the latest attempt at a target failed. Undefined: it was not tried, or it runs. */
export const lastFailure = ({ failed }: AttemptState, target: Target): FailedAttempt | undefined =>
  failed.findLast((attempt) => isSameTarget(attempt.target, target));

/** Whether a target was tried, or is being tried. */
export const isTried = ({ failed, running }: AttemptState, target: Target): boolean =>
  failed.some((attempt) => isSameTarget(attempt.target, target)) ||
  running.some((attempt) => isSameTarget(attempt.target, target));

/** Notes a failure, and from when on its target may be asked again. */
export const toFailedAttempt = (
  before: readonly FailedAttempt[],
  { backoffMs }: Pick<AttemptPolicy, 'backoffMs'>,
  { target, waitedMs }: Pick<FailedAttempt, 'target' | 'waitedMs'>,
  error: GatewayError,
  failedAtMs: number,
): FailedAttempt => {
  const failures = before.filter((other) => isSameTarget(other.target, target)).length + 1;
  const againAtMs = mayRepeat(error) ? failedAtMs + backoffMs(error, failures, target) : undefined;
  return { target, error, failedAtMs, waitedMs, againAtMs };
};
