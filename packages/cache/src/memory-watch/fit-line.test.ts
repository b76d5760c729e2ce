import { describe, expect, it } from '@jest/globals';

import { fitLine } from './fit-line.js';

const over = (ys: readonly number[]) => fitLine(ys.map((y, x) => ({ x, y })));

describe('the line through points', () => {
  it('is the line that they are on', () => {
    expect(over([5, 7, 9, 11])).toEqual({ slope: 2, fit: 1 });
  });

  it('goes through the middle of points beside it, and fits less', () => {
    const { slope, fit } = over([0, 2, 1, 3]);
    expect(slope).toBeCloseTo(0.8);
    expect(fit).toBeCloseTo(0.64);
  });

  it.each([
    ['of none', []],
    ['of one', [3]],
    ['of equal values', [4, 4, 4]],
  ])('has no slope %s', (_, ys) => {
    expect(over(ys)).toEqual({ slope: 0, fit: 0 });
  });
});
