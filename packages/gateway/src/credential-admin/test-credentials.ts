import { createConnectionPool } from '@claudette/connection-pool';
import { createCallController, GatewayError } from '@claudette/core';
import type { Transport } from '@claudette/core';
import type { Credentials, CredentialStore } from '@claudette/credentials';
import { providers } from '@claudette/providers';

import type { Backend } from '../backend.js';
import { checkConfig } from '../config/check-config.js';
import type { Config } from '../config/schema.js';
import { findBackends, toBackend } from '../find-backends.js';
import type { Finding } from '../health/health-board.js';
import { probeBackend } from '../health/probe.js';
import { systemClock } from '../system-clock.js';
import { version } from '../version.js';
import { listStoredNames } from './stored-names.js';

/** How one backend took one credential. */
export interface TestedCredential {
  /** As the configuration refers to it, e.g. `credential:openai`. */
  readonly reference: string;
  readonly backend: string;
  readonly ok: boolean;
  /** What the backend made of it. */
  readonly said: string;
}

export interface TestOptions {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stores: readonly CredentialStore[];
  readonly credentials: Credentials;
}

interface Use {
  readonly reference: string;
  readonly backend: Backend;
}

const describe = (finding: Finding | undefined): Pick<TestedCredential, 'ok' | 'said'> => {
  if (finding === undefined) return { ok: false, said: 'it could not be asked' };
  if (finding.kind === 'accepted') return { ok: true, said: 'accepted' };
  if (finding.kind === 'answered')
    return { ok: false, said: 'it answers, but does not say whether it takes the credential' };
  return { ok: false, said: finding.reason };
};

/** A vendor's backend for a credential that is named after the vendor or its usual variable. */
function guessUse(name: string, transport: Transport): Use | undefined {
  const provider = providers.find(({ id, auth }) => id === name || auth.environment.includes(name));
  if (provider === undefined || provider.baseUrl === null || provider.defaultModels.length === 0) return undefined;
  const reference = `credential:${name}`;
  const entry = { provider: provider.id, apiKey: reference, models: provider.defaultModels };
  const config = checkConfig({ backends: { [provider.id]: entry } }, 'the credential').backends[provider.id];
  return config && { reference, backend: toBackend(provider.id, config, transport, systemClock) };
}

async function findUses(options: TestOptions, transport: Transport, name: string | undefined): Promise<readonly Use[]> {
  const storedNames = (): Promise<readonly string[]> => listStoredNames(options.stores, () => undefined);
  const backends = await findBackends({ ...options, transport, clock: systemClock, credentials: { storedNames } });
  const uses = backends
    .filter(({ provider }) => provider.auth.scheme !== 'none')
    .flatMap((backend) => backend.keys.map((reference) => ({ reference, backend })));
  if (name === undefined) return uses;
  const named = uses.filter(({ reference }) => [name, `credential:${name}`, `env:${name}`].includes(reference));
  if (named.length > 0) return named;
  const guessed = guessUse(name, transport);
  if (guessed !== undefined) return [guessed];
  const detail = 'no backend uses a credential of this name; set its apiKey to credential:NAME in the configuration';
  throw new GatewayError('invalid_request', detail);
}

/** Asks backends for their free list of models, each with one credential. */
export async function testCredentials(options: TestOptions, name?: string): Promise<readonly TestedCredential[]> {
  const pool = createConnectionPool({ ...options.config.pool, warmConnections: 0, clock: systemClock });
  const { signal } = createCallController();
  const probing = { credentials: options.credentials, userAgent: `claudette/${version}`, clock: systemClock, signal };
  try {
    const uses = await findUses(options, pool, name);
    return await Promise.all(
      uses.map(async ({ reference, backend }) => {
        const finding = await probeBackend({ ...backend, keys: [reference] }, probing);
        return { reference, backend: backend.name, ...describe(finding) };
      }),
    );
  } finally {
    await pool.destroy();
  }
}
