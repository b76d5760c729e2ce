import { isDeepStrictEqual } from 'node:util';

import type { MemoryWatch } from '@claudette/cache';
import type { Clock, LazyLoader, Observe } from '@claudette/core';
import { createRedactor } from '@claudette/credentials';
import type { AuditLog, DecisionLog, KeyStore, Ledger, LedgerDatabase, PriceBook } from '@claudette/ledger';
import {
  createDecisionLog,
  createAuditLog,
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
import { dataDirectory as findDataDirectory } from './config/user-directories.js';
import { createConfiguredParts } from './configured-parts.js';
import type { ConfiguredParts } from './configured-parts.js';
import { createLimits } from './create-limits.js';
import type { Limits } from './create-limits.js';
import { createGatewayCredentials } from './credential-admin/gateway-credentials.js';
import type { GatewayCredentials } from './credential-admin/gateway-credentials.js';
import { createFailedAttempts } from './access/failed-attempts.js';
import type { FailedAttempts } from './access/failed-attempts.js';
import type { GatewayOverrides } from './gateway.js';
import { createHealthBoard } from './health/health-board.js';
import type { HealthBoard } from './health/health-board.js';
import { createGatewayLoader } from './lazy-parts.js';
import type { GatewayParts } from './lazy-parts.js';
import { watchMemory } from './memory/watch-memory.js';
import type { Redact } from './redact-bytes.js';
import { storePath } from './store-path.js';
import { withoutSecrets } from './open-audit-log.js';
import { systemClock } from './system-clock.js';
import { createTargetPrices } from './prices/target-prices.js';
import { version } from './version.js';

/** The parts with state of their own, which outlive a configuration. */
export interface Runtime {
  readonly clock: Clock;
  /** When it was created, on the clock's `now()`. */
  readonly startedAtMs: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly observe: Observe;
  readonly credentials: GatewayCredentials;
  readonly prices: PriceBook;
  readonly ledger: Ledger;
  readonly keys: KeyStore;
  readonly failedAttempts: FailedAttempts;
  readonly audit: AuditLog;
  /** Heavy parts that few requests need. */
  readonly lazy: LazyLoader<GatewayParts>;
  /** Of the configuration in effect. */
  readonly memory: MemoryWatch;
  readonly health: HealthBoard;
  readonly limits: Limits;
  readonly breakers: Breakers;
  readonly keyRing: KeyRing;
  readonly statistics: TargetStatistics;
  readonly estimator: Estimator;
  readonly decisions: DecisionLog;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Takes secrets out of a text: those that were in use, and what looks like one. */
  readonly redact: Redact;
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** Exchanges that began and have not ended, of whichever gateway. */
  openExchanges(): number;
  /**
   * Opens what a configuration wants of its own, or shares what is open; whoever takes it gives it back. One at a time.
   * Rejects with `configuration_invalid` when that cannot be had.
   */
  open(config: Config): Promise<ConfiguredParts>;
  /** Lets another configuration take effect in what all gateways share. One at a time; rejects as `open` does. */
  adopt(config: Config): Promise<void>;
  close(): Promise<void>;
}

const noEntries = Object.freeze({ entries: 0, bytes: 0 });

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

/**
 * Opens what a gateway keeps: files, pools, counters.
 * @throws GatewayError `configuration_invalid` when a file cannot be opened
 */
export async function createRuntime(config: Config, overrides: GatewayOverrides): Promise<Runtime> {
  const directory = findDataDirectory(overrides.environment ?? systemEnvironment);
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
  dataDirectory: string,
): Promise<Runtime> {
  const { clock = systemClock, environment = systemEnvironment, random = Math.random } = overrides;
  const redactor = createRedactor();
  const { redact } = redactor;
  const logger = createLogger({ ...config.logging, redact });
  const ledger = createLedger({
    database,
    onError: (thrown, { id }) => logger.error({ err: thrown, id }, 'the ledger could not write an exchange'),
  });
  const keys = createKeyStore({ database, clock });
  const auditLog = createAuditLog({
    database,
    clock,
    onError: (thrown) => logger.error({ err: thrown }, 'the ledger could not note an administrative action'),
  });
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
  let openExchanges = 0;
  const listeners: Observe[] = [
    // The ledger is first: a row is on disk before anybody else hears of the exchange's end.
    (observation) => {
      if (observation.kind === 'exchange-end') ledger.record(observation.record);
    },
    statistics.observe,
    estimator.observe,
    ({ kind }) => {
      if (kind === 'exchange-start') openExchanges += 1;
      else if (kind === 'exchange-end') openExchanges -= 1;
    },
  ];
  const observe = fanOut(listeners, (thrown) => logger.error({ err: thrown }, 'an observer failed'));

  const open = createConfiguredParts({ clock, observe, dataDirectory, transport: overrides.transport });
  let inEffect = { config, parts: await open(config) };
  const breakers = createBreakers({ ...config.resilience.breaker, clock, random, observe });
  const metrics = createMetrics({
    clock,
    version,
    gauges: {
      pool: () => inEffect.parts.pool.stats(),
      memory: () => memory.state(),
      cache: () => inEffect.parts.cache?.stats() ?? noEntries,
    },
  });
  listeners.push(metrics.observe, logObserver(logger, clock));
  if (overrides.observe) listeners.push(overrides.observe);
  const health = createHealthBoard({
    clock,
    observe,
    get intervalMs() {
      return inEffect.config.routing.healthIntervalMs;
    },
  });
  listeners.push(health.observe);

  const watch = ({ config: { memory: ratios }, parts }: typeof inEffect): MemoryWatch =>
    watchMemory({ ratios, clock, observe, cache: parts.cache, pool: parts.pool, openExchanges: () => openExchanges });
  let memory = watch(inEffect);

  const adopt = async (adopted: Config): Promise<void> => {
    const before = inEffect;
    const { parts } = (inEffect = { config: adopted, parts: await open(adopted) });
    breakers.setLimits(adopted.resilience.breaker);
    credentials.adopt(adopted);
    const isSame = parts.cache === before.parts.cache && parts.pool === before.parts.pool;
    if (!isSame || !isDeepStrictEqual(adopted.memory, before.config.memory)) {
      memory.close();
      // The watch takes the size that it finds for the full one, and the former watch may have reduced it.
      parts.cache?.resize(parts.cacheBytes);
      memory = watch(inEffect);
    }
    await before.parts.release();
  };

  const lazy = createGatewayLoader(clock);
  const credentials = createGatewayCredentials({ config, environment, clock, redactor, logger });

  return {
    clock,
    startedAtMs: clock.now(),
    environment,
    random,
    observe,
    credentials,
    prices,
    ledger,
    keys,
    failedAttempts: createFailedAttempts({ clock }),
    audit: withoutSecrets(auditLog, redact),
    lazy,
    get memory() {
      return memory;
    },
    health,
    limits: createLimits(() => inEffect.config, clock),
    breakers,
    keyRing: createKeyRing({ clock, random }),
    statistics,
    estimator,
    decisions,
    metrics,
    logger,
    redact,
    openExchanges: () => openExchanges,
    open,
    adopt,
    async close() {
      await lazy.close();
      memory.close();
      breakers.shutdown();
      await inEffect.parts.release();
      decisions.close();
      ledger.close();
      logger.close();
    },
  };
}
