import { eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { ask, readStream } from './__fixtures__/raw-client.js';
import { startReloading } from './__fixtures__/start-reloading.js';
import type { Reloading } from './__fixtures__/start-reloading.js';

const open: Reloading[] = [];
const start = async (...options: Parameters<typeof startReloading>): Promise<Reloading> => {
  const started = await startReloading(...options);
  open.push(started);
  return started;
};
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const post = (url: string): Promise<Response> => fetch(`${url}/api/admin/config/reload`, { method: 'POST' });

describe('POST /api/admin/config/reload', () => {
  it('takes over what has changed, and says what waits for a restart', async () => {
    const { url, server, write } = await start();
    write({ routing: { strict: true }, server: { port: 1 } });
    const response = await post(url);
    // The change of the file may have been noticed before.
    expect([response.status, await response.json()]).toEqual([
      200,
      { changed: expect.any(Array), restartNeeded: ['server.port'] },
    ]);
    expect(server.host.current().config.routing.strict).toBe(true);
  });

  it('tells all problems of a configuration that is wrong, and keeps the one before', async () => {
    const { url, write, file } = await start();
    write({ routing: { strikt: true }, cache: { ttlSeconds: 'x' } });
    const response = await post(url);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { code: 'configuration_invalid', message: expect.stringContaining('did you mean strict?') },
      problems: expect.arrayContaining([
        { origin: `file ${file}`, path: 'routing.strikt', message: expect.any(String) },
        { origin: `file ${file}`, path: 'cache.ttlSeconds', message: expect.any(String) },
      ]),
    });
    expect((await ask({ url }, { dialect: 'openai-chat', model: 'lab/m' })).status).toBe(200);
    expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({
      ready: true,
      parts: expect.arrayContaining([{ part: 'configuration', ok: false, reason: expect.any(String) }]),
    });
  });
});

describe('GET /api/admin/config', () => {
  it('shows every value in effect and where it comes from', async () => {
    const { url, file } = await start();
    const response = await fetch(`${url}/api/admin/config`);
    expect(await response.json()).toMatchObject({
      files: [file],
      reloads: { applied: 0, refused: 0 },
      restartNeeded: [],
      values: expect.arrayContaining([
        { path: 'server.drainTimeoutMs', value: 500, origin: `file ${file}` },
        { path: 'routing.strict', value: false, origin: 'default' },
      ]),
    });
  });

  it('is nothing for who has no key', async () => {
    const { url } = await start({ auth: { mode: 'keys' } });
    const statuses = [(await fetch(`${url}/api/admin/config`)).status, (await post(url)).status];
    expect(statuses).toEqual([401, 401]);
  });
});

describe('a new configuration', () => {
  it('switches the metrics off and on', async () => {
    const { url, write } = await start();
    write({ metrics: { enabled: false } });
    await post(url);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    write({});
    await post(url);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it('asks for keys from now on', async () => {
    const { url, write } = await start();
    write({ auth: { mode: 'keys' } });
    await post(url);
    expect((await ask({ url }, { dialect: 'openai-chat', model: 'lab/m' })).status).toBe(401);
  });

  it('is read when the file changes', async () => {
    const { server, write } = await start();
    write({ routing: { strict: true } });
    await eventually(() => server.host.current().config.routing.strict);
  });
});

describe('60 reloads under load, every other one wrong', () => {
  it('fail no request and leave no socket, timer or listener behind', async () => {
    const { url, server, provider, write } = await start();
    const request = async (index: number): Promise<boolean> => {
      const stream = index % 2 === 0;
      const response = await ask({ url }, { dialect: 'openai-chat', model: 'lab/m', stream, content: `${index}` });
      if (!stream) return response.status === 200 && (await response.json()) !== undefined;
      const seen = await readStream(response, 'openai-chat');
      return seen.stopped && !seen.failed;
    };
    let isOver = false;
    const results: boolean[] = [];
    const client = async (): Promise<void> => {
      while (!isOver) results.push(await request(results.length));
    };
    provider.behave({ kind: 'slow-drip', everyMs: 1 });
    const clients = Array.from({ length: 8 }, client);
    const counted: Record<number, number> = {};
    for (let round = 0; round < 60; round += 1) {
      const isWrong = round % 2 === 1;
      const pool = { connectionsPerOrigin: 100 + (round % 3) };
      write(isWrong ? '{"routing": ' : { pool, routing: { maxAttempts: 1 + (round % 5) } });
      const { status } = await post(url);
      counted[status] = (counted[status] ?? 0) + 1;
    }
    isOver = true;
    await Promise.all(clients);

    expect(counted).toEqual({ 200: 30, 400: 30 });
    expect(results.length).toBeGreaterThan(30);
    expect(results.filter((ok) => !ok)).toEqual([]);
    // Of all the pools there were, the last one alone still has connections.
    const { pool, openExchanges } = server.host.current().status();
    expect(openExchanges).toBe(0);
    await eventually(() => provider.openSockets() === pool[0]?.connected);
  }, 60_000);
});
