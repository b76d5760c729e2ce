import type { Clock, Exchange, GatewayError, Interceptor, LazyLoader, Target } from '@claudette/core';
import { compose, targetName, UpstreamError } from '@claudette/core';
import type { Breakers, ConcurrencyLimits, RateLimits } from '@claudette/resilience';
import { backoffMs, failureClassOf, withAttemptTimeout, withDeadline } from '@claudette/resilience';
import type { Planner, RetryBudget, TargetStatistics } from '@claudette/routing';
import { withAttempts, withRouting } from '@claudette/routing';

import { withClientDialect } from './answer/with-client-dialect.js';
import type { Config } from './config/schema.js';
import { withEstimate } from './estimate/with-estimate.js';
import type { GatewayParts } from './lazy-parts.js';
import type { DispatchOptions } from './upstream/dispatch.js';
import { createDispatch } from './upstream/dispatch.js';
import { withObserver } from './observer/with-observer.js';
import type { ObserverOptions } from './observer/with-observer.js';

export interface PathOptions extends DispatchOptions, ObserverOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly planner: Planner;
  readonly statistics: Pick<TargetStatistics, 'of'>;
  readonly retryBudget: RetryBudget;
  readonly breakers: Breakers;
  readonly rateLimits: RateLimits;
  readonly concurrency: ConcurrencyLimits;
  /** Absent when the cache is switched off. */
  readonly withCache?: Interceptor | undefined;
  /** Absent when no exchange makes stored answers untrue. */
  readonly withInvalidation?: Interceptor | undefined;
  /** Absent when no files are fetched. */
  readonly withMedia?: Interceptor | undefined;
  readonly lazy: Pick<LazyLoader<GatewayParts>, 'use'>;
  readonly random: () => number;
  readonly withOpenExchanges: Interceptor;
}

/** The whole path of a request, outermost concern first. docs/architecture.md draws it. */
export function createPath(options: PathOptions): Exchange {
  const { config, backends, clock, planner, statistics, retryBudget, withCache, random, keyRing } = options;

  /** A backend with another key needs no rest after a rate limit: the limit was the key's. */
  const restMs = (error: GatewayError, failures: number, target: Target): number => {
    const keys = backends.get(target.backend)?.keys ?? [];
    if (error.code === 'upstream_rate_limited' && keys.length > 0) return keyRing.restMs(target.backend, keys);
    const retryAfterMs = error instanceof UpstreamError ? error.fault.retryAfterMs : undefined;
    if (error.code === 'backend_limit_reached') return retryAfterMs ?? Infinity;
    return backoffMs({
      attempt: failures,
      failureClass: failureClassOf(error.code),
      random,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  };

  return compose(
    [
      withObserver(options),
      withClientDialect(clock),
      options.withOpenExchanges,
      withDeadline({ totalMs: config.server.totalMs, clock }),
      withEstimate(options.lazy),
      withRouting({ planner, clock }),
      ...(options.withInvalidation ? [options.withInvalidation] : []),
      ...(withCache ? [withCache] : []),
      withAttempts({
        clock,
        budget: retryBudget,
        policy: {
          maxAttempts: config.routing.maxAttempts,
          backoffMs: restMs,
          expectedMs: (target, stream) => statistics.of(target, stream)?.p95Ms,
        },
      }),
      // Outside of what judges a target: the time and the faults of somebody else's server are not the target's.
      ...(options.withMedia ? [options.withMedia] : []),
      options.breakers.withBreaker,
      options.concurrency.withConcurrency,
      options.rateLimits.withRateLimits,
      withAttemptTimeout({
        clock,
        timeoutsFor(target) {
          const backend = backends.get(target.backend);
          if (backend === undefined) throw new Error(`no backend for ${targetName(target)}`);
          return backend.config.timeouts;
        },
      }),
    ],
    createDispatch(options),
  );
}
