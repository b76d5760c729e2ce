import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';

import { buildServer } from './__fixtures__/built-server.js';
import type { BuiltServer } from './__fixtures__/built-server.js';
import { ask, readStream } from './__fixtures__/raw-client.js';

let built: BuiltServer;
let provider: FakeProvider;

beforeAll(async () => {
  built = buildServer();
  provider = await createFakeProvider();
}, 60_000);
afterEach(() => {
  built.killAll();
  provider.reset();
});
afterAll(async () => {
  await provider.close();
  built.remove();
});

const backend = () => ({ provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'] });

describe('the server process', () => {
  it('says where it listens, what it found, and what to try', async () => {
    const started = built.start({ server: { port: 0 }, backends: { lab: backend() } });
    const { url } = await started.listening();
    expect(started.output()).toContain('Backends: lab (m)');
    expect(started.output()).toContain(`Try: curl ${url}/v1/chat/completions`);
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
  });

  it('serves the demo when nothing is configured and nothing is found', async () => {
    const started = built.start({ server: { port: 0 } });
    const stack = await started.listening();
    expect(started.output()).toContain('Backends: demo (demo-1)');
    const seen = await readStream(
      await ask(stack, { dialect: 'anthropic-messages', model: 'auto', stream: true }),
      'anthropic-messages',
    );
    expect(seen).toMatchObject({ stopped: true, failed: false, text: expect.stringContaining('demo') });
  });

  it('lets open streams end after SIGTERM, takes no new requests, and exits', async () => {
    provider.behave({ kind: 'slow-drip', everyMs: 60 });
    const started = built.start({ server: { port: 0, drainTimeoutMs: 5000 }, backends: { lab: backend() } });
    const stack = await started.listening();
    const streams = await Promise.all(
      Array.from({ length: 20 }, () => ask(stack, { dialect: 'openai-chat', model: 'lab/m', stream: true })),
    );
    started.child.kill('SIGTERM');
    const seen = await Promise.all(streams.map((response) => readStream(response, 'openai-chat')));
    expect(seen.filter(({ stopped, failed }) => stopped && !failed)).toHaveLength(20);
    expect(await started.exit).toBe(0);
    await expect(fetch(`${stack.url}/health`)).rejects.toThrow();
  });

  it('ends streams that outlast the drain with a typed error, never with a stop', async () => {
    provider.behave({ kind: 'stall' });
    const started = built.start({ server: { port: 0, drainTimeoutMs: 200 }, backends: { lab: backend() } });
    const stack = await started.listening();
    const response = await ask(stack, { dialect: 'anthropic-messages', model: 'lab/m', stream: true });
    started.child.kill('SIGTERM');
    const seen = await readStream(response, 'anthropic-messages');
    expect(seen).toMatchObject({ stopped: false, failed: true });
    expect(seen.raw).toContain('shutting down');
    expect(await started.exit).toBe(0);
    await eventually(() => provider.calls.every(({ aborted }) => aborted));
  });

  it('ends at once at the second signal', async () => {
    provider.behave({ kind: 'stall' });
    const started = built.start({ server: { port: 0, drainTimeoutMs: 60_000 }, backends: { lab: backend() } });
    const stack = await started.listening();
    await ask(stack, { dialect: 'openai-chat', model: 'lab/m', stream: true });
    started.child.kill('SIGTERM');
    await eventually(() => started.output().includes('Draining'));
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(130);
  });

  it('reads its configuration anew at SIGHUP, and keeps the last good one', async () => {
    const config = { server: { port: 0 }, backends: { lab: backend() }, logging: { format: 'json' } };
    const started = built.start(config);
    const { url } = await started.listening();
    const file = join(started.home, 'config.json');
    writeFileSync(file, '{"server": ');
    started.child.kill('SIGHUP');
    await eventually(() => started.output().includes('configuration refused, the one before stays'));
    expect((await ask({ url }, { dialect: 'openai-chat', model: 'lab/m' })).status).toBe(200);
    writeFileSync(file, JSON.stringify({ ...config, routing: { strict: true } }));
    started.child.kill('SIGHUP');
    await eventually(() => started.output().includes('"changed":["routing.strict"]'));
  });

  it('starts although a backend is down, and says which and why', async () => {
    const down = { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', models: ['gone'] };
    const started = built.start({ server: { port: 0 }, backends: { lab: backend(), down } });
    const { url } = await started.listening();
    const ready = await fetch(`${url}/ready`);
    expect(ready.status).toBe(200);
    const { parts } = (await ready.json()) as { parts: { part: string; ok: boolean; reason?: string }[] };
    expect(parts).toContainEqual({ part: 'backend lab', ok: true });
    expect(parts.find(({ part }) => part === 'backend down')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('is not ready when no backend can be reached', async () => {
    const down = { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', models: ['gone'] };
    const { url } = await built.start({ server: { port: 0 }, backends: { down } }).listening();
    expect((await fetch(`${url}/ready`)).status).toBe(503);
  });

  it('never writes a credential into its logs', async () => {
    provider.behave({ kind: 'status', status: 401, message: 'bad key sk-proj-Canary0123456789abcdef' });
    const lab = { ...backend(), apiKey: 'env:LAB_KEY' };
    const started = built.start(
      { server: { port: 0 }, backends: { lab }, logging: { level: 'debug' } },
      { environment: { LAB_KEY: 'canary-value-9876543210' } },
    );
    const stack = await started.listening();
    await (await ask(stack, { dialect: 'openai-chat', model: 'lab/m' })).text();
    await eventually(() => started.output().includes('exchange failed'));
    expect(provider.calls[0]?.headers.authorization).toBe('Bearer canary-value-9876543210');
    expect(started.output()).not.toContain('canary-value');
    expect(started.output()).not.toContain('Canary0123');
  });
});

describe('a server that cannot start', () => {
  it.each([
    ['an unknown key', { sever: {} }, 'did you mean server?'],
    ['a wrong type', { server: { port: 'eighty' } }, 'server.port is "eighty"'],
    ['a key in the file', { backends: { lab: { provider: 'openai', models: ['m'], apiKey: 'sk-123' } } }, 'env:NAME'],
    ['an open door', { server: { host: '0.0.0.0' } }, 'auth.mode'],
    ['an unknown provider', { backends: { lab: { provider: 'openia', models: ['m'] } } }, 'did you mean openai?'],
    ['a ledger that is a folder', { server: { port: 0 }, ledger: { url: 'sqlite:/' } }, 'cannot be opened'],
  ])('says why and exits with 3: %s', async (_name, config, says) => {
    const started = built.start(config);
    expect(await started.exit).toBe(3);
    expect(started.output()).toContain(says);
    expect(started.output()).not.toMatch(/\n\s+at /);
  });

  it('says that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const started = built.start({
      server: { port: (other.address() as AddressInfo).port },
      backends: { lab: backend() },
    });
    expect(await started.exit).toBe(3);
    expect(started.output()).toContain('in use');
    other.close();
  });
});
