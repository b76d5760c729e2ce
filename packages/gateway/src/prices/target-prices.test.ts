import type { Target } from '@claudette/core';
import type { ModelPrice } from '@claudette/ledger';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createTargetPrices } from './target-prices.js';

const target: Target = { backend: 'lab', model: 'm', provider: 'openai', dialect: 'openai-chat' };
const price: ModelPrice = { input: 1, cachedInput: 1, output: 2, reasoning: 2, tiers: [] };

const setUp = (found: () => ModelPrice | undefined) => {
  const clock = createFakeClock();
  let asked = 0;
  const priceOf = createTargetPrices(
    {
      priceOf() {
        asked += 1;
        return found();
      },
    },
    clock,
  );
  return { clock, priceOf, asked: () => asked };
};

describe('the price of a target', () => {
  it('is looked up once a minute', () => {
    const { clock, priceOf, asked } = setUp(() => price);
    expect([priceOf(target, 1), priceOf(target, 1), asked()]).toEqual([price, price, 1]);
    clock.advance(60_000);
    expect([priceOf(target, 1), asked()]).toEqual([price, 2]);
  });

  it('is the one of the tier that the prompt is in', () => {
    const dear = { input: 5, cachedInput: 5, output: 9, reasoning: 9 };
    const { priceOf } = setUp(() => ({ ...price, tiers: [{ ...dear, aboveInputTokens: 1000 }] }));
    expect([priceOf(target, 1000)?.input, priceOf(target, 1001)?.input]).toEqual([1, 5]);
  });

  it('is looked up again as long as it is unknown', () => {
    const { priceOf, asked } = setUp(() => undefined);
    expect([priceOf(target, 1), priceOf(target, 1), asked()]).toEqual([undefined, undefined, 2]);
  });
});
