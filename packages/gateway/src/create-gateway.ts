import type { Cache, CacheInterceptor } from '@claudette/cache';
import { sharedScope, toKeyScope } from '@claudette/cache';
import type { Call, Target } from '@claudette/core';
import { codecs } from '@claudette/protocol';
import { simulate } from '@claudette/routing';

import { createAnswer, errorAnswer } from './answer/answer.js';
import { createAuthenticate, localPrincipal } from './authenticate.js';
import type { Backend } from './backend.js';
import { createCapabilities } from './capabilities.js';
import type { Config } from './config/schema.js';
import { createExplain } from './create-explain.js';
import { createLimits } from './create-limits.js';
import { createPath } from './create-path.js';
import { createBackendCatalog, createGatewayPlanner } from './create-routing.js';
import { createRuntime } from './create-runtime.js';
import type { Runtime } from './create-runtime.js';
import { createExchangeId } from './exchange-id.js';
import { findBackends } from './find-backends.js';
import type { Gateway, GatewayOverrides } from './gateway.js';
import { createHealthBoard } from './health/health-board.js';
import { createHealthProbes } from './health/health-probes.js';
import { createBackendReadiness } from './health/readiness.js';
import { listModels } from './list-models.js';
import { createAsk } from './native/ask.js';
import { createOpenExchanges } from './open-exchanges.js';
import { priceReply } from './price-usage.js';
import { createTargetPrices } from './target-prices.js';
import { findLoss } from './upstream/encode-for.js';
import { findWire } from './upstream/wires.js';
import { version } from './version.js';

/**
 * Builds a gateway from a checked configuration: the one place where the packages meet.
 * @throws GatewayError `configuration_invalid`
 */
export async function createGateway(config: Config, overrides: GatewayOverrides = {}): Promise<Gateway> {
  const runtime = await createRuntime(config, overrides);
  try {
    return assemble(config, await findBackends({ ...runtime, config }), runtime);
  } catch (thrown) {
    await runtime.close();
    throw thrown;
  }
}

/** Opens connections before the first requests want them. Resolves when each is open or has failed. */
async function warmPool(config: Config, backends: readonly Backend[], { pool }: Runtime): Promise<void> {
  if (config.pool.warmConnections === 0) return;
  const pooled = backends.filter(({ transport }) => transport === pool);
  await Promise.all(pooled.map((backend) => pool.warm(backend.baseUrl, backend.config.timeouts.connectMs)));
}

/** An expired answer is kept so long for clients that would rather have it than an error. */
const KEEP_EXPIRED_MS = 3_600_000;

const toCacheInterceptor = (config: Config, cache: Cache): CacheInterceptor => {
  const maxStaleMs = config.cache.staleIfErrorSeconds * 1000;
  return cache.withCache({
    sampling: config.cache.sampling,
    scopeOf: config.cache.scope === 'shared' ? () => sharedScope : toKeyScope,
    ttlMs: config.cache.ttlSeconds * 1000,
    maxStaleMs,
    staleMs: Math.max(maxStaleMs, KEEP_EXPIRED_MS),
    flightTimeoutMs: config.server.totalMs,
    ignoredHeaders: ['x-goog-api-client'],
  });
};

/** What of a request a target cannot carry, by the backends of one configuration. */
const createFindLoss =
  (backends: ReadonlyMap<string, Backend>) =>
  (call: Pick<Call, 'original' | 'request' | 'operation'>, target: Target): string | undefined => {
    const backend = backends.get(target.backend);
    const wire = findWire(target.dialect, call.operation);
    return backend && wire && findLoss(call, wire, target, backend);
  };

const byName = (backends: readonly Backend[]): ReadonlyMap<string, Backend> =>
  new Map(backends.map((backend) => [backend.name, backend]));

function assemble(config: Config, backends: readonly Backend[], runtime: Runtime): Gateway {
  const { clock, observe, prices, ledger, breakers, cache, credentials, random, decisions, logger } = runtime;
  const warmed = warmPool(config, backends, runtime);
  const open = createOpenExchanges(clock);
  const startedAt = clock.now();
  const userAgent = `claudette/${version}`;
  const { healthIntervalMs: intervalMs, strict } = config.routing;

  const limits = createLimits(config, byName(backends), clock);
  const health = createHealthBoard({ clock, observe, intervalMs });
  runtime.listen(health.observe);
  const probes = createHealthProbes({ backends, board: health, clock, random, intervalMs, credentials, userAgent });
  const readiness = createBackendReadiness({ backends, board: health, probes, clock });
  const catalog = createBackendCatalog(backends, config.aliases);
  for (const { alias, entry } of catalog.unresolved) {
    logger.warn({ alias, entry }, 'an alias names what no backend lists');
  }

  const routed = { ...runtime, ...limits, config, catalog, backends: byName(backends), health };
  const lossAt = createFindLoss(routed.backends);
  const planner = createGatewayPlanner({ ...routed, findLoss: lossAt, inFlight: limits.concurrency.inFlightOf });
  const withCache = cache && toCacheInterceptor(config, cache);
  const exchange = createPath({
    ...routed,
    planner,
    withCache,
    userAgent,
    begin: (start) => ledger.begin(start),
    decide: decisions.add,
    committed: () => ledger.committed(),
    withOpenExchanges: open.withOpenExchanges,
  });
  const shared = {
    clock,
    observe,
    decide: decisions.add,
    strict,
    costOf: priceReply(prices, clock),
    exchange,
  };
  const answer = createAnswer(shared);
  const ask = createAsk(shared);
  const explain = createExplain({
    planner,
    clock,
    observe,
    strict,
    prices,
    decisions,
    totalMs: config.server.totalMs,
    findLoss: lossAt,
    peek: withCache?.peek,
  });
  const models = listModels(backends, config.aliases);

  return {
    config,
    backends,
    localPrincipal,
    authenticate: createAuthenticate(config.auth.mode, runtime.keys, observe),
    answer,
    ask,
    ...explain,
    async simulate(other, limit) {
      const otherBackends = await findBackends({ ...runtime, config: other });
      await prices.load().catch(() => undefined);
      return simulate(decisions.all(limit), {
        catalog: createBackendCatalog(otherBackends, other.aliases),
        strategy: other.routing.strategy,
        weights: other.routing.weights,
        fallback: other.routing.fallback,
        affinity: other.routing.affinity,
        capabilitiesOf: createCapabilities(byName(otherBackends)),
        supports: (dialect, operation) => findWire(dialect, operation) !== undefined,
        priceOf: createTargetPrices(prices, clock),
      });
    },
    circuits: breakers,
    targets: () => catalog.targets.map(({ target }) => target),
    startProbes: () => probes.start(),
    refuse: (dialect, error) => errorAnswer(codecs[dialect], error, createExchangeId()),
    models: () => models,
    encodeModels: (dialect, query = {}) => codecs[dialect].encodeModels(models, query),
    encodeModel(dialect, id) {
      const model = models.find((one) => one.id === id);
      return model && codecs[dialect].encodeModel(model);
    },
    async ready() {
      const reached = await readiness.current();
      const parts = reached.map(({ backend, ...rest }) => ({ part: `backend ${backend}`, ...rest }));
      const { isDraining } = open;
      const accepting = { part: 'gateway', ok: !isDraining, ...(isDraining && { reason: 'it is shutting down' }) };
      return { ready: !isDraining && parts.some(({ ok }) => ok), parts: [accepting, ...parts] };
    },
    status: () => ({
      version,
      uptimeSeconds: Math.round((clock.now() - startedAt) / 1000),
      openExchanges: open.count,
      draining: open.isDraining,
      backends: backends.map(({ name, provider, config: { models: names } }) => ({
        name,
        provider: provider.id,
        models: names,
      })),
      circuits: breakers.states(),
      pool: runtime.pool.stats(),
      cache: runtime.cache?.stats() ?? null,
    }),
    metricsText: async () => ({ contentType: runtime.metrics.contentType, text: await runtime.metrics.text() }),
    keys: runtime.keys,
    usage: (options) => ledger.usage(options),
    countCache: async () => runtime.cache?.count(),
    clearCache: async () => runtime.cache?.clear(),
    drain: () => open.drain(config.server.drainTimeoutMs),
    async close() {
      probes.close();
      await warmed;
      await runtime.close();
    },
  };
}
