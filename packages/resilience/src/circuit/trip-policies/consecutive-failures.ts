import type { TripPolicy } from './trip-policy.js';

/**
 * Trips after so many failures in a row, however few calls there were and however well those before them went: the
 * window of a healthy target is full of successes, which would have to be outnumbered first.
 *
 * A success ends the row only when its call began after the row did. Long answers that were under way when a target
 * went down may end well for minutes, and say nothing about the calls that begin now.
 *
 * @param limitOf asked anew for each call
 */
export function createConsecutiveFailures(limitOf: () => number): TripPolicy {
  let inARow = 0;
  let beganAtMs = 0;
  return {
    see({ startedAtMs, failed }) {
      if (failed === true) {
        if (inARow === 0) beganAtMs = startedAtMs;
        inARow += 1;
      } else if (failed === false && startedAtMs >= beganAtMs) inARow = 0;
    },
    shouldTrip: () => (inARow >= limitOf() ? `${inARow} calls in a row failed` : undefined),
    reset() {
      inARow = 0;
      beganAtMs = 0;
    },
  };
}
