import { targetName, UpstreamError } from '@claudette/core';
import type { GatewayError, GatewayErrorCode, Plan, Target } from '@claudette/core';

/** An attempt that ended before anything was shown to the client. */
export interface FailedAttempt {
  readonly target: Target;
  readonly error: GatewayError;
  /** When it failed, on the same clock as `now`. */
  readonly failedAtMs: number;
  /** How long was waited before it began. */
  readonly waitedMs: number;
}

export interface AttemptPolicy {
  /** Most upstream calls for one exchange. */
  readonly maxAttempts: number;
  /** Most milliseconds that one exchange spends waiting before retries. @default 10000 */
  readonly maxRetryWaitMs?: number;
  /** How long to let a target rest after its `failures`-th failure, counted from 1. A longer Retry-After outweighs it. */
  readonly backoffMs: (error: GatewayError, failures: number) => number;
}

/** What to do next. */
export type NextStep =
  { readonly kind: 'attempt'; readonly target: Target; readonly waitMs: number } | { readonly kind: 'stop' };

const stop: NextStep = { kind: 'stop' };

/** Ours, not the backend's: nothing was sent. Such a target has refused for now and is not asked again. */
const refusals: readonly GatewayErrorCode[] = [
  'circuit_open',
  'target_busy',
  'credential_missing',
  'translation_refused',
];

/** The backend did not take the request, or said that it would not work on it. */
const repeatable: readonly GatewayErrorCode[] = [
  'upstream_unreachable',
  'upstream_rate_limited',
  'upstream_overloaded',
];

/** Whether an attempt with this error reached out to its backend; what did not is no upstream call. */
export const isUpstreamCall = ({ code }: Pick<GatewayError, 'code'>): boolean => !refusals.includes(code);

/** What one target cannot be sent another one may understand; every other error that is not retryable ends the matter. */
export const isFinal = ({ code, retryable }: GatewayError): boolean => !retryable && code !== 'translation_refused';

/**
 * Decides what follows failed attempts. Pure.
 *
 * | after | another target | the same target |
 * |---|---|---|
 * | an error that is not retryable | no | no |
 * | unreachable, rate limited, overloaded, HTTP 5xx, or nothing of the request was sent | yes | yes, after a wait |
 * | broken, too slow, invalid answer, refused credential: it may have been executed, or would fail again | yes | no |
 * | circuit open, busy, no credential, not to be translated: no upstream call was made | yes | no |
 *
 * Targets not tried yet come first, in the order of the plan; then the one that may be tried again soonest.
 */
export function decide(history: readonly FailedAttempt[], plan: Plan, policy: AttemptPolicy, nowMs: number): NextStep {
  const last = history.at(-1);
  if (last !== undefined && isFinal(last.error)) return stop;
  if (history.filter(({ error }) => isUpstreamCall(error)).length >= policy.maxAttempts) return stop;

  const tried = new Set(history.map(({ target }) => targetName(target)));
  const untried = plan.candidates.find(({ target }) => !tried.has(targetName(target)));
  if (untried !== undefined) return { kind: 'attempt', target: untried.target, waitMs: 0 };

  const { maxRetryWaitMs = 10_000 } = policy;
  const waitLeftMs = history.reduce((left, { waitedMs }) => left - waitedMs, maxRetryWaitMs);
  const [soonest] = plan.candidates
    .map(({ target }) => toRetry(target, history, policy, nowMs))
    .filter((retry) => retry !== undefined)
    .filter(({ waitMs }) => waitMs <= waitLeftMs)
    .sort((a, b) => a.waitMs - b.waitMs);
  return soonest ?? stop;
}

type Retry = Extract<NextStep, { kind: 'attempt' }>;

const toRetry = (
  target: Target,
  history: readonly FailedAttempt[],
  policy: AttemptPolicy,
  nowMs: number,
): Retry | undefined => {
  const failures = history.filter((attempt) => targetName(attempt.target) === targetName(target));
  const last = failures.at(-1);
  if (last === undefined || !mayRepeat(last.error)) return undefined;
  const restMs = Math.max(policy.backoffMs(last.error, failures.length), retryAfterMs(last.error));
  return { kind: 'attempt', target, waitMs: Math.max(0, last.failedAtMs + restMs - nowMs) };
};

const retryAfterMs = (error: GatewayError): number =>
  error instanceof UpstreamError ? (error.fault.retryAfterMs ?? 0) : 0;

/** Whether the same target may be sent the same request again without the risk of its being executed, and paid, twice. */
const mayRepeat = (error: GatewayError): boolean => {
  if (!isUpstreamCall(error)) return false;
  if (repeatable.includes(error.code)) return true;
  if (!(error instanceof UpstreamError)) return false;
  const { status = 0, unsent = false } = error.fault;
  return unsent || (error.code === 'upstream_failed' && status >= 500);
};
