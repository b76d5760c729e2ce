import type { Clock, Target } from '@claudette/core';
import { pricesFor } from '@claudette/ledger';
import type { ModelPrice, PriceBook, TokenPrices } from '@claudette/ledger';

interface Remembered {
  readonly price: ModelPrice;
  readonly untilMs: number;
}

/** Prices change with the day, so that a minute is soon enough. */
const REMEMBER_MS = 60_000;

/** What a prompt of so many tokens costs at each target at the moment; undefined: unknown. Asked for every candidate. */
export function createTargetPrices(
  prices: Pick<PriceBook, 'priceOf'>,
  clock: Pick<Clock, 'now' | 'epochMs'>,
): (target: Target, inputTokens: number) => TokenPrices | undefined {
  const remembered = new WeakMap<Target, Remembered>();

  const priceOf = (target: Target): ModelPrice | undefined => {
    const now = clock.now();
    const known = remembered.get(target);
    if (known !== undefined && now < known.untilMs) return known.price;
    const price = prices.priceOf(target.provider, target.model, new Date(clock.epochMs()));
    // One that is unknown may be known as soon as the tables are loaded.
    if (price !== undefined) remembered.set(target, { price, untilMs: now + REMEMBER_MS });
    return price;
  };

  return (target, inputTokens) => {
    const price = priceOf(target);
    return price && pricesFor(price, inputTokens);
  };
}
