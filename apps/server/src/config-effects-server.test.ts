import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startLab } from './__fixtures__/start-lab.js';
import { runServer } from './run-server.js';

describe('server', () => {
  it('totalMs ends an exchange, whatever its backend allows', async () => {
    const lab = await startLab({ config: { server: { totalMs: 80 }, routing: { fallback: false, maxAttempts: 1 } } });
    lab.a.behave({ kind: 'delay', delayMs: 5_000 });
    expect((await lab.tell()).status).toBe(504);
    await lab.close();
  });
});

describe('a server of its own', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'claudette-effects-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const quiet = {
    cache: { store: 'memory:' },
    ledger: { url: 'memory:' },
    logging: { level: 'silent' },
    backends: { demo: { provider: 'demo', models: ['demo-1'] } },
  };
  const run = (flags: object) =>
    runServer(
      { flags: { ...quiet, ...flags }, environment: { HOME: folder }, workingDirectory: folder },
      { environment: { HOME: folder } },
    );

  it('listens where server.host and server.port say', async () => {
    const server = await run({ server: { host: 'localhost', port: 0 } });
    const { port } = new URL(server.url);
    await expect(run({ server: { host: 'localhost', port: Number(port) } })).rejects.toThrow(
      `cannot listen on localhost:${port}`,
    );
    await server.close();
  });

  it('keeps its records where ledger.url says', async () => {
    const file = join(folder, 'records.db');
    const server = await run({ server: { port: 0 }, ledger: { url: `sqlite:${file}` } });
    await server.close();
    expect(existsSync(file)).toBe(true);
  });

  it.each([
    [true, 200],
    [false, 404],
  ])('has figures for Prometheus where metrics.enabled is %s', async (enabled, status) => {
    const server = await run({ server: { port: 0 }, metrics: { enabled } });
    expect((await fetch(`${server.url}/metrics`)).status).toBe(status);
    await server.close();
  });
});
