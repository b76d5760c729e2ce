import { describe, expect, it } from '@jest/globals';

import { footprintOf } from './trace.js';
import { createTraces } from './traces.js';

const traces = createTraces(2000, 1);

describe.each(traces.map((trace) => [trace.name, trace] as const))('the trace %s', (_, trace) => {
  it('has as many requests as asked for', () => {
    expect(trace.requests).toHaveLength(2000);
  });

  it('repeats some of its items, each with one size and one worth', () => {
    const items = new Set(trace.requests);
    expect(items.size).toBeLessThan(2000);
    expect(new Set([...items].map(({ key }) => key)).size).toBe(items.size);
  });

  it('has sizes from 200 bytes to a megabyte', () => {
    const sizes = trace.requests.map(({ bytes }) => bytes);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000_000);
    expect(footprintOf(trace)).toBeLessThan(sizes.reduce((sum, bytes) => sum + bytes, 0));
  });
});

describe('the traces', () => {
  it('are the same for the same seed', () => {
    expect(createTraces(2000, 1)).toEqual(traces);
  });

  it('are others for another seed', () => {
    expect(createTraces(2000, 2)).not.toEqual(traces);
  });
});
