import { setImmediate } from 'node:timers/promises';

import type { Clock } from '@claudette/core';

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Moves on by `ms` milliseconds and fires what falls due on the way, in order of time, then of creation. */
  advance(ms: number): void;
  /** As `advance`, and lets promises that a timer settled run on before the next timer fires. */
  advanceAsync(ms: number): Promise<void>;
  /** Timers that were neither fired nor cancelled: 0 at the end of a test means that every timer had an owner. */
  readonly pending: number;
}

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/**
 * Time that belongs to the test. `now()` begins at 0; `epochMs()` begins at `epochMs`.
 *
 * @param options.epochMs milliseconds since the Unix epoch at the start. @default 1_700_000_000_000
 */
export function createFakeClock({ epochMs = 1_700_000_000_000 }: { readonly epochMs?: number } = {}): FakeClock {
  const timers = new Set<Timer>();
  let now = 0;

  /** Fires the earliest timer due by `until`; false when there is none. Sets keep their order, so creation breaks ties. */
  const fireNext = (until: number): boolean => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    if (next === undefined) return false;
    timers.delete(next);
    now = Math.max(now, next.dueAt);
    next.callback();
    return true;
  };

  return {
    now: () => now,
    epochMs: () => epochMs + Math.floor(now),
    after(delayMs, callback) {
      const timer = { dueAt: now + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      const until = now + ms;
      while (fireNext(until));
      now = until;
    },
    async advanceAsync(ms) {
      const until = now + ms;
      do await setImmediate();
      while (fireNext(until));
      now = until;
    },
    get pending() {
      return timers.size;
    },
  };
}
