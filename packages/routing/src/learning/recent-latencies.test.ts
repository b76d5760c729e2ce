import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createRecentLatencies } from './recent-latencies.js';

const after = (values: readonly number[], smoothing = 0.5) => {
  const latencies = createRecentLatencies(smoothing);
  for (const value of values) latencies.add(value);
  return latencies;
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('recent latencies', () => {
  it('tell nothing at first', () => {
    const latencies = after([]);
    expect(latencies.averageMs).toBeUndefined();
    expect(latencies.fastestMs).toBeUndefined();
    expect(latencies.percentile(0.5)).toBeUndefined();
  });

  it('begin with the mean, which no single one rules', () => {
    expect(after([300, 100, 200], 0.05).averageMs).toBe(200);
  });

  it('move towards the newest one when there were enough', () => {
    expect(after([100, 200, 300], 0.5).averageMs).toBe(225);
  });

  it('have percentiles from the twentieth on', () => {
    expect(after(upTo(19)).percentile(0.95)).toBeUndefined();
    expect(after(upTo(20)).percentile(0.95)).toBe(19);
    expect(after(upTo(20)).percentile(0.999)).toBe(20);
    expect(after(upTo(20)).percentile(0)).toBe(1);
  });

  it('forget all but the last 64', () => {
    const latencies = after([1, ...upTo(64).map((value) => value + 100)]);
    expect(latencies.fastestMs).toBe(101);
    expect(latencies.percentile(1)).toBe(164);
  });

  it('know at any time what sorting the last 64 would tell', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 20, maxLength: 300 }),
        (values) => {
          const sorted = values.slice(-64).sort((a, b) => a - b);
          const latencies = after(values);
          expect(latencies.fastestMs).toBe(sorted[0]);
          expect(latencies.percentile(0.95)).toBe(sorted[Math.ceil(0.95 * sorted.length) - 1]);
        },
      ),
    );
  });
});
