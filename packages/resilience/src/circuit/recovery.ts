import type { FailureClass } from '../failure-class.js';

export interface RecoveryOptions {
  /** What waits are counted in, in milliseconds. Asked anew for each opening. */
  readonly openMs: () => number;
  /** Yields numbers from 0 (included) to 1 (excluded). */
  readonly random: () => number;
}

/** How a circuit comes back: what its waits for a probe depend on. All times are on the clock's `now()`. */
export interface Recovery {
  /** The circuit opens; returns how long to wait for the next probe, in milliseconds. */
  opened(failureClass: FailureClass, nowMs: number): number;
  /** The circuit closes. */
  closed(nowMs: number): void;
  /** How often it has opened without a healthy time between. */
  openings(nowMs: number): number;
  forget(): void;
}

/** What a class's factors multiply, as a share of `openMs`. */
const STEP_SHARE = 1 / 32;
const LARGEST_FACTOR = 16;
/** The share of a wait that is certain; the rest is left to chance, so that several gateways do not probe in step. */
const CERTAIN_SHARE = 0.75;
/** Closed for this share of `openMs`, a circuit has recovered: its next opening is a first one again. */
const HEALTHY_SHARE = 0.5;

/**
 * How long an open circuit waits. Faults are short more often than long, so that an early probe saves more than it
 * costs: the first waits are a fraction of `openMs`, and they grow to half of it while a target fails again and again.
 *
 * | class                             | n-th opening in a row, in 32nds of `openMs` |
 * |-----------------------------------|---------------------------------------------|
 * | server, stream-broken, rate-limit | 1, 2, 4, 8, then 16                         |
 * | connection                        | 2, 4, 6, ... 16                             |
 * | timeout                           | at once, then 1, 2, 4, 8, then 16           |
 *
 * The shares here are what `npm run bench:recovery` found best; it is not much worse with half or twice as much.
 */
export function createRecovery({ openMs, random }: RecoveryOptions): Recovery {
  let openings = 0;
  let closedAt: number | undefined;

  const openingsAt = (nowMs: number): number =>
    closedAt !== undefined && nowMs - closedAt >= openMs() * HEALTHY_SHARE ? 0 : openings;

  return {
    opened(failureClass, nowMs) {
      openings = openingsAt(nowMs) + 1;
      closedAt = undefined;
      const longestMs = openMs() * STEP_SHARE * factorOf(failureClass, openings);
      return longestMs * (CERTAIN_SHARE + (1 - CERTAIN_SHARE) * random());
    },
    closed(nowMs) {
      closedAt = nowMs;
    },
    openings: openingsAt,
    forget() {
      openings = 0;
      closedAt = undefined;
    },
  };
}

const factorOf = (failureClass: FailureClass, opening: number): number => {
  if (failureClass === 'connection') return Math.min(2 * opening, LARGEST_FACTOR);
  const doublings = failureClass === 'timeout' ? opening - 2 : opening - 1;
  return doublings < 0 ? 0 : Math.min(2 ** doublings, LARGEST_FACTOR);
};
