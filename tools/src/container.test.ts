import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { readText, repositoryRoot } from './workspace.js';

const run = promisify(execFile);
const dockerfile = readText('docker/Dockerfile');

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

describe('the container', () => {
  let work: string;
  let environment: NodeJS.ProcessEnv;
  let server: ChildProcess | undefined;
  let serverEnded: Promise<unknown[]> | undefined;

  const node = (...words: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, words, { cwd: join(work, 'image'), env: environment });

  /** Runs the health check until it is content, as a container engine does. */
  const untilHealthy = async (): Promise<void> => {
    const check = join(repositoryRoot, 'docker/health.mjs');
    for (let attempt = 0; ; attempt++) {
      const healthy = await node(check).then(
        () => true,
        () => false,
      );
      if (healthy) return;
      if (attempt === 100) throw new Error('The server did not become healthy');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'claudette-image-'));
    environment = {
      PATH: process.env['PATH'],
      HOME: work,
      XDG_DATA_HOME: join(work, 'data'),
      NODE_ENV: 'production',
      CLAUDETTE_AUTH_MODE: 'keys',
      CLAUDETTE_SERVER_HOST: '0.0.0.0',
      CLAUDETTE_SERVER_PORT: String(await freePort()),
    };
    await run(process.execPath, [join(repositoryRoot, 'tools/image-files.mjs'), join(work, 'image')]);
    server = spawn(process.execPath, ['apps/server/dist/main.js'], {
      cwd: join(work, 'image'),
      env: environment,
      stdio: 'ignore',
    });
    serverEnded = once(server, 'exit');
    await untilHealthy();
  }, 120_000);

  afterAll(async () => {
    server?.kill();
    await serverEnded;
    await rm(work, { recursive: true, force: true });
  });

  it('copies only what exists', () => {
    const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, places = '']) =>
      places.split(' '),
    );
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  });

  it('starts files that the image has', () => {
    const started = [...dockerfile.matchAll(/apps\/[\w./-]+\.js/g)].map(([path]) => path);
    expect(started).toHaveLength(2);
    expect(started.filter((path) => !existsSync(join(work, 'image', path)))).toEqual([]);
  });

  it('serves with nothing but its own files, and asks for a key', async () => {
    const answer = await fetch(`http://127.0.0.1:${environment['CLAUDETTE_SERVER_PORT']}/v1/models`);
    expect(answer.status).toBe(401);
  });

  it('lets in whoever shows a key that the command line made', async () => {
    const { stdout } = await node('apps/cli/bin/claudette.js', 'keys', 'create', '--name', 'test', '--json');
    const { key } = JSON.parse(stdout) as { key: string };
    const answer = await fetch(`http://127.0.0.1:${environment['CLAUDETTE_SERVER_PORT']}/v1/models`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(answer.status).toBe(200);
  });

  it('keeps cache and ledger on the volume', () => {
    expect(readdirSync(join(work, 'data/claudette'))).toEqual(expect.arrayContaining(['ledger.db', 'cache.db']));
  });

  it('is not root and has a health check', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*docker\/health\.mjs/m);
  });
});
