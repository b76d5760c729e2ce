import type { Cache, PreloadReport } from '@claudette/cache';
import { GatewayError } from '@claudette/core';
import type { Clock } from '@claudette/core';
import type { Ledger } from '@claudette/ledger';

import type { WarmOptions } from './warm-options.js';

/** How far warming has come. */
export interface WarmProgress extends PreloadReport {
  /** Entries that the ledger calls the most valuable: as many are looked for. */
  readonly wanted: number;
}

/** What memory held, and holds. */
export interface WarmReport extends WarmProgress {
  readonly before: { readonly entries: number; readonly bytes: number };
  readonly after: { readonly entries: number; readonly bytes: number };
}

/**
 * The stored answers, as whoever looks after them sees them: never what was asked or answered. What needs the second tier
 * rejects with `internal` when that does not answer.
 */
export interface CacheAdmin extends Pick<Cache, 'stats' | 'count' | 'list' | 'remove' | 'clear'> {
  /** Brings the entries that saved most lately, as the ledger knows, from the second tier into memory. */
  warm(options: WarmOptions, onProgress?: (progress: WarmProgress) => void): Promise<WarmReport>;
}

export interface CacheAdminOptions {
  readonly cache: Cache;
  readonly ledger: Pick<Ledger, 'savers'>;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;

/** Says which part failed: an error of a database says little to whoever wanted to empty a cache. */
const told = async <Value>(work: Promise<Value>): Promise<Value> => {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('internal', "the cache's store does not answer", { cause });
  }
};

export function createCacheAdmin({ cache, ledger, clock }: CacheAdminOptions): CacheAdmin {
  const inMemory = (): WarmReport['before'] => {
    const { entries, bytes } = cache.stats();
    return { entries, bytes };
  };
  return {
    stats: () => cache.stats(),
    count: () => told(cache.count()),
    list: (options) => told(cache.list(options)),
    remove: (filter) => told(cache.remove(filter)),
    clear: () => told(cache.clear()),
    async warm({ maxBytes, limit = 1_000, days = 7 }, onProgress = () => undefined) {
      const savers = ledger.savers({ sinceMs: Math.floor(clock.epochMs() - days * DAY_MS), limit });
      const wanted = savers.length;
      const before = inMemory();
      const report = await cache.preload({
        keys: savers.map(({ cacheKey }) => cacheKey),
        maxBytes,
        onProgress: (progress) => onProgress(Object.assign({}, progress, { wanted })),
      });
      return { wanted, ...report, before, after: inMemory() };
    },
  };
}
