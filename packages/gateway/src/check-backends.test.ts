import { createConnectionPool } from '@claudette/connection-pool';
import { createCredentials, createEnvironmentSource } from '@claudette/credentials';
import { createFakeClock, createFakeProvider, eventually } from '@claudette/testing';
import type { FakeProvider } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createBackendChecks } from './check-backends.js';
import { checkConfig } from './config/check-config.js';
import { toBackend } from './find-backends.js';
import { systemClock } from './system-clock.js';

let provider: FakeProvider;
let pool: ReturnType<typeof createConnectionPool>;

beforeEach(async () => {
  provider = await createFakeProvider();
  pool = createConnectionPool({
    clock: systemClock,
    connectionsPerOrigin: 4,
    idleTimeoutMs: 1_000,
    queueTimeoutMs: 1_000,
    warmConnections: 0,
  });
});
afterEach(async () => {
  await pool.destroy();
  await provider.close();
});

const credentials = createCredentials({ sources: [createEnvironmentSource({ KEY: 'k' })] });

const start = (extra: Readonly<Record<string, object>> = {}) => {
  const clock = createFakeClock();
  const up = { provider: 'openai', baseUrl: `${provider.url}/v1`, apiKey: 'env:KEY', models: ['m'] };
  const { backends } = checkConfig({ backends: { up, ...extra } }, 'the test');
  const made = Object.entries(backends).map(([name, config]) => toBackend(name, config, pool, clock));
  return { clock, checks: createBackendChecks(made, clock, credentials) };
};

describe('backend checks', () => {
  it('take any answer for a sign of life, and ask no model', async () => {
    const { checks, clock } = start();
    expect(await checks.current()).toEqual([{ backend: 'up', ok: true }]);
    expect([provider.count(), provider.calls.map(({ method, path }) => `${method} ${path}`)]).toEqual([
      0,
      ['GET /v1/'],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('say which backend cannot be reached, and why', async () => {
    const down = { provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1', models: ['m'] };
    expect(await start({ down }).checks.current()).toEqual([
      { backend: 'up', ok: true },
      { backend: 'down', ok: false, reason: expect.stringContaining('127.0.0.1:9') },
    ]);
  });

  it('say which credential is missing without asking the backend', async () => {
    const keyless = { provider: 'openai', baseUrl: `${provider.url}/v1`, apiKey: 'env:GONE', models: ['m'] };
    expect((await start({ keyless }).checks.current())[1]).toEqual({
      backend: 'keyless',
      ok: false,
      reason: 'env:GONE is not there; set the environment variable GONE',
    });
    expect(provider.calls).toHaveLength(1);
  });

  it('give up on a backend that says nothing', async () => {
    provider.behave(() => ({ kind: 'delay', delayMs: 60_000 }));
    const { checks, clock } = start();
    const checked = checks.current();
    await eventually(() => provider.calls.length === 1);
    clock.advance(1_500);
    expect(await checked).toEqual([{ backend: 'up', ok: false, reason: 'no answer within 1500 ms' }]);
  });

  it('are made again after ten seconds, not sooner', async () => {
    const { checks, clock } = start();
    await checks.current();
    clock.advance(10_000);
    await checks.current();
    expect(provider.calls).toHaveLength(1);
    clock.advance(1);
    await checks.current();
    expect(provider.calls).toHaveLength(2);
  });

  it('end when they are closed', async () => {
    provider.behave(() => ({ kind: 'delay', delayMs: 60_000 }));
    const { checks, clock } = start();
    const checked = checks.current();
    await eventually(() => provider.calls.length === 1);
    checks.close();
    expect(await checked).toEqual([{ backend: 'up', ok: false, reason: 'the gateway is closing' }]);
    await eventually(() => provider.openSockets() === 0);
    expect(clock.pending).toBe(0);
  });
});
