import { describe, expect, it } from '@jest/globals';

import { formatMoney } from './format-money.js';

describe('money as text', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000000001'],
    [1_500_000_000n, '1.5'],
    [3_000_000_000n, '3'],
    [12_345_678_901_234_567_890n, '12345678901.23456789'],
  ])('is exact: %s', (nano, text) => {
    expect(formatMoney({ nano, currency: 'USD' })).toBe(text);
  });
});
