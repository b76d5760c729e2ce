import type { Cache } from '@claudette/cache';
import { createCache, createSecondTier } from '@claudette/cache';
import type { ConnectionPool } from '@claudette/connection-pool';
import { createConnectionPool } from '@claudette/connection-pool';
import type { Clock, Observe, Transport } from '@claudette/core';
import type { Credentials, Redactor } from '@claudette/credentials';
import { createCredentials, createEnvironmentSource, createRedactor } from '@claudette/credentials';
import type { DecisionLog, KeyStore, Ledger, LedgerDatabase, PriceBook } from '@claudette/ledger';
import {
  createDecisionLog,
  createKeyStore,
  createLedger,
  createPriceBook,
  IN_MEMORY,
  openDatabase,
} from '@claudette/ledger';
import type { Logger, Metrics } from '@claudette/metrics';
import { createLogger, createMetrics, logObserver } from '@claudette/metrics';
import type { Breakers, KeyRing } from '@claudette/resilience';
import { createBreakers, createKeyRing } from '@claudette/resilience';
import type { Estimator, TargetStatistics } from '@claudette/routing';
import { createEstimator, createTargetStatistics } from '@claudette/routing';

import type { Config } from './config/schema.js';
import { systemEnvironment } from './config/system-environment.js';
import { dataDirectory } from './config/user-directories.js';
import type { GatewayOverrides } from './gateway.js';
import { storePath } from './store-path.js';
import { systemClock } from './system-clock.js';
import { createTargetPrices } from './target-prices.js';
import { version } from './version.js';

/** The parts with state of their own, which outlive a configuration. */
export interface Runtime {
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly observe: Observe;
  /** Lets one more part hear of everything. */
  readonly listen: (listener: Observe) => void;
  readonly transport: Transport;
  readonly pool: ConnectionPool;
  readonly credentials: Credentials;
  readonly prices: PriceBook;
  readonly ledger: Ledger;
  readonly keys: KeyStore;
  readonly cache?: Cache;
  readonly breakers: Breakers;
  readonly keyRing: KeyRing;
  readonly statistics: TargetStatistics;
  readonly estimator: Estimator;
  readonly decisions: DecisionLog;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number;
  close(): Promise<void>;
}

/** Credentials whose secrets the redactor knows by value from their first use on. */
const rememberSecrets = (credentials: Credentials, redactor: Redactor): Credentials => ({
  async take(reference) {
    const secret = await credentials.take(reference);
    redactor.remember(secret);
    return secret;
  },
});

/** Every part hears of everything; none may stop a request, so what one throws is logged and counted nowhere else. */
function fanOut(listeners: readonly Observe[], onError: (thrown: unknown) => void): Observe {
  return (observation) => {
    for (const listener of listeners) {
      try {
        listener(observation);
      } catch (thrown) {
        onError(thrown);
      }
    }
  };
}

async function openCache(
  config: Config,
  directory: string,
  clock: Clock,
  observe: Observe,
): Promise<Cache | undefined> {
  const { enabled, store, maxEntries, maxMemoryBytes, maxEntryBytes } = config.cache;
  if (!enabled) return undefined;
  const path = storePath(store, directory, 'cache.db');
  const secondTier =
    path === undefined ? undefined : await createSecondTier(`sqlite:${path}`, { clock, observe, maxEntries });
  return createCache({
    clock,
    observe,
    maxEntries,
    maxBytes: maxMemoryBytes,
    maxEntryBytes,
    ...(secondTier && { secondTier }),
  });
}

/**
 * Opens what a gateway keeps: files, pools, counters.
 * @throws GatewayError `configuration_invalid` when a file cannot be opened
 */
export async function createRuntime(config: Config, overrides: GatewayOverrides): Promise<Runtime> {
  const directory = dataDirectory(overrides.environment ?? systemEnvironment);
  const database = openDatabase(storePath(config.ledger.url, directory, 'ledger.db') ?? IN_MEMORY);
  try {
    return await openRuntime(config, overrides, database, directory);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

async function openRuntime(
  config: Config,
  overrides: GatewayOverrides,
  database: LedgerDatabase,
  directory: string,
): Promise<Runtime> {
  const { clock = systemClock, environment = systemEnvironment, random = Math.random } = overrides;
  const redactor = createRedactor();
  const logger = createLogger({ ...config.logging, redact: redactor.redact });
  const ledger = createLedger({
    database,
    onError: (thrown, { id }) => logger.error({ err: thrown, id }, 'the ledger could not write an exchange'),
  });
  const keys = createKeyStore({ database, clock });

  const decisions = createDecisionLog({
    database,
    clock,
    onError: (thrown) => logger.error({ err: thrown }, 'the ledger could not keep a decision'),
  });
  const prices = createPriceBook();
  const statistics = createTargetStatistics({ clock });
  const estimator = createEstimator({
    statistics,
    priceOf: createTargetPrices(prices, clock),
  });
  const listeners: Observe[] = [
    // The ledger is first: a row is on disk before anybody else hears of the exchange's end.
    (observation) => {
      if (observation.kind === 'exchange-end') ledger.record(observation.record);
    },
    statistics.observe,
    estimator.observe,
  ];
  const observe = fanOut(listeners, (thrown) => logger.error({ err: thrown }, 'an observer failed'));

  const pool = createConnectionPool({ ...config.pool, clock });
  const breakers = createBreakers({ ...config.resilience.breaker, clock, random, observe });
  const cache = await openCache(config, directory, clock, observe);
  const metrics = createMetrics({
    clock,
    version,
    gauges: { pool: () => pool.stats(), ...(cache && { cache: () => cache.stats() }) },
  });
  listeners.push(metrics.observe, logObserver(logger, clock));
  if (overrides.observe) listeners.push(overrides.observe);

  return {
    clock,
    environment,
    random,
    observe,
    listen: (listener) => void listeners.push(listener),
    transport: overrides.transport ?? pool,
    pool,
    credentials: rememberSecrets(createCredentials({ sources: [createEnvironmentSource(environment)] }), redactor),
    prices,
    ledger,
    keys,
    ...(cache && { cache }),
    breakers,
    keyRing: createKeyRing({ clock, random }),
    statistics,
    estimator,
    decisions,
    metrics,
    logger,
    async close() {
      breakers.shutdown();
      await pool.close();
      await cache?.close();
      decisions.close();
      ledger.close();
      logger.close();
    },
  };
}
