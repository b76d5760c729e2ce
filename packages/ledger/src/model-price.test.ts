import { noUsage } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { costOf, defineModelPrice } from './model-price.js';

const price = defineModelPrice({
  input: 3,
  cachedInput: 0.3,
  cacheWrite: 3.75,
  cacheWrite1h: 6,
  output: 15,
  reasoning: 20,
});

describe('a price from a list', () => {
  it('is in integer nano-units per million tokens', () => {
    expect(price).toEqual({
      input: 3_000_000_000,
      cachedInput: 300_000_000,
      cacheWrite: 3_750_000_000,
      cacheWrite1h: 6_000_000_000,
      output: 15_000_000_000,
      reasoning: 20_000_000_000,
      tiers: [],
    });
  });

  it('bills cached input as input and reasoning as output where the list has no price for them', () => {
    expect(defineModelPrice({ input: 1, output: 2 })).toEqual({
      input: 1_000_000_000,
      cachedInput: 1_000_000_000,
      output: 2_000_000_000,
      reasoning: 2_000_000_000,
      tiers: [],
    });
  });

  it('is the very price that was printed, however it looks in binary', () => {
    expect(defineModelPrice({ input: 0.1 + 0.2, output: 1.1 })).toMatchObject({
      input: 300_000_000,
      output: 1_100_000_000,
    });
  });
});

describe('a cost', () => {
  it('is the sum of each class at its own price', () => {
    const usage = {
      ...noUsage,
      inputTokens: 1_000,
      cachedInputTokens: 2_000,
      cacheWriteTokens: 400,
      cacheWrite1hTokens: 50,
      outputTokens: 600,
      reasoningTokens: 7,
    };
    // 3,000 + 600 + 1,500 + 300 + 9,000 + 140 millionths of a dollar
    expect(costOf(price, usage)).toBe(14_540_000n);
  });

  it('is 0 when nothing was used', () => {
    expect(costOf(price, noUsage)).toBe(0n);
  });

  it('rounds half up, once', () => {
    const odd = { ...defineModelPrice({ input: 0, output: 0 }), input: 500_000, output: 499_999 };
    expect([
      costOf(odd, { ...noUsage, inputTokens: 1 }),
      costOf(odd, { ...noUsage, outputTokens: 1 }),
      costOf(odd, { ...noUsage, inputTokens: 1, outputTokens: 2 }),
    ]).toEqual([1n, 0n, 1n]);
  });

  it('is unknown when a class without a price was used', () => {
    const listed = defineModelPrice({ input: 1, output: 2 });
    expect([
      costOf(listed, { ...noUsage, inputTokens: 9, cacheWriteTokens: 1 }),
      costOf(listed, { ...noUsage, inputTokens: 9, cacheWrite1hTokens: 1 }),
      costOf(listed, { ...noUsage, inputTokens: 9 }),
    ]).toEqual([undefined, undefined, 9_000n]);
  });

  it('takes the tier of the whole prompt, for the whole request', () => {
    const double = defineModelPrice({ input: 2, output: 4 });
    const tiered = { ...defineModelPrice({ input: 1, output: 2 }), tiers: [{ ...double, aboveInputTokens: 100 }] };
    expect([
      costOf(tiered, { ...noUsage, inputTokens: 60, cachedInputTokens: 40, outputTokens: 10 }),
      costOf(tiered, { ...noUsage, inputTokens: 60, cachedInputTokens: 41, outputTokens: 10 }),
    ]).toEqual([120_000n, 242_000n]);
  });

  it('is exact for any counts', () => {
    const tokens = fc.nat({ max: 2_000_000_000 });
    fc.assert(
      fc.property(tokens, tokens, (inputTokens, outputTokens) => {
        const expected = BigInt(inputTokens) * 3_000n + BigInt(outputTokens) * 15_000n;
        expect(costOf(price, { ...noUsage, inputTokens, outputTokens })).toBe(expected);
      }),
    );
  });
});
