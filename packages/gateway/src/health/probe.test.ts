import { createCallController, GatewayError } from '@claudette/core';
import { createCredentials, createEnvironmentSource } from '@claudette/credentials';
import { createFakeClock, eventually } from '@claudette/testing';
import type { FakeClock } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Sockets } from './__fixtures__/health-bench.js';
import { openSockets, watch } from './__fixtures__/health-bench.js';
import type { Finding } from './health-board.js';
import { probeBackend } from './probe.js';

let sockets: Sockets;
let clock: FakeClock;
let closing: ReturnType<typeof createCallController>;
beforeEach(async () => {
  sockets = await openSockets();
  clock = createFakeClock();
  closing = createCallController();
});
afterEach(async () => {
  await sockets.close();
  expect(clock.pending).toBe(0);
});

const credentials = createCredentials({ sources: [createEnvironmentSource({ KEY: 'good-key', OTHER: 'other-key' })] });

const probe = async (config: object): Promise<Finding | undefined> => {
  const { provider } = sockets;
  const { backends } = watch(sockets, {
    up: { provider: 'openai', baseUrl: `${provider.url}/v1`, apiKey: 'env:KEY', models: ['m'], ...config },
  });
  const [backend] = backends;
  if (backend === undefined) throw new Error('the configuration has no backend');
  return probeBackend(backend, { clock, credentials, userAgent: 'claudette/test', signal: closing.signal });
};
const asked = (): string[] => sockets.provider.calls.map(({ method, path }) => `${method} ${path}`);
const sayStatus = (status: number): void => sockets.provider.behave(() => ({ kind: 'status', status }));

describe('a probe', () => {
  it.each([
    ['openai', '/v1', 'GET /v1/models', 'authorization', 'Bearer good-key'],
    ['anthropic', '', 'GET /v1/models', 'x-api-key', 'good-key'],
    ['gemini', '', 'GET /v1beta/models', 'x-goog-api-key', 'good-key'],
    ['ollama', '', 'GET /api/tags', 'authorization', undefined],
  ])('asks %s for its free list, with its credential', async (provider, version, request, header, value) => {
    const { url, calls } = sockets.provider;
    await probe({ provider, baseUrl: `${url}${version}`, headers: { 'X-Team': 'a' } });
    expect(asked()).toEqual([request]);
    expect(calls[0]?.headers).toMatchObject({ 'user-agent': 'claudette/test', 'x-team': 'a' });
    expect(calls[0]?.headers[header]).toBe(value);
    expect(sockets.provider.count()).toBe(0);
  });

  it('asks in the dialect that the backend is pinned to', async () => {
    const { url } = sockets.provider;
    const config = { provider: 'openai-compatible', baseUrl: url, dialect: 'anthropic-messages' };
    expect(await probe(config)).toEqual({ kind: 'accepted' });
    expect(sockets.provider.calls[0]?.headers['anthropic-version']).toBe('2023-06-01');
  });

  it('asks the demo, which has no socket', async () => {
    expect(await probe({ provider: 'demo', baseUrl: undefined, apiKey: undefined })).toEqual({ kind: 'accepted' });
    expect([asked(), sockets.pool.stats()]).toEqual([[], []]);
  });

  it.each([302, 404, 429, 500, 503])('takes a status of %i for an answer', async (status) => {
    sayStatus(status);
    expect(await probe({})).toEqual({ kind: 'answered' });
  });

  it('takes an error that never ends for an answer', async () => {
    sockets.provider.behave(() => ({ kind: 'raw', status: 500, chunks: ['x'.repeat(70_000)] }));
    expect(await probe({})).toEqual({ kind: 'answered' });
  });

  it('takes an answer nobody can read for an answer', async () => {
    sockets.provider.behave(() => ({ kind: 'raw', headers: { 'content-encoding': 'compress' }, chunks: ['x'] }));
    expect(await probe({})).toEqual({ kind: 'answered' });
  });

  it.each([
    [401, 'refused'],
    [403, 'forbidden'],
  ])('finds with status %i that the credential is %s, and quotes nobody', async (status, kind) => {
    sayStatus(status);
    expect(await probe({})).toEqual({ kind, reason: `its credential is refused (status ${status})` });
  });

  it('knows that a wrong key is status 400 at Google', async () => {
    const error = { code: 400, message: 'API key not valid.', details: [{ reason: 'API_KEY_INVALID' }] };
    const contentType = 'application/json';
    sockets.provider.behave(() => ({ kind: 'raw', status: 400, contentType, chunks: [JSON.stringify({ error })] }));
    const config = { provider: 'gemini', baseUrl: sockets.provider.url };
    expect(await probe(config)).toEqual({ kind: 'refused', reason: 'its credential is refused (status 400)' });
  });

  it('goes on to the next key when one is refused', async () => {
    sockets.provider.behave(({ headers }) =>
      headers.authorization === 'Bearer other-key' ? undefined : { kind: 'status', status: 401 },
    );
    expect(await probe({ apiKey: ['env:GONE', 'env:KEY', 'env:OTHER', 'env:KEY'] })).toEqual({ kind: 'accepted' });
    expect(asked()).toHaveLength(2);
  });

  it('says which credential is missing without asking', async () => {
    const reason = 'env:GONE is not there; set the environment variable GONE';
    expect(await probe({ apiKey: 'env:GONE' })).toEqual({ kind: 'refused', reason });
    expect(asked()).toEqual([]);
  });

  it('says why a backend cannot be reached', async () => {
    expect(await probe({ baseUrl: 'http://127.0.0.1:9/v1' })).toEqual({
      kind: 'unreachable',
      reason: expect.stringContaining('127.0.0.1:9'),
    });
  });

  it('waits for an answer that takes three seconds', async () => {
    sockets.provider.behave(() => ({ kind: 'delay', delayMs: 60 }));
    const found = probe({});
    await eventually(() => asked().length === 1);
    clock.advance(3_000);
    expect(await found).toEqual({ kind: 'accepted' });
  });

  it('gives up on a backend that says nothing for five seconds', async () => {
    sockets.provider.behave(() => ({ kind: 'delay', delayMs: 60_000 }));
    const found = probe({});
    await eventually(() => asked().length === 1);
    clock.advance(5_000);
    expect(await found).toEqual({ kind: 'unreachable', reason: 'no answer within 5000 ms' });
    await eventually(() => sockets.provider.openSockets() === 0);
  });

  it('finds nothing out when it is ended', async () => {
    sockets.provider.behave(() => ({ kind: 'delay', delayMs: 60_000 }));
    const found = probe({});
    await eventually(() => asked().length === 1);
    closing.abort(new GatewayError('draining', 'the gateway is closing'));
    expect(await found).toBeUndefined();
    await eventually(() => sockets.provider.openSockets() === 0);
  });
});
