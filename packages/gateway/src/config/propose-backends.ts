import { createConnectionPool } from '@claudette/connection-pool';

import { discoverBackends } from '../find-backends.js';
import { systemClock } from '../system-clock.js';
import { checkConfig } from './check-config.js';
import type { BackendConfig } from './schema.js';
import { systemEnvironment } from './system-environment.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A backend that could be configured, as its entry in a file. */
export interface ProposedBackend {
  readonly name: string;
  /** Why it is proposed. */
  readonly reason: string;
  readonly entry: Pick<BackendConfig, 'provider' | 'models'> & Partial<Pick<BackendConfig, 'apiKey'>>;
}

/**
 * The backends that can be found: vendors whose key is in the environment, and a model server on this machine, which is
 * asked for its models and not waited for.
 */
export async function proposeBackends(
  environment: Environment = systemEnvironment,
): Promise<readonly ProposedBackend[]> {
  const pool = createConnectionPool({
    clock: systemClock,
    connectionsPerOrigin: 1,
    idleTimeoutMs: 1_000,
    queueTimeoutMs: 1_000,
    warmConnections: 0,
  });
  try {
    const found = await discoverBackends({ environment, transport: pool, clock: systemClock });
    const { backends } = checkConfig({ backends: found }, 'the environment');
    return Object.entries(backends).map(([name, { provider, models, apiKey }]) => ({
      name,
      reason:
        apiKey === undefined
          ? 'it answers on this machine'
          : `${[apiKey].flat().join(', ').replaceAll('env:', '')} is set`,
      entry: { provider, ...(apiKey !== undefined && { apiKey }), models },
    }));
  } finally {
    await pool.destroy();
  }
}
