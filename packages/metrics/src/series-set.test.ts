import { describe, expect, it } from '@jest/globals';

import { createSeriesSet } from './series-set.js';

describe('the series of a metric', () => {
  it('are found again by their label values', () => {
    const set = createSeriesSet(['backend', 'outcome'], () => ({ times: 0 }));
    const count = set.find(['lab', 'complete']);
    expect(set.find(['lab', 'complete'])).toBe(count);
    expect(set.all()).toEqual([{ labels: { backend: 'lab', outcome: 'complete' }, count: { times: 0 } }]);
  });

  it('are apart when any value is, in whatever order', () => {
    const set = createSeriesSet(['a', 'b'], () => ({}));
    const all = [set.find(['x', 'y']), set.find(['y', 'x']), set.find(['x', 'x']), set.find(['xy', ''])];
    expect(new Set(all).size).toBe(4);
    expect(set.all().map(({ count }) => count)).toEqual(all);
  });

  it('are one when there are no labels', () => {
    const set = createSeriesSet([], () => ({}));
    expect(set.find([])).toBe(set.find([]));
  });

  it('are forgotten when the set is cleared', () => {
    const set = createSeriesSet([], () => ({}));
    const before = set.find([]);
    set.clear();
    expect(set.all()).toEqual([]);
    expect(set.find([])).not.toBe(before);
  });
});
