import type { CacheStatus, Clock, Money, Outcome, Reply, Target, Usage } from '@claudette/core';
import type { PriceBook } from '@claudette/ledger';
import { costOf } from '@claudette/ledger';

/** What a usage costs at a target, or undefined where the price is unknown. Prices are in USD. */
export function priceUsage(prices: PriceBook, target: Target, usage: Usage, atMs: number): Money | undefined {
  const price = prices.priceOf(target.provider, target.model, new Date(atMs));
  const nano = price && costOf(price, usage);
  return nano === undefined ? undefined : { nano, currency: 'USD' };
}

/** Whether an answer costs nothing: it was stored, or another exchange pays for it. */
export const isFree = (cache: CacheStatus): boolean => cache === 'hit' || cache === 'coalesced' || cache === 'stale';

/** What the reader of a reply pays: nothing for an answer that is free, otherwise what the provider counted. */
export const priceReply =
  (prices: PriceBook, clock: Pick<Clock, 'epochMs'>) =>
  (reply: Reply, { usage, share = reply }: Outcome): Money | undefined => {
    if (isFree(share.cache)) return { nano: 0n, currency: 'USD' };
    return usage && priceUsage(prices, reply.target, usage, clock.epochMs());
  };
