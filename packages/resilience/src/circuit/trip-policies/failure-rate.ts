import { createCallWindow } from './call-window.js';
import type { CallWindowSize } from './call-window.js';
import type { TripPolicy } from './trip-policy.js';

export interface FailureRateLimits extends CallWindowSize {
  /** Trips at this share of failures, above 0 and up to 1. */
  readonly failureRate: number;
  /** Below this many calls no share is high enough: three failures out of three say little. */
  readonly volume: number;
}

/** Trips when too many of the latest calls failed. */
export function createFailureRate(limitsOf: () => FailureRateLimits): TripPolicy {
  const window = createCallWindow(limitsOf);
  return {
    see({ atMs, failed }) {
      if (failed !== undefined) window.add(atMs, failed);
    },
    shouldTrip() {
      const { volume, failureRate } = limitsOf();
      if (window.calls < volume || window.share < failureRate) return undefined;
      return `${window.hits} of ${window.calls} calls failed`;
    },
    reset: window.clear,
  };
}
