import { describe, expect, it } from '@jest/globals';

import { formatMoney, parseMoney } from './money-text.js';

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

describe('text as money', () => {
  it.each([
    ['0', 0n],
    ['0.000000001', 1n],
    [' 1.5 ', 1_500_000_000n],
    ['123456789012', 123_456_789_012_000_000_000n],
  ])('is exact: %s', (text, nano) => {
    expect(parseMoney(text, 'USD')).toEqual({ nano, currency: 'USD' });
  });

  it.each(['', '-1', '1e3', '.5', '1.', '0.0000000001', '1,5', 'NaN'])('is not "%s"', (text) => {
    expect(parseMoney(text, 'USD')).toBeUndefined();
  });
});
