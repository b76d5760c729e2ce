import type { Clock, Money, Outcome, Reply, Target, Usage } from '@claudette/core';
import type { PriceBook } from '@claudette/ledger';
import { costOf } from '@claudette/ledger';

/** What a usage costs at a target, or undefined where the price is unknown. Prices are in USD. */
export function priceUsage(prices: PriceBook, target: Target, usage: Usage, atMs: number): Money | undefined {
  const price = prices.priceOf(target.provider, target.model, new Date(atMs));
  const nano = price && costOf(price, usage);
  return nano === undefined ? undefined : { nano, currency: 'USD' };
}

/** What the reader of a reply pays: nothing for a hit or a shared call, otherwise what the provider counted. */
export const priceReply =
  (prices: PriceBook, clock: Pick<Clock, 'epochMs'>) =>
  (reply: Reply, { usage }: Outcome): Money | undefined => {
    if (reply.cache === 'hit' || reply.cache === 'coalesced') return { nano: 0n, currency: 'USD' };
    return usage && priceUsage(prices, reply.target, usage, clock.epochMs());
  };
