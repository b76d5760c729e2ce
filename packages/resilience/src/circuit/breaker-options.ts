import type { Clock, Observe } from '@claudette/core';

/** When a circuit opens, and how it comes back. May change while circuits are at work. */
export interface BreakerLimits {
  /** The share of failures, above 0 and up to 1, at which a circuit opens. */
  readonly failureRate: number;
  /** Below this many judged calls no share is high enough; only failures in a row open a circuit sooner. */
  readonly volume: number;
  /** How many of the latest calls are looked at, at least `volume`. */
  readonly windowCalls: number;
  /** How far back calls are looked at, in milliseconds. */
  readonly windowMs: number;
  /** What waits for a probe are counted in, in milliseconds: a first one is a 32nd of it, the longest is half of it. */
  readonly openMs: number;
  /** The most probes of one half-open phase. */
  readonly halfOpenCalls: number;
  /** The share of these probes that must pass, above 0 and up to 1. */
  readonly successRate: number;
  /** A stream whose first content takes so long is slow, in milliseconds. */
  readonly slowFirstContentMs: number;
  /** The share of slow streams, above 0 and up to 1, at which a circuit opens. */
  readonly slowCallRate: number;
}

export interface BreakerOptions extends BreakerLimits {
  readonly clock: Clock;
  /** Told each change of a circuit's state. */
  readonly observe: Observe;
  /** Yields numbers from 0 (included) to 1 (excluded). */
  readonly random: () => number;
}
