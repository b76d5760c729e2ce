import { once } from 'node:events';
import { connect } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@claudette/testing';

import { ask, readStream } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';
import { createServer } from './create-server.js';
import { runServer } from './run-server.js';
import { serve } from './serve.js';

const open: Stack[] = [];
const start = async (config: Record<string, unknown> = {}): Promise<Stack> => {
  const stack = await startStack(config);
  open.push(stack);
  return stack;
};
afterEach(async () => {
  for (const stack of open.splice(0)) await stack.close();
});

const inMemory = {
  cache: { store: 'memory:' },
  ledger: { url: 'memory:' },
  logging: { level: 'silent' },
  backends: { demo: { provider: 'demo', models: ['demo-1'] } },
};

describe('what operators ask', () => {
  it('is answered without a key only where that is safe', async () => {
    const { url } = await start({ auth: { mode: 'keys' } });
    const statuses = await Promise.all(
      ['/health', '/ready', '/metrics', '/api/status', '/v1/models'].map(
        async (path) => (await fetch(url + path)).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 401, 401]);
  });

  it('tells of each part whether it is ready', async () => {
    const stack = await start();
    expect(await (await fetch(`${stack.url}/ready`)).json()).toEqual({
      ready: true,
      parts: [
        { part: 'gateway', ok: true },
        { part: 'configuration', ok: true },
        { part: 'backend chat', ok: true },
        { part: 'backend responses', ok: true },
        { part: 'backend claude', ok: true },
        { part: 'backend gemini', ok: true },
      ],
    });
  });

  it('is unready, with reasons, while nothing can be reached', async () => {
    const down = { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', models: ['m'] };
    const { url } = await start({ backends: { down } });
    const response = await fetch(`${url}/ready`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('ECONNREFUSED');
  });

  it('tells what is going on', async () => {
    const stack = await start();
    await (await ask(stack, { dialect: 'openai-chat', model: 'chat/gpt-fake' })).text();
    expect(await (await fetch(`${stack.url}/api/status`)).json()).toMatchObject({
      openExchanges: 0,
      draining: false,
      circuits: [{ state: 'closed', calls: 1 }],
      pool: expect.arrayContaining([expect.objectContaining({ origin: stack.chat.url, requests: expect.any(Number) })]),
      estimates: [{ backend: 'chat', model: 'gpt-fake', exchanges: 1, outputTokens: expect.any(Number) }],
      limits: [],
    });
  });
});

describe('the memory of the process', () => {
  it('is shown, and garbage is collected by hand, which says what it freed', async () => {
    const { url } = await start();
    const stats = (await (await fetch(`${url}/api/performance/memory/stats`)).json()) as Record<string, unknown>;
    expect(stats).toMatchObject({ level: expect.any(String), limitBytes: expect.any(Number) });
    let garbage: unknown = Array.from({ length: 2_000_000 }, (_, index) => ({ index }));
    expect(garbage).toBeDefined();
    garbage = undefined;
    const collected = await fetch(`${url}/api/performance/memory/gc`, { method: 'POST' });
    const { before, after, freedBytes } = (await collected.json()) as {
      before: { heapBytes: number; externalBytes: number };
      after: { heapBytes: number; externalBytes: number };
      freedBytes: number;
    };
    expect(freedBytes).toBeGreaterThan(0);
    expect(freedBytes).toBe(before.heapBytes + before.externalBytes - after.heapBytes - after.externalBytes);
  });
});

describe('a request', () => {
  it('with a URL that cannot be decoded is refused clearly', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/v1/models/%zz`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  it('that meets a fault of ours is told so, in the dialect', async () => {
    const { server } = await start();
    const status = (): never => {
      throw new TypeError('a bug');
    };
    const broken = createServer({ ...server.host, current: () => ({ ...server.host.current(), status }) });
    const response = await broken.inject('/api/status');
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ error: { message: 'Internal error: a bug' } });
  });

  it('without a body is refused clearly', async () => {
    const { url } = await start();
    for (const path of ['/v1/messages', '/api/optimize']) {
      expect((await fetch(url + path, { method: 'POST' })).status).toBe(400);
    }
  });

  it('whose client reads slowly is answered no faster than it reads, and whole', async () => {
    const stack = await start();
    const delta = 'x'.repeat(64 * 1024);
    stack.chat.behave({ kind: 'text', deltas: Array.from({ length: 200 }, () => delta) });
    const body = JSON.stringify({
      model: 'chat/gpt-fake',
      stream: true,
      messages: [{ role: 'user', content: 'much' }],
    });
    const socket = connect(Number(new URL(stack.url).port), '127.0.0.1');
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await once(socket, 'readable');
    socket.pause();
    await eventually(() => stack.chat.count() === 1);
    const [call] = stack.chat.calls;
    const whole = 200 * delta.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(call?.sentBytes).toBeLessThan(whole);
    let received = 0;
    socket.on('data', (chunk) => (received += chunk.length));
    socket.resume();
    await once(socket, 'close');
    expect(received).toBeGreaterThan(whole);
  });

  it('whose client leaves ends the upstream call within 100 ms', async () => {
    const stack = await start();
    stack.chat.behave({ kind: 'stall' });
    const client = new AbortController();
    const response = await ask(stack, {
      dialect: 'openai-chat',
      model: 'chat/gpt-fake',
      stream: true,
      signal: client.signal,
    });
    expect(response.status).toBe(200);
    client.abort();
    await eventually(() => stack.chat.calls[0]?.aborted === true, { withinMs: 100 });
  });
});

describe('serving', () => {
  it('prints how to begin, and ends with SIGTERM', async () => {
    const lines: string[] = [];
    const served = serve({ flags: { ...inMemory, server: { port: 0 } }, environment: {} }, (line) => lines.push(line));
    await eventually(() => lines.some((line) => line.startsWith('Try: curl')));
    const url = lines[0]?.replace('Claudette listens on ', '') ?? '';
    const seen = await readStream(
      await ask({ url }, { dialect: 'openai-chat', model: 'auto', stream: true }),
      'openai-chat',
    );
    expect(seen).toMatchObject({ stopped: true, failed: false });
    process.emit('SIGTERM');
    await served;
    expect(lines.at(-1)).toBe('Draining open exchanges …');
    process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT');
  });

  it('says which port is in use', async () => {
    const stack = await start();
    const port = Number(new URL(stack.url).port);
    await expect(runServer({ flags: { ...inMemory, server: { port } }, environment: {} })).rejects.toThrow('in use');
  });

  it('says which address cannot be had', async () => {
    const flags = { ...inMemory, auth: { mode: 'keys' }, server: { host: '192.0.2.1', port: 0 } };
    await expect(runServer({ flags, environment: {} })).rejects.toThrow('cannot listen on 192.0.2.1');
  });
});
