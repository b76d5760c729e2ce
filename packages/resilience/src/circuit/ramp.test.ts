import { describe, expect, it } from '@jest/globals';

import { createRamp } from './ramp.js';

const ramp = (answers = 0) => createRamp({ startMs: 1_000, lengthMs: 4_000, answers });
const admitted = (nowMs: number, waiting: number): number => {
  const present = ramp();
  return Array.from({ length: 100 }, () => present.admit(nowMs, waiting)).filter(Boolean).length;
};

describe('a ramp', () => {
  it('grows from a quarter to all', () => {
    expect([1_000, 3_000, 4_999.9, 5_000, 9_000].map(ramp().share)).toEqual([0.25, 0.625, expect.closeTo(1), 1, 1]);
  });

  it('lets its share of calls through', () => {
    expect([1_000, 3_000, 5_000].map((nowMs) => admitted(nowMs, 10))).toEqual([25, 62, 100]);
  });

  it('lets all calls through while at most twice as many wait as were answered', () => {
    const present = ramp(2);
    expect([present.admit(1_000, 3), present.admit(1_000, 4)]).toEqual([true, false]);
    present.answered();
    expect(present.admit(1_000, 4)).toBe(true);
  });

  it('is over at once when it has no length', () => {
    expect(createRamp({ startMs: 0, lengthMs: 0, answers: 0 }).share(0)).toBe(1);
  });
});
