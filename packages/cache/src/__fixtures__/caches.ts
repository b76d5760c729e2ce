import type { Observation } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { createCache } from '../create-cache.js';
import type { CacheOptions } from '../create-cache.js';
import { toKeyScope } from '../scope.js';
import type { CachePolicy } from '../with-cache.js';
import { createUpstream } from './upstream.js';

export const policy: CachePolicy = {
  scopeOf: toKeyScope,
  sampling: { native: 'all', dialects: 'deterministic' },
  ttlMs: 60_000,
  flightTimeoutMs: 5_000,
};

/** A cache in front of a scripted upstream. */
export const setUpCache = (
  upstream = createUpstream(),
  { policy: changes, ...options }: Partial<CacheOptions> & { readonly policy?: Partial<CachePolicy> } = {},
) => {
  const clock = createFakeClock();
  const observed: Observation[] = [];
  const cache = createCache({
    clock,
    observe: (observation) => void observed.push(observation),
    maxEntries: 100,
    maxBytes: 1_000_000,
    maxEntryBytes: 1_000,
    ...options,
  });
  const exchange = cache.withCache({ ...policy, ...changes })(upstream.exchange);
  return { clock, observed, cache, exchange, upstream };
};
