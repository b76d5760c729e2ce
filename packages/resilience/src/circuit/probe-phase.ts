/** When a probe phase is decided. */
export interface ProbeRule {
  /** How many probes a phase has at most. */
  readonly halfOpenCalls: number;
  /** Share of them that must pass, above 0 and up to 1. */
  readonly successRate: number;
}

/** What a phase came to; undefined while it is not decided. */
export type PhaseVerdict = 'close' | 'open' | undefined;

/** One time of being half-open. It begins with no memory: old failures must not decide about the present. */
export interface ProbePhase {
  /** Whether another probe may go now. */
  readonly hasRoom: boolean;
  enter(): void;
  pass(): PhaseVerdict;
  /** @param hadPassed its answer had begun, and broke off */
  fail(hadPassed: boolean): PhaseVerdict;
  /** A probe ended and says nothing about the target: another one may take its place. */
  leave(): void;
}

/**
 * | event                                          | verdict |
 * |------------------------------------------------|---------|
 * | a probe passed, and as many as the rate asks   | close   |
 * | a probe passed, not enough yet                 | none    |
 * | the first probe failed                         | open    |
 * | more failed than the rate allows               | open    |
 * | a probe failed, as the rate allows             | none    |
 *
 * The first probe goes alone: as long as none has passed, a second one would most likely be one more call wasted.
 */
export function createProbePhase({ halfOpenCalls, successRate }: ProbeRule): ProbePhase {
  // 0.7 of 10 is 7.000000000000001 to a computer.
  const needed = Math.ceil(halfOpenCalls * successRate - 1e-9);
  let entered = 0;
  let passes = 0;
  let failures = 0;

  return {
    get hasRoom() {
      return entered < (passes === 0 ? 1 : halfOpenCalls);
    },
    enter() {
      entered += 1;
    },
    pass() {
      passes += 1;
      return passes >= needed ? 'close' : undefined;
    },
    fail(hadPassed) {
      if (hadPassed) passes -= 1;
      failures += 1;
      return passes === 0 || failures > halfOpenCalls - needed ? 'open' : undefined;
    },
    leave() {
      entered -= 1;
    },
  };
}
