import { createConnectionPool } from '@claudette/connection-pool';
import type { ConnectionPool } from '@claudette/connection-pool';
import { createCredentials, createEnvironmentSource } from '@claudette/credentials';
import { createFakeClock, createFakeProvider } from '@claudette/testing';
import type { FakeClock, FakeProvider } from '@claudette/testing';

import type { Backend } from '../../backend.js';
import { checkConfig } from '../../config/check-config.js';
import { toBackend } from '../../find-backends.js';
import { systemClock } from '../../system-clock.js';
import type { HealthBoard } from '../health-board.js';
import { createHealthBoard } from '../health-board.js';
import type { HealthProbes } from '../health-probes.js';
import { createHealthProbes } from '../health-probes.js';
import type { BackendReadiness } from '../readiness.js';
import { createBackendReadiness } from '../readiness.js';

/** A fake provider and a pool, on real sockets. */
export interface Sockets {
  readonly provider: FakeProvider;
  readonly pool: ConnectionPool;
  close(): Promise<void>;
}

export async function openSockets(): Promise<Sockets> {
  const provider = await createFakeProvider();
  const pool = createConnectionPool({
    clock: systemClock,
    connectionsPerOrigin: 64,
    idleTimeoutMs: 5_000,
    queueTimeoutMs: 1_000,
    warmConnections: 0,
  });
  return {
    provider,
    pool,
    async close() {
      await pool.destroy();
      await provider.close();
    },
  };
}

/** All that watches over backends, on a clock of the test's. */
export interface HealthBench {
  readonly clock: FakeClock;
  readonly backends: readonly Backend[];
  readonly board: HealthBoard;
  readonly probes: HealthProbes;
  readonly readiness: BackendReadiness;
  /** What was observed, as `up: true it answers probes`. */
  readonly told: string[];
  /** What probes found, one word each. */
  readonly found: string[];
}

export const intervalMs = 30_000;

/** The environment has the variable KEY and no other. */
export function watch(
  { pool }: Sockets,
  configured: Readonly<Record<string, object>>,
  { intervalMs: everyMs = intervalMs, random = (): number => 0.5 } = {},
): HealthBench {
  const clock = createFakeClock();
  const told: string[] = [];
  const found: string[] = [];
  const { backends: checked } = checkConfig({ backends: configured }, 'the test');
  const backends = Object.entries(checked).map(([name, config]) => toBackend(name, config, pool, clock));
  const board = createHealthBoard({
    clock,
    intervalMs: everyMs,
    observe: (observation) => {
      if (observation.kind !== 'backend-health') return;
      told.push(`${observation.backend}: ${observation.healthy} ${observation.reason}`);
    },
  });
  const credentials = createCredentials({ sources: [createEnvironmentSource({ KEY: 'good-key' })] });
  const report: HealthBoard['report'] = (backend, finding) => {
    board.report(backend, finding);
    found.push(finding.kind);
  };
  const probes = createHealthProbes({
    backends,
    board: { ...board, report },
    clock,
    random,
    credentials,
    userAgent: 'claudette/test',
    intervalMs: everyMs,
  });
  const readiness = createBackendReadiness({ backends, board, probes, clock });
  return { clock, backends, board, probes, readiness, told, found };
}
