import type { Clock } from '@claudette/core';

export interface RetryBudgetOptions {
  readonly clock: Clock;
  /** Extra calls allowed per exchange that began in the window. Read anew each time. */
  readonly ratio: number;
  /** So many are allowed in a window however few exchanges began, or the first fault at low traffic would be final. */
  readonly floor: number;
  /** How far back exchanges and extra calls count, in milliseconds. */
  readonly windowMs: number;
}

/**
 * How many upstream calls may be made beyond one per exchange, so that an outage is not multiplied by those who try to
 * get around it. Shared by all exchanges of a gateway; it has no timers.
 */
export interface RetryBudget {
  /** One more exchange has begun. */
  begin(): void;
  /** Takes one extra call; false when none is left. */
  take(): boolean;
  /** Extra calls that could be taken now. */
  readonly left: number;
}

/** The window moves on by a tenth of itself: what counts is between nine and ten tenths old. */
const BUCKETS = 10;

interface Bucket {
  begun: number;
  taken: number;
}

/** A budget over a sliding window: the greater of `floor` and `ratio` x exchanges, less what was taken. */
export function createRetryBudget(options: RetryBudgetOptions): RetryBudget {
  const { clock, floor, windowMs } = options;
  const bucketMs = windowMs / BUCKETS;
  let newest = Math.floor(clock.now() / bucketMs);
  let current: Bucket = { begun: 0, taken: 0 };
  const older: Bucket[] = [];
  let begun = 0;
  let taken = 0;

  const moveOn = (): void => {
    const latest = Math.floor(clock.now() / bucketMs);
    if (latest === newest) return;
    for (let passed = Math.min(latest - newest, BUCKETS); passed > 0; passed -= 1) {
      older.push(current);
      current = { begun: 0, taken: 0 };
    }
    newest = latest;
    for (const gone of older.splice(0, older.length - (BUCKETS - 1))) {
      begun -= gone.begun;
      taken -= gone.taken;
    }
  };
  const left = (): number => {
    moveOn();
    return Math.max(0, Math.max(floor, Math.floor(options.ratio * begun)) - taken);
  };

  return {
    begin() {
      moveOn();
      current.begun += 1;
      begun += 1;
    },
    take() {
      if (left() < 1) return false;
      current.taken += 1;
      taken += 1;
      return true;
    },
    get left() {
      return left();
    },
  };
}
