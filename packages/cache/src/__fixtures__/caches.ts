import type { Call, Observation, Reply } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import type { CachePolicy } from '../cache-policy.js';
import { createCache } from '../create-cache.js';
import type { CacheOptions } from '../create-cache.js';
import { toKeyScope } from '../key/scope.js';
import { aCall } from './calls.js';
import { createUpstream, readAll, settled } from './upstream.js';

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
  const interceptor = cache.withCache({ ...policy, ...changes });
  const exchange = interceptor(upstream.exchange);
  return { clock, observed, cache, exchange, peek: interceptor.peek, upstream };
};

export type SetUp = ReturnType<typeof setUpCache>;

/** Asks, and has the upstream answer, if it is asked, with one chunk and the end. */
export const ask = async (setUp: SetUp, call: Call = aCall()): Promise<Reply> => {
  const before = setUp.upstream.calls.length;
  const reply = setUp.exchange(call);
  await settled();
  if (setUp.upstream.calls.length > before) setUp.upstream.last.say('a', 'END');
  return reply;
};

/** The same, read to its end. */
export const askAndRead = async (setUp: SetUp, call?: Call): Promise<Reply['cache']> => {
  const reply = await ask(setUp, call);
  await readAll(reply);
  return reply.cache;
};
