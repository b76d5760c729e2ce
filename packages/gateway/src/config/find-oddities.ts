import type { Transport } from '@claudette/core';
import { createPriceBook } from '@claudette/ledger';

import { createBackendCatalog } from '../create-routing.js';
import { toBackend } from '../find-backends.js';
import { systemClock } from '../system-clock.js';
import type { FindOrigin } from './config-layer.js';
import type { ConfigProblem } from './config-problem.js';
import type { LoadedConfig } from './inspect-config.js';
import { readCustomBackends } from './read-custom-backends.js';
import { backendSchema } from './backend-schema.js';
import type { BackendConfig, Config } from './schema.js';
import { systemEnvironment } from './system-environment.js';

type Environment = Readonly<Record<string, string | undefined>>;

interface Oddity {
  readonly path: readonly string[];
  readonly words: string;
}

/** Nothing is sent while a configuration is looked at. */
const nowhere: Transport = { send: () => Promise.reject(new Error('nothing is sent')) };

/** Headers that usually carry a secret, which belongs into `apiKey`. */
const secretHeader = /^(authorization|proxy-authorization|cookie|(x-)?(goog-)?api-key)$/i;

function* oddBackend(
  name: string,
  backend: BackendConfig,
  config: Config,
  environment: Environment,
): Generator<Oddity> {
  const path = ['backends', name];
  for (const reference of [backend.apiKey ?? []].flat()) {
    const variable = /^env:(.*)$/.exec(reference)?.[1];
    if (variable === undefined || environment[variable]) continue;
    yield { path: [...path, 'apiKey'], words: `is ${reference}, but there is no environment variable ${variable}` };
  }
  for (const header of Object.keys(backend.headers)) {
    if (!secretHeader.test(header)) continue;
    yield { path: [...path, 'headers', header], words: 'may hold a secret; apiKey refers to one without showing it' };
  }
  const { totalMs, firstContentMs } = backend.timeouts;
  if (totalMs > config.server.totalMs) {
    const words = `is ${totalMs}, but server.totalMs ends every exchange after ${config.server.totalMs}`;
    yield { path: [...path, 'timeouts', 'totalMs'], words };
  }
  if (firstContentMs > totalMs) {
    const words = `is ${firstContentMs}, but timeouts.totalMs ends the reply after ${totalMs}`;
    yield { path: [...path, 'timeouts', 'firstContentMs'], words };
  }
  const twice = backend.models.filter((model, index) => backend.models.indexOf(model) !== index);
  for (const model of twice) yield { path: [...path, 'models'], words: `has ${model} twice` };
}

/** Where no backend is named, they are found when the gateway starts: then names that are not known may be known. */
function* oddNames(config: Config, environment: Environment): Generator<Oddity> {
  const named = Object.values(config.backends);
  if (named.length === 0) return;
  const custom = Object.entries(readCustomBackends(environment)).map(
    ([name, raw]) => [name, backendSchema.parse(raw)] as const,
  );
  const all = { ...Object.fromEntries(custom), ...config.backends };
  const enabled = Object.entries(all).filter(([, { enabled }]) => enabled);
  if (enabled.length === 0) yield { path: ['backends'], words: 'has none that is enabled: no request can be answered' };
  const backends = enabled.map(([name, backend]) => toBackend(name, backend, nowhere, systemClock));
  for (const { alias, entry } of createBackendCatalog(backends, config.aliases).unresolved) {
    yield { path: ['aliases', alias], words: `names ${entry}, which no enabled backend lists` };
  }
}

async function* oddPrices({ backends }: Config): AsyncGenerator<Oddity> {
  const prices = createPriceBook();
  await prices.load();
  for (const [name, { provider, models }] of Object.entries(backends)) {
    const unpriced = models.filter((model) => prices.priceOf(provider, model, new Date()) === undefined);
    if (unpriced.length === 0) continue;
    const words = `has no known price for ${unpriced.join(', ')}: what it costs is not counted, and cost limits refuse it`;
    yield { path: ['backends', name, 'models'], words };
  }
}

const toOddity = ({ path, words }: Oddity, origins: FindOrigin): ConfigProblem => {
  const text = path.join('.');
  return { origin: origins(path), path: text, message: `${text} ${words}` };
};

/** What of a valid configuration is allowed, but hardly meant: names of nothing, keys that are not there, no prices. */
export async function findOddities(
  { config, origins }: LoadedConfig,
  environment: Environment = systemEnvironment,
): Promise<readonly ConfigProblem[]> {
  const found: Oddity[] = [];
  for (const [name, backend] of Object.entries(config.backends)) {
    found.push(...oddBackend(name, backend, config, environment));
  }
  found.push(...oddNames(config, environment));
  for await (const oddity of oddPrices(config)) found.push(oddity);
  return found.map((oddity) => toOddity(oddity, origins));
}
