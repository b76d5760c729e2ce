import type { Target } from '@claudette/core';

import type { FailureClass } from '../failure-class.js';

/** A circuit as operators see it. */
export interface CircuitSnapshot {
  readonly target: Target;
  readonly state: 'closed' | 'open' | 'half-open';
  /** Opened by hand: it stays open until it is closed or reset by hand. */
  readonly forced: boolean;
  /** Share of failures among the judged calls of the last `windowMs`, 0 to 1. */
  readonly failureRate: number;
  /** Share of slow ones among the latest streams, 0 to 1. */
  readonly slowRate: number;
  /** Judged calls of the last `windowMs`. */
  readonly calls: number;
  /** How often it has opened in a row, without a healthy time between. */
  readonly openings: number;
  /** The share of calls that is let through, below 1. Absent unless it closed a moment ago. */
  readonly ramp?: number;
  /** When it opened, in milliseconds since the Unix epoch. Absent while closed. */
  readonly openedAtMs?: number;
  /** From when a probe may go, in milliseconds since the Unix epoch. Absent unless open, and when opened by hand. */
  readonly nextProbeAtMs?: number;
  /** Why it is in this state. Absent until the state has changed for the first time. */
  readonly reason?: string;
  /** What kind of failure opened it. Absent while closed, and when opened by hand. */
  readonly failureClass?: FailureClass;
}
