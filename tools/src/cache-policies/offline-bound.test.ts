import { describe, expect, it } from '@jest/globals';

import { boundOffline, findChances } from './offline-bound.js';
import { scheduleOffline } from './offline-schedule.js';
import type { Item, Trace } from './trace.js';

const trace = (items: readonly Item[], order: string): Trace => ({
  name: 'by hand',
  requests: [...order].flatMap((key) => items.filter((item) => item.key === key)),
});
const a = { key: 'a', bytes: 1, worth: 5 };
const b = { key: 'b', bytes: 1, worth: 3 };
const c = { key: 'c', bytes: 9, worth: 100 };

const bound = (made: Trace, maxBytes: number): readonly [reachable: number, upper: number] => {
  const chances = findChances(made, maxBytes);
  const { upper, prices } = boundOffline(chances, maxBytes, 400);
  return [scheduleOffline(chances, maxBytes, prices), upper];
};

describe('the offline bound', () => {
  it('is everything when everything fits', () => {
    expect(bound(trace([a, b], 'ababab'), 2)).toEqual([16, 16]);
  });

  it('is nothing when nothing comes back', () => {
    expect(bound(trace([a, b], 'ab'), 2)).toEqual([0, 0]);
  });

  it('prefers what is worth more when there is room for one', () => {
    const [reachable, upper] = bound(trace([a, b], 'abab'), 1);
    expect(reachable).toBe(5);
    expect(upper).toBeGreaterThanOrEqual(5);
    expect(upper).toBeLessThan(5.1);
  });

  it('counts a place that is free again as free', () => {
    const [reachable, upper] = bound(trace([a, b], 'aabb'), 1);
    expect(reachable).toBe(8);
    expect(upper).toBeCloseTo(8, 1);
  });

  it('leaves out what is larger than the budget', () => {
    expect(bound(trace([a, c], 'acac'), 8)).toEqual([5, 5]);
  });
});
