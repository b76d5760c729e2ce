import type { FailureClass } from './failure-class.js';

/** What the wait before the next attempt depends on. */
export interface BackoffInput {
  /** The attempt that just failed, counted from 1. */
  readonly attempt: number;
  readonly failureClass: FailureClass;
  /** How long the backend asked to wait; the wait is never shorter. */
  readonly retryAfterMs?: number;
  /** Yields numbers from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** The longest first wait, in milliseconds. @default 250 */
  readonly baseMs?: number;
}

const LARGEST_FACTOR = 16;

const exponential = (attempt: number): number => Math.min(2 ** (attempt - 1), LARGEST_FACTOR);
const linear = (attempt: number): number => Math.min(attempt, LARGEST_FACTOR);
const immediateThenExponential = (attempt: number): number => (attempt === 1 ? 0 : exponential(attempt - 1));
const immediate = (): number => 0;

const factors: Readonly<Record<FailureClass, (attempt: number) => number>> = {
  timeout: immediateThenExponential,
  connection: linear,
  'rate-limit': exponential,
  server: exponential,
  'stream-broken': exponential,
  local: exponential,
  // Sending these again changes nothing, so there is nothing to wait for.
  caller: immediate,
  cancelled: immediate,
};

/**
 * How long to wait before the next attempt on the same target, in milliseconds. Full jitter: anything from 0 to the
 * bound is equally likely, so that callers who failed together do not come back together.
 *
 * | class | bound |
 * |---|---|
 * | rate-limit, server, stream-broken, local | base, 2 base, 4 base, 8 base, then 16 base |
 * | connection | base, 2 base, 3 base, ... 16 base |
 * | timeout | at once, then as rate-limit |
 * | caller, cancelled | at once |
 */
export const backoffMs = ({ attempt, failureClass, retryAfterMs = 0, random, baseMs = 250 }: BackoffInput): number =>
  Math.max(retryAfterMs, Math.floor(random() * baseMs * factors[failureClass](attempt)));
