import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';

import { ask, readStream } from './__fixtures__/raw-client.js';

// Inside the repository, so that the bundle finds the native modules.
const scratch = fileURLToPath(new URL('../out-tsc/', import.meta.url));
const bundler = fileURLToPath(new URL('../../../tools/bundle.mjs', import.meta.url));
let folder: string;
let provider: FakeProvider;
const children: ChildProcess[] = [];

beforeAll(async () => {
  mkdirSync(scratch, { recursive: true });
  folder = mkdtempSync(join(scratch, 'process-'));
  execFileSync(process.execPath, [bundler, 'server', '--out', join(folder, 'dist')], { stdio: 'ignore' });
  provider = await createFakeProvider();
}, 60_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  provider.reset();
});
afterAll(async () => {
  await provider.close();
  rmSync(folder, { recursive: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
  /** Its configuration. */
  readonly file: string;
}

/** The product as a process of its own, with a home of its own. */
function start(config: Record<string, unknown>, environment: Record<string, string> = {}): Started {
  const home = mkdtempSync(join(folder, 'home-'));
  const file = join(home, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  const env = {
    PATH: dirname(process.execPath),
    HOME: home,
    XDG_DATA_HOME: home,
    CLAUDETTE_CONFIG: file,
    ...environment,
  };
  const child = spawn(process.execPath, [join(folder, 'dist/main.js')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (output += String(chunk)));
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return { child, output: () => output, exit, file };
}

const backend = () => ({ provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'] });
const listening = async (started: Started): Promise<{ url: string }> => {
  await eventually(() => started.output().includes('Try: curl'), { withinMs: 15_000 });
  return { url: /http:\/\/127\.0\.0\.1:\d+/.exec(started.output())?.[0] ?? '' };
};

describe('the server process', () => {
  it('says where it listens, what it found, and what to try', async () => {
    const started = start({ server: { port: 0 }, backends: { lab: backend() } });
    const { url } = await listening(started);
    expect(started.output()).toContain('Backends: lab (m)');
    expect(started.output()).toContain(`Try: curl ${url}/v1/chat/completions`);
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
  });

  it('serves the demo when nothing is configured and nothing is found', async () => {
    const started = start({ server: { port: 0 } });
    const stack = await listening(started);
    expect(started.output()).toContain('Backends: demo (demo-1)');
    const seen = await readStream(
      await ask(stack, { dialect: 'anthropic-messages', model: 'auto', stream: true }),
      'anthropic-messages',
    );
    expect(seen).toMatchObject({ stopped: true, failed: false, text: expect.stringContaining('demo') });
  });

  it('lets open streams end after SIGTERM, takes no new requests, and exits', async () => {
    provider.behave({ kind: 'slow-drip', everyMs: 60 });
    const started = start({ server: { port: 0, drainTimeoutMs: 5000 }, backends: { lab: backend() } });
    const stack = await listening(started);
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
    const started = start({ server: { port: 0, drainTimeoutMs: 200 }, backends: { lab: backend() } });
    const stack = await listening(started);
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
    const started = start({ server: { port: 0, drainTimeoutMs: 60_000 }, backends: { lab: backend() } });
    const stack = await listening(started);
    await ask(stack, { dialect: 'openai-chat', model: 'lab/m', stream: true });
    started.child.kill('SIGTERM');
    await eventually(() => started.output().includes('Draining'));
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(130);
  });

  it('reads its configuration anew at SIGHUP, and keeps the last good one', async () => {
    const config = { server: { port: 0 }, backends: { lab: backend() }, logging: { format: 'json' } };
    const started = start(config);
    const { url } = await listening(started);
    writeFileSync(started.file, '{"server": ');
    started.child.kill('SIGHUP');
    await eventually(() => started.output().includes('configuration refused, the one before stays'));
    expect((await ask({ url }, { dialect: 'openai-chat', model: 'lab/m' })).status).toBe(200);
    writeFileSync(started.file, JSON.stringify({ ...config, routing: { strict: true } }));
    started.child.kill('SIGHUP');
    await eventually(() => started.output().includes('"changed":["routing.strict"]'));
  });

  it('starts although a backend is down, and says which and why', async () => {
    const down = { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', models: ['gone'] };
    const started = start({ server: { port: 0 }, backends: { lab: backend(), down } });
    const { url } = await listening(started);
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
    const { url } = await listening(start({ server: { port: 0 }, backends: { down } }));
    expect((await fetch(`${url}/ready`)).status).toBe(503);
  });

  it('never writes a credential into its logs', async () => {
    provider.behave({ kind: 'status', status: 401, message: 'bad key sk-proj-Canary0123456789abcdef' });
    const lab = { ...backend(), apiKey: 'env:LAB_KEY' };
    const started = start(
      { server: { port: 0 }, backends: { lab }, logging: { level: 'debug' } },
      { LAB_KEY: 'canary-value-9876543210' },
    );
    const stack = await listening(started);
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
    const started = start(config);
    expect(await started.exit).toBe(3);
    expect(started.output()).toContain(says);
    expect(started.output()).not.toMatch(/\n\s+at /);
  });

  it('says that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const started = start({ server: { port: (other.address() as AddressInfo).port }, backends: { lab: backend() } });
    expect(await started.exit).toBe(3);
    expect(started.output()).toContain('in use');
    other.close();
  });
});
