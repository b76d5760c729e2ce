import { codecs } from '@claudette/protocol';

import { createAnswer, errorAnswer } from './answer/answer.js';
import { createAuthenticate, localPrincipal } from './authenticate.js';
import type { Backend } from './backend.js';
import { createBackendChecks } from './check-backends.js';
import type { Config } from './config/schema.js';
import { createPath } from './create-path.js';
import { createRuntime } from './create-runtime.js';
import type { Runtime } from './create-runtime.js';
import { createExchangeId } from './exchange-id.js';
import { findBackends } from './find-backends.js';
import type { Gateway, GatewayOverrides } from './gateway.js';
import { listModels } from './list-models.js';
import { createAsk } from './native/ask.js';
import { createOpenExchanges } from './open-exchanges.js';
import { priceReply } from './price-usage.js';
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

function assemble(config: Config, backends: readonly Backend[], runtime: Runtime): Gateway {
  const { clock, observe, prices, ledger } = runtime;
  const warmed = warmPool(config, backends, runtime);
  const open = createOpenExchanges(clock);
  const startedAt = clock.now();

  const exchange = createPath({
    ...runtime,
    config,
    backends: new Map(backends.map((backend) => [backend.name, backend])),
    userAgent: `claudette/${version}`,
    begin: (start) => ledger.begin(start),
    committed: () => ledger.committed(),
    withOpenExchanges: open.withOpenExchanges,
  });
  const shared = {
    clock,
    observe,
    strict: config.routing.strict,
    costOf: priceReply(prices, clock),
    exchange,
  };
  const answer = createAnswer(shared);
  const ask = createAsk(shared);
  const checks = createBackendChecks(backends, clock, runtime.credentials);
  const models = listModels(backends, config.aliases);

  return {
    config,
    backends,
    localPrincipal,
    authenticate: createAuthenticate(config.auth.mode, runtime.keys, observe),
    answer,
    ask,
    refuse: (dialect, error) => errorAnswer(codecs[dialect], error, createExchangeId()),
    models: () => models,
    encodeModels: (dialect, query = {}) => codecs[dialect].encodeModels(models, query),
    encodeModel(dialect, id) {
      const model = models.find((one) => one.id === id);
      return model && codecs[dialect].encodeModel(model);
    },
    async ready() {
      const reached = await checks.current();
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
      circuits: runtime.breakers.states(),
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
      checks.close();
      await warmed;
      await runtime.close();
    },
  };
}
