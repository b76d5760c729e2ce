import { describe, expect, it } from '@jest/globals';

import { formatUsd, roundMs, roundShare } from './plain-numbers.js';

describe('plain numbers', () => {
  it.each([
    [0.012345, 0.012],
    [1.2345, 1.2],
    [99.96, 100],
    [812.5, 813],
    [undefined, undefined],
  ])('round %s ms to %s', (ms, rounded) => {
    expect(roundMs(ms)).toBe(rounded);
  });

  it.each([
    [0.8333, 0.83],
    [undefined, undefined],
  ])('round a share of %s to %s', (share, rounded) => {
    expect(roundShare(share)).toBe(rounded);
  });

  it.each([
    [1_250_000, '0.00125 USD'],
    [0, '0 USD'],
    [undefined, undefined],
  ])('write %s nano-units as %s', (nano, text) => {
    expect(formatUsd(nano)).toBe(text);
  });
});
