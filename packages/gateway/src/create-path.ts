import type { Cache } from '@claudette/cache';
import { sharedScope, toKeyScope } from '@claudette/cache';
import type { Clock, Exchange, Interceptor } from '@claudette/core';
import { compose, targetName, UpstreamError } from '@claudette/core';
import type { Breakers } from '@claudette/resilience';
import {
  backoffMs,
  createConcurrencyLimits,
  failureClassOf,
  withAttemptTimeout,
  withDeadline,
} from '@claudette/resilience';
import type { PriceBook } from '@claudette/ledger';
import type { TargetStatistics } from '@claudette/routing';
import { createCatalog, withAttempts, withRouting } from '@claudette/routing';

import { withClientDialect } from './answer/with-client-dialect.js';
import type { Backend } from './backend.js';
import type { CircuitBoard } from './circuit-board.js';
import type { Config } from './config/schema.js';
import { withEstimate } from './estimate/with-estimate.js';
import type { DispatchOptions } from './upstream/dispatch.js';
import { createDispatch } from './upstream/dispatch.js';
import { findLoss } from './upstream/encode-for.js';
import { findWire } from './upstream/wires.js';
import { withObserver } from './with-observer.js';
import type { ObserverOptions } from './with-observer.js';

export interface PathOptions extends DispatchOptions, ObserverOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly prices: PriceBook;
  readonly breakers: Breakers;
  readonly circuits: CircuitBoard;
  readonly statistics: TargetStatistics;
  /** Absent when the cache is switched off. */
  readonly cache?: Cache;
  readonly random: () => number;
  readonly withOpenExchanges: Interceptor;
}

/** Calls that may wait for one target's slot before more are refused. */
const MAX_QUEUE = 1_000;

/** The whole path of a request, outermost concern first. docs/architecture.md draws it. */
export function createPath(options: PathOptions): Exchange {
  const { config, backends, clock, prices, breakers, circuits, statistics, cache, random } = options;
  const backendOf = (name: string): Backend | undefined => backends.get(name);

  const concurrency = createConcurrencyLimits({
    limitFor: (target) => backendOf(target.backend)?.config.limits.concurrency ?? null,
    maxQueue: MAX_QUEUE,
    queueTimeoutMs: config.pool.queueTimeoutMs,
    clock,
  });
  const catalog = createCatalog({
    targets: [...backends.values()].flatMap(({ targets, config: { priority } }) =>
      targets.map((target) => ({ target, priority })),
    ),
    aliases: config.aliases,
  });

  return compose(
    [
      withObserver(options),
      withClientDialect(clock),
      options.withOpenExchanges,
      withDeadline({ totalMs: config.server.totalMs, clock }),
      withEstimate,
      withRouting({
        catalog,
        strategy: config.routing.strategy,
        weights: config.routing.weights,
        statistics,
        fallback: config.routing.fallback,
        isAvailable: circuits.isAvailable,
        priceOf(target) {
          const price = prices.priceOf(target.provider, target.model, new Date(clock.epochMs()));
          return price && price.input + price.output;
        },
        supports: (dialect, operation) => findWire(dialect, operation) !== undefined,
        findLoss(call, target) {
          const backend = backendOf(target.backend);
          const wire = findWire(target.dialect, call.operation);
          return backend && wire && findLoss(call, wire, target, backend);
        },
      }),
      ...(cache
        ? [
            cache.withCache({
              sampling: config.cache.sampling,
              scopeOf: config.cache.scope === 'shared' ? () => sharedScope : toKeyScope,
              ttlMs: config.cache.ttlSeconds * 1000,
              flightTimeoutMs: config.server.totalMs,
              ignoredHeaders: ['x-goog-api-client'],
            }),
          ]
        : []),
      withAttempts({
        clock,
        policy: {
          maxAttempts: config.routing.maxAttempts,
          backoffMs: (error, failures) =>
            backoffMs({
              attempt: failures,
              failureClass: failureClassOf(error.code),
              random,
              ...(error instanceof UpstreamError &&
                error.fault.retryAfterMs !== undefined && { retryAfterMs: error.fault.retryAfterMs }),
            }),
        },
      }),
      breakers.withBreaker,
      concurrency.withConcurrency,
      withAttemptTimeout({
        clock,
        timeoutsFor(target) {
          const backend = backendOf(target.backend);
          if (backend === undefined) throw new Error(`no backend for ${targetName(target)}`);
          return backend.config.timeouts;
        },
      }),
    ],
    createDispatch(options),
  );
}
