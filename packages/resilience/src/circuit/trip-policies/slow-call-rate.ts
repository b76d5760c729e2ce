import { createCallWindow } from './call-window.js';
import type { CallWindowSize } from './call-window.js';
import type { TripPolicy } from './trip-policy.js';

export interface SlowCallLimits extends CallWindowSize {
  /** A stream whose first content takes so long is slow, in milliseconds. */
  readonly slowFirstContentMs: number;
  /** Trips at this share of slow streams, above 0 and up to 1. */
  readonly slowCallRate: number;
  /** Below this many streams no share is high enough. */
  readonly volume: number;
}

export interface SlowCallRate extends TripPolicy {
  /** Share of slow streams among the latest ones, 0 to 1. */
  readonly rate: number;
}

/** Trips when enough of the latest streams kept their reader waiting. How long an answer takes as a whole is no fault. */
export function createSlowCallRate(limitsOf: () => SlowCallLimits): SlowCallRate {
  const window = createCallWindow(limitsOf);
  return {
    see({ atMs, slow }) {
      if (slow !== undefined) window.add(atMs, slow);
    },
    shouldTrip() {
      const { volume, slowCallRate, slowFirstContentMs } = limitsOf();
      if (window.calls < volume || window.share < slowCallRate) return undefined;
      return `${window.hits} of ${window.calls} streams gave no content within ${slowFirstContentMs} ms`;
    },
    reset: window.clear,
    get rate() {
      return window.share;
    },
  };
}
