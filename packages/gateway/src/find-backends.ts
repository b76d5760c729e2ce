import type { Clock, DialectId, Target, Transport } from '@claudette/core';
import { GatewayError } from '@claudette/core';
import type { Provider } from '@claudette/providers';
import { findProvider, providers } from '@claudette/providers';

import type { Backend } from './backend.js';
import { checkConfig } from './config/check-config.js';
import { readCustomBackends } from './config/read-custom-backends.js';
import type { BackendConfig, Config } from './config/schema.js';
import type { GatewayCredentials } from './credential-admin/gateway-credentials.js';
import { createDemoTransport } from './demo/demo-transport.js';
import { readWhole } from './upstream/whole-body.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface FindBackendsOptions {
  readonly config: Config;
  readonly environment: Environment;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Knows what is stored. */
  readonly credentials?: Pick<GatewayCredentials, 'storedNames'>;
}

/** A server on this machine answers or refuses at once; one that does neither is not waited for. */
const DISCOVERY_TIMEOUT_MS = 250;
const MAX_DISCOVERY_BYTES = 1024 * 1024;

type SpokenDialects = Pick<Target, 'dialect' | 'alsoSpeaks'>;

/** What a backend speaks: all that its provider does, or the one dialect that the configuration pins it to. */
const dialectsOf = (pinned: DialectId | undefined, { dialect, alsoSpeaks }: Provider): SpokenDialects =>
  pinned === undefined ? { dialect, ...(alsoSpeaks.length > 0 && { alsoSpeaks }) } : { dialect: pinned };

/** One backend of a checked configuration, ready to be called. */
export function toBackend(name: string, config: BackendConfig, transport: Transport, clock: Clock): Backend {
  const provider = findProvider(config.provider);
  if (provider === undefined)
    throw new GatewayError('configuration_invalid', `there is no provider ${config.provider}`);
  const isDemo = provider.id === 'demo';
  // Only the demo needs no address.
  const baseUrl = config.baseUrl ?? provider.baseUrl ?? 'demo://claudette';
  const dialects = dialectsOf(config.dialect, provider);
  const targets: Target[] = config.models.map((model) => ({
    backend: name,
    model,
    provider: provider.id,
    ...dialects,
  }));
  const keys = config.apiKey === undefined ? [] : [config.apiKey].flat();
  return { name, provider, config, baseUrl, keys, targets, transport: isDemo ? createDemoTransport(clock) : transport };
}

/** The models of a server that may run on this machine; empty when none answers. */
async function askLocalModels(provider: Provider, transport: Transport, clock: Clock): Promise<string[]> {
  if (provider.discovery === undefined || provider.baseUrl === null) return [];
  const attempt = new AbortController();
  const stop = clock.after(DISCOVERY_TIMEOUT_MS, () => attempt.abort(new Error('nobody answers')));
  try {
    const { status, body } = await transport.send({
      backend: provider.id,
      method: 'GET',
      url: `${provider.baseUrl}${provider.discovery.path}`,
      headers: {},
      signal: attempt.signal,
      connectTimeoutMs: DISCOVERY_TIMEOUT_MS,
    });
    const text = Buffer.from(await readWhole(body, MAX_DISCOVERY_BYTES)).toString('utf8');
    if (status !== 200) return [];
    const answer = JSON.parse(text) as Record<string, unknown>;
    const models = answer[provider.discovery.modelsField];
    const nameField = provider.discovery.nameField;
    return (Array.isArray(models) ? models : [])
      .map((model: unknown) => (model as Record<string, unknown> | null)?.[nameField])
      .filter((model): model is string => typeof model === 'string');
  } catch {
    // Nobody there, or not what we thought: then it is not a backend.
    return [];
  } finally {
    stop();
  }
}

/** A key that is named as usual: by the vendor's variable, or stored under that name or the vendor's. */
function findKey({ id, auth }: Provider, environment: Environment, stored: readonly string[]): string | undefined {
  const variable = auth.environment.find((name) => environment[name]);
  if (variable !== undefined) return `env:${variable}`;
  const name = [id, ...auth.environment].find((usual) => stored.includes(usual));
  return name && `credential:${name}`;
}

/**
 * What is there without any configuration, as entries of `backends`: keys in the environment or stored, a server on this
 * machine.
 */
export async function discoverBackends(options: Omit<FindBackendsOptions, 'config'>): Promise<Record<string, unknown>> {
  const { environment, transport, clock, credentials } = options;
  const stored = (await credentials?.storedNames()) ?? [];
  const found: Record<string, unknown> = {};
  for (const provider of providers) {
    const apiKey = findKey(provider, environment, stored);
    // A vendor whose address or models only the user knows cannot be found.
    const isKnown = provider.baseUrl !== null && provider.defaultModels.length > 0;
    if (apiKey !== undefined && isKnown) {
      found[provider.id] = { provider: provider.id, apiKey, models: provider.defaultModels };
    } else if (provider.auth.scheme === 'none') {
      const models = await askLocalModels(provider, transport, clock);
      if (models.length > 0) found[provider.id] = { provider: provider.id, models };
    }
  }
  return found;
}

const demo = { demo: { provider: 'demo', models: ['demo-1'] } };

/**
 * The enabled backends: those of the configuration or, where it names none, those that are found; and those that the
 * environment adds by CUSTOM_BACKEND_n. A name in the configuration wins. The demo is for when there is nothing else.
 * @throws GatewayError `configuration_invalid`
 */
export async function findBackends(options: FindBackendsOptions): Promise<Backend[]> {
  const { config, environment, transport, clock } = options;
  const isConfigured = Object.keys(config.backends).length > 0;
  const isEnvironmentUsed = config.credentials.sources.includes('env');
  const usable = isEnvironmentUsed ? options : { ...options, environment: {} };
  const found = { ...readCustomBackends(environment), ...(isConfigured ? {} : await discoverBackends(usable)) };
  const isEmpty = !isConfigured && Object.keys(found).length === 0;
  const added = checkConfig({ ...config, backends: isEmpty ? demo : found }, 'the environment').backends;
  return Object.entries({ ...added, ...config.backends })
    .filter(([, backend]) => backend.enabled)
    .map(([name, backend]) => toBackend(name, backend, transport, clock));
}
