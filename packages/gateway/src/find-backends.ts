import type { Clock, DialectId, Target, Transport } from '@claudette/core';
import { dialectIds, GatewayError } from '@claudette/core';
import type { Provider } from '@claudette/providers';
import { findProvider, providers } from '@claudette/providers';
import { nearestNames } from '@claudette/routing';

import type { Backend } from './backend.js';
import { checkConfig } from './config/check-config.js';
import { readCustomBackends } from './config/read-custom-backends.js';
import type { BackendConfig, Config } from './config/schema.js';
import { createDemoTransport } from './demo/demo-transport.js';
import { readWhole } from './upstream/whole-body.js';

export interface FindBackendsOptions {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly transport: Transport;
  readonly clock: Clock;
}

/** A server on this machine answers or refuses at once; one that does neither is not waited for. */
const DISCOVERY_TIMEOUT_MS = 250;
const MAX_DISCOVERY_BYTES = 1024 * 1024;

function providerOf(name: string, config: BackendConfig): Provider {
  const provider = findProvider(config.provider);
  if (provider !== undefined) return provider;
  const ids = providers.map(({ id }) => id);
  const near = nearestNames(config.provider, ids)[0];
  const hint = near === undefined ? `known providers: ${ids.join(', ')}` : `did you mean ${near}?`;
  throw new GatewayError('configuration_invalid', `backends.${name}.provider is "${config.provider}"; ${hint}`);
}

/** A server of the user's own may speak anything; of a vendor it is known. */
const spokenBy = ({ id, dialect, alsoSpeaks }: Provider): readonly DialectId[] =>
  id === 'openai-compatible' ? dialectIds : [dialect, ...alsoSpeaks];

/** What a backend speaks: all that its provider does, or the one dialect that the configuration pins it to. */
function dialectsOf(name: string, config: BackendConfig, provider: Provider): Pick<Target, 'dialect' | 'alsoSpeaks'> {
  const { dialect, alsoSpeaks } = provider;
  if (config.dialect === undefined) return { dialect, ...(alsoSpeaks.length > 0 && { alsoSpeaks }) };
  const allowed = spokenBy(provider);
  if (allowed.includes(config.dialect)) return { dialect: config.dialect };
  throw new GatewayError(
    'configuration_invalid',
    `backends.${name}.dialect is "${config.dialect}"; ${provider.id} speaks ${allowed.join(', ')}`,
  );
}

/** One configured backend, ready to be called. */
export function toBackend(name: string, config: BackendConfig, transport: Transport, clock: Clock): Backend {
  const provider = providerOf(name, config);
  const isDemo = provider.id === 'demo';
  const baseUrl = config.baseUrl ?? provider.baseUrl ?? (isDemo ? 'demo://claudette' : undefined);
  if (baseUrl === undefined) {
    throw new GatewayError(
      'configuration_invalid',
      `backends.${name}.baseUrl is absent; ${provider.id} needs an address, e.g. http://127.0.0.1:8000/v1`,
    );
  }
  const dialects = dialectsOf(name, config, provider);
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

/** What is there without any configuration: keys in the environment, a server on this machine, or else the demo. */
async function discover({ environment, transport, clock }: FindBackendsOptions): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const provider of providers) {
    const keyName = provider.auth.environment.find((name) => environment[name]);
    // A vendor whose address or models only the user knows cannot be found.
    const isKnown = provider.baseUrl !== null && provider.defaultModels.length > 0;
    if (keyName !== undefined && isKnown) {
      found[provider.id] = { provider: provider.id, apiKey: `env:${keyName}`, models: provider.defaultModels };
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
  const found = { ...readCustomBackends(environment), ...(isConfigured ? {} : await discover(options)) };
  const isEmpty = !isConfigured && Object.keys(found).length === 0;
  const added = checkConfig({ ...config, backends: isEmpty ? demo : found }, 'the environment').backends;
  return Object.entries({ ...added, ...config.backends })
    .filter(([, backend]) => backend.enabled)
    .map(([name, backend]) => toBackend(name, backend, transport, clock));
}
