import type { Cache } from '@claudette/cache';
import { toScope } from '@claudette/cache';
import { createGuardedFetch } from '@claudette/connection-pool';
import type { Call, Interceptor, Target } from '@claudette/core';
import { codecs } from '@claudette/protocol';
import { simulate } from '@claudette/routing';

import { createAnswer } from './answer/answer.js';
import { createErrorAnswers } from './answer/error-answers.js';
import { createAuthenticate, localPrincipal } from './access/authenticate.js';
import type { Backend } from './backend.js';
import { createCacheAdmin } from './cache-admin/cache-admin.js';
import { withInvalidation } from './cache-admin/with-invalidation.js';
import { createCapabilities } from './capabilities.js';
import type { Config } from './config/schema.js';
import type { ConfiguredParts } from './configured-parts.js';
import { createCacheInterceptor } from './create-cache-interceptor.js';
import { createExplain } from './create-explain.js';
import { createPath } from './create-path.js';
import { createBackendCatalog, createGatewayPlanner } from './create-routing.js';
import { createRuntime } from './create-runtime.js';
import type { Runtime } from './create-runtime.js';
import { createExchangeId } from './exchange-id.js';
import { findBackends } from './find-backends.js';
import type { ConfigurationStatus, Gateway, GatewayOverrides } from './gateway.js';
import { createHealthProbes } from './health/health-probes.js';
import { createBackendReadiness } from './health/readiness.js';
import { listModels } from './list-models.js';
import { createAsk } from './native/ask.js';
import { createModelAccess } from './access/model-access.js';
import { createOpenExchanges } from './open-exchanges.js';
import { priceReply } from './prices/price-usage.js';
import { createTargetPrices } from './prices/target-prices.js';
import { findLoss } from './upstream/encode-for.js';
import { createMediaStep } from './upstream/media-step.js';
import type { MediaStep } from './upstream/media-step.js';
import { findWire } from './upstream/wires.js';
import { version } from './version.js';

/**
 * Builds a gateway from a checked configuration, which stays as it is: `createGatewayHost` is for one that may change.
 * @throws GatewayError `configuration_invalid`
 */
export async function createGateway(config: Config, overrides: GatewayOverrides = {}): Promise<Gateway> {
  const runtime = await createRuntime(config, overrides);
  const configuration = { sinceMs: runtime.clock.epochMs(), reloads: { applied: 0, refused: 0 }, restartNeeded: [] };
  try {
    const gateway = await assembleGateway({ config, runtime, configuration: () => configuration });
    return {
      ...gateway,
      async close() {
        await gateway.close();
        await runtime.close();
      },
    };
  } catch (thrown) {
    await runtime.close();
    throw thrown;
  }
}

/** A gateway over parts that it shares with the ones before and after it. `close` leaves those alone. */
export interface AssembledGateway extends Gateway {
  /** Stops what runs beside requests. Resolves when no exchange is open; refuses none meanwhile. */
  retire(): Promise<void>;
}

export interface AssembleOptions {
  readonly config: Config;
  readonly runtime: Runtime;
  readonly configuration: () => ConfigurationStatus;
}

/**
 * Wires the parts into one path: the one place where the packages meet.
 * @throws GatewayError `configuration_invalid`
 */
export async function assembleGateway({ config, runtime, configuration }: AssembleOptions): Promise<AssembledGateway> {
  const parts = await runtime.open(config);
  try {
    const backends = await findBackends({ ...runtime, ...parts, config });
    return assemble({ config, backends, runtime, parts, configuration });
  } catch (thrown) {
    await parts.release();
    throw thrown;
  }
}

/** Opens connections before the first requests want them. Resolves when each is open or has failed. */
async function warmPool(config: Config, backends: readonly Backend[], { pool }: ConfiguredParts): Promise<void> {
  if (config.pool.warmConnections === 0) return;
  const pooled = backends.filter(({ transport }) => transport === pool);
  await Promise.all(pooled.map((backend) => pool.warm(backend.baseUrl, backend.config.timeouts.connectMs)));
}

const toInvalidation = (config: Config, cache: Cache, logger: Runtime['logger']): Interceptor | undefined => {
  const { dependencies, scope } = config.cache;
  if (dependencies.length === 0) return undefined;
  return withInvalidation({
    dependencies,
    scopeOf: toScope(scope),
    remove: (filter) => cache.remove(filter),
    onError: (thrown) => logger.error({ err: thrown }, 'entries that are no longer true could not be removed'),
  });
};

const toMediaStep = (
  config: Config,
  backends: ReadonlyMap<string, Backend>,
  { clock, observe }: Runtime,
): MediaStep | undefined => {
  const { enabled, contentTypes, maxFiles, ...limits } = config.media.fetch;
  if (!enabled) return undefined;
  return createMediaStep({
    fetch: createGuardedFetch({ ...limits, clock, observe }),
    contentTypes,
    maxFiles,
    backends,
  });
};

/** What of a request a target cannot carry, by the backends of one configuration. */
const createFindLoss =
  (backends: ReadonlyMap<string, Backend>, media: MediaStep | undefined) =>
  (call: Pick<Call, 'original' | 'request' | 'operation'>, target: Target): string | undefined => {
    const backend = backends.get(target.backend);
    const wire = findWire(target.dialect, call.operation);
    const sent = media === undefined ? call : { ...call, request: media.assume(call, target) };
    return backend && wire && findLoss(sent, wire, target, backend);
  };

const byName = (backends: readonly Backend[]): ReadonlyMap<string, Backend> =>
  new Map(backends.map((backend) => [backend.name, backend]));

interface Assembly extends AssembleOptions {
  readonly backends: readonly Backend[];
  readonly parts: ConfiguredParts;
}

function assemble({ config, backends, runtime, parts, configuration }: Assembly): AssembledGateway {
  const { clock, observe, prices, ledger, breakers, credentials, random, decisions, logger, health, limits, redact } =
    runtime;
  const { cache, pool } = parts;
  const warmed = warmPool(config, backends, parts);
  const open = createOpenExchanges(clock);
  const userAgent = `claudette/${version}`;
  const { healthIntervalMs: intervalMs, strict } = config.routing;

  const probes = createHealthProbes({ backends, board: health, clock, random, intervalMs, credentials, userAgent });
  const readiness = createBackendReadiness({ backends, board: health, probes, clock });
  const catalog = createBackendCatalog(backends, config.aliases);
  for (const { alias, entry } of catalog.unresolved) {
    logger.warn({ alias, entry }, 'an alias names what no backend lists');
  }

  const routed = { ...runtime, ...limits, config, catalog, backends: byName(backends) };
  const models = createModelAccess(catalog, listModels(backends, config.aliases));
  const media = toMediaStep(config, routed.backends, runtime);
  const lossAt = createFindLoss(routed.backends, media);
  const planner = createGatewayPlanner({
    ...routed,
    findLoss: lossAt,
    isAllowed: models.isAllowed,
    inFlight: limits.concurrency.inFlightOf,
  });
  const withCache = cache && createCacheInterceptor(config, cache, { prices, clock });
  const exchange = createPath({
    ...routed,
    planner,
    withCache,
    withInvalidation: cache && toInvalidation(config, cache, logger),
    withMedia: media?.withMedia,
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
    redact,
    exchange,
  };
  const errors = createErrorAnswers({
    redact,
    onFault: (error, id) => logger.error({ err: error.cause ?? error, id }, 'a fault of the gateway itself'),
  });
  const answer = createAnswer({ ...shared, errors });
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
  return {
    config,
    backends,
    localPrincipal,
    authenticate: createAuthenticate({ ...runtime, mode: config.auth.mode }),
    answer,
    ask,
    ...explain,
    async simulate(other, limit) {
      const otherBackends = await findBackends({ ...runtime, ...parts, config: other });
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
    refuse: (dialect, error) => errors.whole(codecs[dialect], error, createExchangeId()),
    models: (principal = localPrincipal) => models.listFor(principal),
    checkKeyModels: (names = []) => models.check(names),
    encodeModels: (dialect, query = {}, principal = localPrincipal) =>
      codecs[dialect].encodeModels(models.listFor(principal), query),
    encodeModel(dialect, id, principal = localPrincipal) {
      const model = models.listFor(principal).find((one) => one.id === id);
      return model && codecs[dialect].encodeModel(model);
    },
    async ready() {
      const reached = await readiness.current();
      const reachable = reached.map(({ backend, ...rest }) => ({ part: `backend ${backend}`, ...rest }));
      const { isDraining } = open;
      const isRefused = configuration().refusal !== undefined;
      const accepting = { part: 'gateway', ok: !isDraining, ...(isDraining && { reason: 'it is shutting down' }) };
      // Everybody may see this, so it does not repeat what the configuration says.
      const refused = 'the latest one was refused and the one before stays; /api/status and the log say why';
      const configured = { part: 'configuration', ok: !isRefused, ...(isRefused && { reason: refused }) };
      return {
        ready: !isDraining && reachable.some(({ ok }) => ok),
        parts: [accepting, configured, ...reachable],
      };
    },
    status: () => ({
      version,
      uptimeSeconds: Math.round((clock.now() - runtime.startedAtMs) / 1000),
      openExchanges: runtime.openExchanges(),
      draining: open.isDraining,
      backends: backends.map(({ name, provider, config: { models: names } }) => ({
        name,
        provider: provider.id,
        models: names,
      })),
      circuits: breakers.states(),
      pool: pool.stats(),
      limits: limits.rateLimits.usage(),
      estimates: runtime.estimator.accuracy(),
      cache: cache?.stats() ?? null,
      memory: runtime.memory.state(),
      configuration: configuration(),
      lazyParts: runtime.lazy.status(),
    }),
    collectGarbage: () => runtime.memory.collect(),
    metricsText: async () => ({ contentType: runtime.metrics.contentType, text: await runtime.metrics.text() }),
    keys: runtime.keys,
    audit: runtime.audit,
    usage: (options) => ledger.usage(options),
    cache: cache && createCacheAdmin({ cache, ledger, clock }),
    drain: () => open.drain(config.server.drainTimeoutMs),
    async retire() {
      probes.stop();
      await open.empty();
    },
    async close() {
      probes.close();
      await warmed;
      await parts.release();
    },
  };
}
