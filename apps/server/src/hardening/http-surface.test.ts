import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { lines, sendRaw, statusOf } from '../__fixtures__/raw-socket.js';
import { ask } from '../__fixtures__/raw-client.js';
import { startStack } from '../__fixtures__/start-stack.js';
import type { Stack } from '../__fixtures__/start-stack.js';
import { createServer } from '../create-server.js';
import { securityHeaders } from './security-headers.js';

const APP = 'https://app.example';

let plain: Stack;
let shared: Stack;
beforeAll(async () => {
  plain = await startStack();
  shared = await startStack({ auth: { mode: 'keys' }, server: { corsOrigins: [APP] } });
});
afterAll(async () => {
  await plain.close();
  await shared.close();
});

const get = (path: string, ...headers: string[]): Promise<string> =>
  sendRaw(plain.url, lines(`GET ${path} HTTP/1.1`, 'connection: close', ...headers));

describe('every answer', () => {
  const rows: readonly (readonly [name: string, ask: () => Promise<Response>])[] = [
    ['whole', () => ask(plain, { dialect: 'openai-chat', model: 'chat/gpt-fake' })],
    ['a stream', () => ask(plain, { dialect: 'openai-chat', model: 'chat/gpt-fake', stream: true })],
    ['an error', () => ask(plain, { dialect: 'anthropic-messages', model: 'nobody/nothing' })],
    ['an unknown route', () => fetch(`${plain.url}/nowhere`)],
    ['a list', () => fetch(`${plain.url}/v1/models`)],
    ['the status', () => fetch(`${plain.url}/api/status`)],
    ['health', () => fetch(`${plain.url}/health`)],
  ];
  it.each(rows)('tells browsers to take it for nothing but data: %s', async (_name, answered) => {
    const response = await answered();
    await response.arrayBuffer();
    expect(Object.fromEntries(response.headers)).toMatchObject(securityHeaders);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('strict-transport-security')).toBeNull();
  });
});

describe('an address', () => {
  it.each([
    ['with a slash too many', '/v1//models'],
    ['with a slash at the end', '/v1/models/'],
    ['with dots', '/v1/../api/status'],
    ['with coded dots', '/v1/%2e%2e/api/status'],
    ['with a coded slash', '/api%2Fstatus'],
    ['in capitals', '/V1/Models'],
    ['with a backslash', '/api\\status'],
  ])('has one spelling: %s', async (_name, path) => {
    expect(statusOf(await get(path, 'host: localhost'))).toBe(404);
  });

  it('may be coded where it need not be, which changes nothing', async () => {
    expect(await get('/v1/%6dodels', 'host: localhost')).toContain('gpt-fake');
  });

  it('may be a whole URL, of which only the path counts', async () => {
    const answer = await get('http://elsewhere.example/v1/messages/nothing', 'host: localhost');
    expect(statusOf(answer)).toBe(404);
    expect(answer).toContain('"type":"error"');
    expect(statusOf(await get('http://elsewhere.example/v1/models', 'host: localhost'))).toBe(200);
  });

  it('is no way through to elsewhere', async () => {
    const answer = await sendRaw(plain.url, lines('CONNECT elsewhere.example:443 HTTP/1.1', 'host: localhost'));
    expect(answer).not.toContain(' 200 ');
  });

  it('never depends on the host that the client names', async () => {
    const [one, two] = await Promise.all([
      get('/v1/models', 'host: localhost'),
      get('/v1/models', 'host: 10.1.2.3:99', 'x-forwarded-host: /api/status', 'x-original-url: /api/status'),
    ]);
    expect(two.split('\r\n\r\n')[1]).toBe(one.split('\r\n\r\n')[1]);
  });
});

describe('a web page, in open mode,', () => {
  it.each([
    ['by a name of its own that leads here', ['host: evil.example:3000']],
    ['by a request that needs no leave', ['host: localhost', 'origin: https://evil.example']],
    ['that hides where it is from', ['host: localhost', 'origin: null']],
    ['on another port of this machine', ['host: localhost:3000', 'origin: http://localhost:9999']],
  ])('may not call: %s', async (_name, headers) => {
    const answer = await get('/v1/models', ...headers);
    expect(statusOf(answer)).toBe(403);
    expect(answer).toContain('in open mode');
  });

  it.each([
    ['this server gave', ['host: localhost:3000', 'origin: http://localhost:3000']],
    ['nobody gave', ['host: localhost']],
    ['nobody gave, by an address', ['host: [::1]:3000']],
    ['nobody gave, from a container', ['host: host.docker.internal:3000']],
  ])('may, that %s', async (_name, headers) => {
    expect(statusOf(await get('/v1/models', ...headers))).toBe(200);
  });

  it('may, that server.corsOrigins names', async () => {
    const stack = await startStack({ server: { corsOrigins: [APP] } });
    const from = (origin: string): Promise<Response> => fetch(`${stack.url}/v1/models`, { headers: { origin } });
    expect((await from(APP)).status).toBe(200);
    expect((await from('https://other.example')).status).toBe(403);
    await stack.close();
  });
});

describe('server.corsOrigins', () => {
  const key = (): string => shared.server.host.current().keys.create({ name: `page-${Math.random()}` }).key;
  const preflight = (origin: string): Promise<Response> =>
    fetch(`${shared.url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });

  it('lets the page ask beforehand, without a key', async () => {
    const response = await preflight(APP);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(APP);
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('lets no other page', async () => {
    expect((await preflight('https://other.example')).headers.get('access-control-allow-origin')).toBeNull();
    const off = await fetch(`${plain.url}/v1/models`, { method: 'OPTIONS' });
    expect([off.status, off.headers.get('access-control-allow-origin')]).toEqual([404, null]);
  });

  it.each([true, false])('lets the page read answers and their headers, streamed: %s', async (stream) => {
    const headers = { origin: APP, 'x-api-key': key() };
    const response = await ask(shared, { dialect: 'openai-chat', model: 'chat/gpt-fake', stream, headers });
    await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(APP);
    expect(response.headers.get('access-control-expose-headers')).toContain('x-claudette-id');
    expect(response.headers.get('vary')).toBe('Origin');
  });

  it('lets the page read why it was refused', async () => {
    const response = await fetch(`${shared.url}/v1/models`, { headers: { origin: APP } });
    expect(response.status).toBe(401);
    expect(response.headers.get('access-control-allow-origin')).toBe(APP);
  });
});

describe('server.trustProxy', () => {
  const addressSeen = async (
    trustProxy: unknown,
    forwardedFor: string,
    remoteAddress = '10.0.0.7',
  ): Promise<string> => {
    const stack = await startStack({ server: { trustProxy } });
    const app = createServer(stack.server.host);
    app.get('/address', { config: { role: 'public' } }, async ({ ip }) => ip);
    const { body } = await app.inject({
      url: '/address',
      headers: { host: 'localhost', 'x-forwarded-for': forwardedFor },
      remoteAddress,
    });
    await app.close();
    await stack.close();
    return body;
  };

  it('believes nobody by default', async () => {
    expect(await addressSeen([], '203.0.113.9')).toBe('10.0.0.7');
  });

  it('believes the proxies that it names, and what they believe no further', async () => {
    expect(await addressSeen(['10.0.0.0/8'], '127.0.0.1, 203.0.113.9')).toBe('203.0.113.9');
    expect(await addressSeen(['10.0.0.0/8'], '203.0.113.9', '192.0.2.1')).toBe('192.0.2.1');
  });

  it('believes the last so many proxies where it is a number', async () => {
    expect(await addressSeen(2, '127.0.0.1, 203.0.113.9, 198.51.100.1')).toBe('203.0.113.9');
  });
});

describe('an answer', () => {
  it('has a name of ours, whatever name the client sends', async () => {
    const headers = { 'x-claudette-id': 'x-mine', 'x-request-id': 'mine', 'request-id': 'mine' };
    const response = await ask(plain, { dialect: 'openai-chat', model: 'chat/gpt-fake', headers });
    expect(response.headers.get('x-claudette-id')).toMatch(/^x-[0-9a-f-]{36}$/);
    expect([...response.headers.values()]).not.toContain('mine');
  });
});
