/** The time after a circuit closed in which its load comes back by and by. */
export interface Ramp {
  /** The share of calls that is let through now, up to 1; at 1 it is over. */
  share(nowMs: number): number;
  /**
   * Whether this call is let through: of ten calls at a share of 0.6, six are, evenly spread. All are while at most twice
   * as many of them wait as were answered before: so many are no sudden load.
   *
   * @param waiting how many calls wait for their answer now
   */
  admit(nowMs: number, waiting: number): boolean;
  /** A call was answered. */
  answered(): void;
}

export interface RampOptions {
  /** On the clock's `now()`. */
  readonly startMs: number;
  readonly lengthMs: number;
  /** How many calls were answered before it began. */
  readonly answers: number;
}

const FIRST_SHARE = 0.25;

/** A ramp from a quarter of the calls to all of them. */
export function createRamp({ startMs, lengthMs, answers }: RampOptions): Ramp {
  let known = answers;
  let credit = 0;
  const share = (nowMs: number): number => {
    const gone = nowMs - startMs;
    return gone >= lengthMs ? 1 : FIRST_SHARE + (1 - FIRST_SHARE) * (gone / lengthMs);
  };
  return {
    share,
    admit(nowMs, waiting) {
      credit += share(nowMs);
      if (credit < 1) return waiting < 2 * known;
      credit -= 1;
      return true;
    },
    answered() {
      known += 1;
    },
  };
}
