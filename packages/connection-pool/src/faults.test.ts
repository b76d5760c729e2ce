import { eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import {
  aPool,
  aRequest,
  closeAll,
  httpServer,
  httpsServer,
  rawAnswer,
  rawServer,
  readText,
} from './__fixtures__/servers.js';

afterEach(closeAll);

const unreachable = { code: 'upstream_unreachable', fault: { backend: 'demo', unsent: true } };
const broken = { code: 'upstream_broken', fault: { backend: 'demo', unsent: false } };

describe('a backend that cannot be reached', () => {
  it('refuses the connection', async () => {
    const server = await httpServer(() => undefined);
    await closeAll();
    const pool = aPool();
    await expect(pool.send(aRequest(server.url))).rejects.toMatchObject(unreachable);
    expect(pool.stats()).toMatchObject([{ failures: 1, running: 0 }]);
  });

  it('refuses it on all addresses of its name', async () => {
    const server = await httpServer(() => undefined);
    await closeAll();
    const answer = aPool().send(aRequest(server.url.replace('127.0.0.1', 'localhost')));
    await expect(answer).rejects.toMatchObject({ ...unreachable, detail: expect.stringContaining('ECONNREFUSED') });
  });

  it('has a name that does not resolve', async () => {
    await expect(aPool().send(aRequest('http://backend.invalid/'))).rejects.toMatchObject(unreachable);
  });

  it('does not finish connecting in time', async () => {
    const server = await rawServer((socket) => socket.resume(), 'https');
    const answer = aPool().send(aRequest(server.url, { connectTimeoutMs: 30 }));
    await expect(answer).rejects.toMatchObject({ ...unreachable, detail: expect.stringContaining('within 30 ms') });
    await eventually(() => server.sockets.size === 0);
  });

  it('speaks no TLS', async () => {
    const server = await httpServer(() => undefined);
    await expect(aPool().send(aRequest(server.url.replace('http', 'https')))).rejects.toMatchObject(unreachable);
  });

  it('shows a certificate that nobody trusts', async () => {
    const server = await httpsServer((_, response) => response.end());
    await expect(aPool().send(aRequest(server.url))).rejects.toMatchObject({
      ...unreachable,
      detail: expect.stringContaining('self-signed'),
    });
  });

  it('is reached again once it is up', async () => {
    const server = await httpServer((_, response) => response.end('up'));
    const pool = aPool();
    await expect(pool.send(aRequest('http://127.0.0.1:1/'))).rejects.toMatchObject(unreachable);
    expect(await readText((await pool.send(aRequest(server.url))).body)).toBe('up');
  });
});

describe('a connection that breaks', () => {
  it.each<[string, Parameters<typeof rawServer>[0]]>([
    ['is closed before the headers', (socket) => socket.once('data', () => socket.end())],
    ['is reset before the headers', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['is closed within the headers', (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nx-a'))],
    ['does not speak HTTP', (socket) => socket.once('data', () => socket.write('SSH-2.0-OpenSSH\r\n'))],
    [
      'sends headers without end',
      (socket) =>
        socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n${`x-long: ${'x'.repeat(999)}\r\n`.repeat(99)}`)),
    ],
  ])('%s', async (_, onConnection) => {
    const server = await rawServer(onConnection);
    const pool = aPool();
    await expect(pool.send(aRequest(server.url))).rejects.toMatchObject(broken);
    expect(pool.stats()).toMatchObject([{ failures: 1, running: 0 }]);
  });

  it.each<[string, string]>([
    ['misses part of its content-length', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'],
    ['misses the last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['is cut within a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhello'],
  ])('%s: what came is read first', async (_, answer) => {
    const server = await rawAnswer(answer, (socket) => socket.end());
    const pool = aPool();
    const { body } = await pool.send(aRequest(server.url));
    expect(await body.next()).toMatchObject({ value: Buffer.from('hello') });
    await expect(body.next()).rejects.toMatchObject(broken);
    await expect(body.next()).rejects.toMatchObject(broken);
    expect(pool.stats()).toMatchObject([{ failures: 1, running: 0 }]);
  });

  it('breaks a read that is under way', async () => {
    const server = await rawAnswer('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n', (socket) =>
      setTimeout(() => socket.resetAndDestroy(), 20),
    );
    const { body } = await aPool().send(aRequest(server.url));
    await expect(body.next()).rejects.toMatchObject(broken);
  });

  it('gives nobody an unhandled rejection when nobody reads the body', async () => {
    const server = await rawAnswer('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello', (socket) => socket.end());
    const pool = aPool();
    await pool.send(aRequest(server.url));
    await eventually(() => pool.stats()[0]?.failures === 1);
  });
});

describe('a request that cannot be sent', () => {
  it('is our own fault', async () => {
    const server = await httpServer(() => undefined);
    const pool = aPool();
    const answer = pool.send(aRequest(server.url, { headers: { 'x-bad': 'a\nb' } }));
    await expect(answer).rejects.toMatchObject({ code: 'internal' });
    expect(pool.stats()).toMatchObject([{ running: 0, failures: 0 }]);
  });
});
