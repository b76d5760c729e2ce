import type { BackendConfig } from './config/schema.js';

type BackendLimits = BackendConfig['limits'];

/** At least one: a worker that may do nothing would refuse what the others could still take. */
const share = (limit: number | null, workers: number): number | null =>
  limit === null ? null : Math.max(1, Math.floor(limit / workers));

/** Limits are asked for with every attempt, and change with the configuration only. */
const shares = new WeakMap<BackendLimits, { readonly workers: number; readonly limits: BackendLimits }>();

/** What of a backend's limits one of several processes may use: they do not know of one another's calls. */
export function shareLimits(limits: BackendLimits, workers: number): BackendLimits {
  if (workers === 1) return limits;
  const known = shares.get(limits);
  if (known?.workers === workers) return known.limits;
  const shared = {
    requestsPerMinute: share(limits.requestsPerMinute, workers),
    tokensPerMinute: share(limits.tokensPerMinute, workers),
    concurrency: share(limits.concurrency, workers),
  };
  shares.set(limits, { workers, limits: shared });
  return shared;
}
