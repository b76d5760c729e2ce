import { describe, expect, it } from '@jest/globals';

import { parseLifetime } from './parse-lifetime.js';

describe('a lifetime', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['30d', 2_592_000_000],
    ['0s', 0],
  ])('of %s has %d milliseconds', (text, lifetimeMs) => {
    expect(parseLifetime(text)).toBe(lifetimeMs);
  });

  it.each(['', '30', 'd', '1.5h', '-1d', '30 d', '1w', '36501d'])('is not %j', (text) => {
    expect(parseLifetime(text)).toBeUndefined();
  });
});
