import { createConsecutiveFailures } from './consecutive-failures.js';
import { createFailureRate } from './failure-rate.js';
import type { FailureRateLimits } from './failure-rate.js';
import { createSlowCallRate } from './slow-call-rate.js';
import type { SlowCallLimits } from './slow-call-rate.js';
import type { TripPolicy } from './trip-policy.js';

export interface TripPolicies extends TripPolicy {
  /** Share of slow ones among the latest streams, 0 to 1. */
  readonly slowRate: number;
}

/** With 3 one request and its two retries would be enough; more only cost more calls, says `npm run bench:recovery`. */
const FAILURES_IN_A_ROW = 5;
/** For a target that has closed a moment ago and is not trusted yet. */
const FAILURES_ON_PROBATION = 3;

/**
 * All policies as one: trips when any of them does.
 *
 * @param isOnProbation whether the target has failed a moment ago
 */
export function createTripPolicies(
  limitsOf: () => FailureRateLimits & SlowCallLimits,
  isOnProbation: () => boolean,
): TripPolicies {
  const failureRate = createFailureRate(limitsOf);
  const consecutiveFailures = createConsecutiveFailures(() =>
    isOnProbation() ? FAILURES_ON_PROBATION : FAILURES_IN_A_ROW,
  );
  const slowCalls = createSlowCallRate(limitsOf);
  return {
    see(sign) {
      failureRate.see(sign);
      consecutiveFailures.see(sign);
      slowCalls.see(sign);
    },
    shouldTrip: () => failureRate.shouldTrip() ?? consecutiveFailures.shouldTrip() ?? slowCalls.shouldTrip(),
    reset() {
      failureRate.reset();
      consecutiveFailures.reset();
      slowCalls.reset();
    },
    get slowRate() {
      return slowCalls.rate;
    },
  };
}
