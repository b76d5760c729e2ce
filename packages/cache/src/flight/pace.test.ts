import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createFakeClock } from '@claudette/testing';

import { createPace } from './pace.js';

/** Pieces that come so many milliseconds after one another. */
const paceOf = (pieces: readonly (readonly [bytes: number, ms: number])[]): readonly number[] => {
  const clock = createFakeClock();
  const pace = createPace(clock, clock.now());
  for (const [bytes, ms] of pieces) {
    clock.advance(ms);
    pace.add(bytes);
  }
  return pace.pairs;
};
const sumOf = (pairs: readonly number[], offset: 0 | 1): number =>
  pairs.reduce((sum, number, at) => (at % 2 === offset ? sum + number : sum), 0);

describe('a pace', () => {
  it('tells the bytes of each piece and the milliseconds before it', () => {
    const pieces = [
      [10, 300],
      [20, 5],
      [30, 7],
    ] as const;
    expect(paceOf(pieces)).toEqual([10, 300, 20, 5, 30, 7]);
  });

  it('takes pieces of one millisecond for one', () => {
    const pieces = [
      [10, 0],
      [20, 0.4],
      [30, 0.4],
      [40, 0.4],
    ] as const;
    expect(paceOf(pieces)).toEqual([60, 0, 40, 1]);
  });

  it('does not drift where pieces come in fractions of a millisecond', () => {
    expect(sumOf(paceOf(Array.from({ length: 1_000 }, () => [1, 1.5] as const)), 1)).toBe(1_500);
  });

  it('holds at most 2,000 pairs, and every byte and millisecond of however many pieces', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 1, max: 3 }), (count, ms) => {
        const pairs = paceOf(Array.from({ length: count }, () => [7, ms] as const));
        expect([sumOf(pairs, 0), sumOf(pairs, 1)]).toEqual([7 * count, ms * count]);
        expect(pairs.length / 2).toBeLessThanOrEqual(2_000);
        expect(pairs.length / 2).toBeGreaterThan(Math.min(count, 1_000) - 1);
      }),
      { numRuns: 30 },
    );
  });
});
