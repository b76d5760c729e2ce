import type { Cache, CacheInterceptor } from '@claudette/cache';
import { toScope } from '@claudette/cache';

import type { Config } from './config/schema.js';
import type { Runtime } from './create-runtime.js';
import { priceUsage } from './prices/price-usage.js';

/** An expired answer is kept so long for clients that would rather have it than an error. */
const KEEP_EXPIRED_MS = 3_600_000;

/** The cache as a configuration wants it; what calls cost, and so what their answers are worth keeping for, is in the prices. */
export function createCacheInterceptor(
  config: Config,
  cache: Cache,
  { prices, clock }: Pick<Runtime, 'prices' | 'clock'>,
): CacheInterceptor {
  const maxStaleMs = config.cache.staleIfErrorSeconds * 1000;
  return cache.withCache({
    sampling: config.cache.sampling,
    scopeOf: toScope(config.cache.scope),
    costOf(target, usage) {
      const cost = usage && priceUsage(prices, target, usage, clock.epochMs());
      return cost && Number(cost.nano);
    },
    ttlMs: config.cache.ttlSeconds * 1000,
    maxStaleMs,
    staleMs: Math.max(maxStaleMs, KEEP_EXPIRED_MS),
    flightTimeoutMs: config.server.totalMs,
    ignoredHeaders: ['x-goog-api-client'],
  });
}
