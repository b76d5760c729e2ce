import { describe, expect, it } from '@jest/globals';

import { compareAll } from './compare.js';
import { checkComparisons, checkRepeating } from './goals.js';
import { createTraces } from './traces.js';

// A fifth as long as the benchmark's: 1 % of the footprint is some 60 items, which is why luck has more to say.
const traces = createTraces(20_000, 2);
// Throws should a policy exceed its budget or the bound.
const comparisons = compareAll(traces, 20);

describe('the value store on shortened traces', () => {
  it.each(checkComparisons(comparisons))('reaches $least of $text', ({ measured, least }) => {
    expect(measured).toBeGreaterThanOrEqual(least);
  });

  it.each(checkRepeating(traces))('reaches $least of $text', ({ measured, least }) => {
    expect(measured).toBeGreaterThanOrEqual(least);
  });
});

describe('the offline bound of shortened traces', () => {
  it('is above what can be reached by a few per cent at most', () => {
    const distances = comparisons.map(({ bound, scheduled }) => 1 - scheduled / bound);
    expect(Math.max(...distances)).toBeLessThan(0.05);
  });
});
