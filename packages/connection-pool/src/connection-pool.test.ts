import { certificate, eventually } from '@claudette/testing';
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

const hello = () => httpServer((_, response) => response.end('hello'));
/** Answers only when the test says so. */
const holding = async () => {
  const held: (() => void)[] = [];
  const server = await httpServer((_, response) => void held.push(() => void response.end('late')));
  return {
    ...{ server, held },
    releaseAll() {
      for (const release of held.splice(0)) release();
    },
  };
};

describe('a connection pool', () => {
  it('sends method, path, headers and body, and returns status, headers and body', async () => {
    const server = await httpServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        response.writeHead(201, { 'X-Echo': request.headers['x-ask'] });
        response.end(`${request.method} ${request.url} ${text}`);
      });
    });
    const { status, headers, body } = await aPool().send(
      aRequest(`${server.url}/v1/chat?a=1`, {
        method: 'POST',
        headers: { 'x-ask': 'yes' },
        body: new TextEncoder().encode('{"a":1}'),
      }),
    );
    expect(status).toBe(201);
    expect(headers).toMatchObject({ 'x-echo': 'yes' });
    expect(await readText(body)).toBe('POST /v1/chat?a=1 {"a":1}');
  });

  it('joins the values of a repeated header', async () => {
    const server = await rawAnswer('HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\ncontent-length: 0\r\n\r\n');
    expect((await aPool().send(aRequest(server.url))).headers).toMatchObject({ 'x-a': '1, 2' });
  });

  it('passes over informational answers', async () => {
    const server = await rawAnswer(
      'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    );
    const { status, headers, body } = await aPool().send(aRequest(server.url));
    expect([status, headers['link'], await readText(body)]).toEqual([200, undefined, 'ok']);
  });

  it('asks for the root when the URL has no path', async () => {
    const server = await httpServer((request, response) => response.end(request.url));
    expect(await readText((await aPool().send(aRequest(server.url))).body)).toBe('/');
  });

  it('speaks TLS', async () => {
    const server = await httpsServer((_, response) => response.end('secret'));
    const pool = aPool({ ca: certificate, warmConnections: 1 });
    expect(await readText((await pool.send(aRequest(server.url))).body)).toBe('secret');
    await pool.warm(server.url);
    const named = server.url.replace('127.0.0.1', 'localhost');
    expect(await readText((await pool.send(aRequest(named))).body)).toBe('secret');
  });

  it('keeps connections: 200 requests in a row use one', async () => {
    const server = await hello();
    const pool = aPool();
    for (let i = 0; i < 200; i += 1) await readText((await pool.send(aRequest(server.url))).body);
    const [stats] = pool.stats();
    expect(stats?.reuseRatio).toBeGreaterThanOrEqual(0.95);
    expect(stats).toMatchObject({ requests: 200, failures: 0, running: 0, pending: 0 });
    expect(server.accepted).toBe(200 - (stats?.reused ?? 0));
  });

  it('opens no more connections than it may, and serves the rest in turn', async () => {
    const { server, held, releaseAll } = await holding();
    const pool = aPool({ connectionsPerOrigin: 3 });
    const answers = Array.from({ length: 10 }, () => pool.send(aRequest(server.url)));
    await eventually(() => held.length === 3);
    expect(pool.stats()).toMatchObject([{ running: 3, pending: 7, connected: 3, free: 0, requests: 3 }]);
    const texts = Promise.all(answers.map(async (answer) => readText((await answer).body)));
    for (let turn = 0; turn < 4; turn += 1) {
      await eventually(() => held.length > 0);
      releaseAll();
      await eventually(() => pool.stats()[0]?.pending === 0 || held.length > 0);
    }
    await eventually(() => held.length === 0);
    expect(await texts).toEqual(Array.from({ length: 10 }, () => 'late'));
    expect(server.accepted).toBe(3);
  });

  it('serves the queue when the backend closes each connection', async () => {
    const server = await httpServer((_, response) => response.setHeader('connection', 'close').end('bye'));
    const pool = aPool({ connectionsPerOrigin: 2 });
    const answers = Array.from({ length: 20 }, async () => readText((await pool.send(aRequest(server.url))).body));
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, () => 'bye'));
    expect(pool.stats()).toMatchObject([{ requests: 20, reused: 0, failures: 0 }]);
  });

  it('shares the limit among requests with different connect timeouts', async () => {
    const { server, held } = await holding();
    const pool = aPool({ connectionsPerOrigin: 2 });
    for (const connectTimeoutMs of [100, 200, 300]) {
      pool.send(aRequest(server.url, { connectTimeoutMs })).catch(() => undefined);
    }
    await eventually(() => held.length === 2);
    expect(pool.stats()).toMatchObject([{ running: 2, pending: 1 }]);
  });

  it('refuses a request that waits too long for a connection', async () => {
    const { server, held, releaseAll } = await holding();
    const pool = aPool({ connectionsPerOrigin: 1, queueTimeoutMs: 20 });
    const first = pool.send(aRequest(server.url));
    await expect(pool.send(aRequest(server.url))).rejects.toMatchObject({
      code: 'target_busy',
      fault: { backend: 'demo', unsent: true },
    });
    await eventually(() => held.length === 1);
    releaseAll();
    expect(await readText((await first).body)).toBe('late');
    expect(pool.stats()).toMatchObject([{ pending: 0, requests: 1 }]);
  });

  it('closes connections that nobody uses', async () => {
    const server = await hello();
    const pool = aPool({ idleTimeoutMs: 50 });
    await readText((await pool.send(aRequest(server.url))).body);
    await eventually(() => server.sockets.size === 0, { withinMs: 4_000 });
  });

  it('has one entry of statistics per origin, however it is written', async () => {
    const [one, two] = [await hello(), await hello()];
    const pool = aPool();
    for (const url of [one.url, one.url.replace('http', 'HTTP'), two.url]) {
      await readText((await pool.send(aRequest(url))).body);
    }
    expect(pool.stats().map(({ origin, requests }) => [origin, requests])).toEqual([
      [one.url, 2],
      [two.url, 1],
    ]);
  });

  it('refuses a URL that is none', async () => {
    await expect(aPool().send(aRequest('nonsense'))).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('warming a pool', () => {
  it('opens connections before the first request, which then uses them', async () => {
    const server = await hello();
    const pool = aPool({ warmConnections: 4 });
    await pool.warm(`${server.url}/v1`);
    await eventually(() => server.accepted === 4);
    expect(pool.stats()).toMatchObject([{ connected: 4, free: 4, requests: 0, reuseRatio: 0 }]);
    const answers = await Promise.all(Array.from({ length: 4 }, () => pool.send(aRequest(server.url))));
    await Promise.all(answers.map(({ body }) => readText(body)));
    expect(server.accepted).toBe(4);
    expect(pool.stats()).toMatchObject([{ connected: 4, requests: 4, reused: 4, reuseRatio: 1 }]);
  });

  it('opens only what is missing, and never more than the limit', async () => {
    const server = await hello();
    const pool = aPool({ warmConnections: 5, connectionsPerOrigin: 2 });
    await pool.warm(server.url);
    await pool.warm(server.url);
    expect(pool.stats()).toMatchObject([{ connected: 2 }]);
    await eventually(() => server.accepted === 2);
  });

  it('does not fail when the origin is down', async () => {
    const server = await hello();
    await closeAll();
    const pool = aPool({ warmConnections: 2 });
    await pool.warm(server.url);
    expect(pool.stats()).toMatchObject([{ connected: 0, failures: 0 }]);
  });

  it('forgets a connection that the server closes', async () => {
    const server = await hello();
    const pool = aPool({ warmConnections: 1 });
    await pool.warm(server.url);
    await eventually(() => server.sockets.size === 1);
    for (const socket of server.sockets) socket.end();
    await eventually(() => pool.stats()[0]?.connected === 0);
    expect(await readText((await pool.send(aRequest(server.url))).body)).toBe('hello');
  });

  it('does not use a connection that was just destroyed', async () => {
    const server = await hello();
    const pool = aPool({ warmConnections: 1 });
    await pool.warm(server.url);
    await eventually(() => server.sockets.size === 1);
    for (const socket of server.sockets) socket.resetAndDestroy();
    await eventually(() => pool.stats()[0]?.connected === 0);
    expect(await readText((await pool.send(aRequest(server.url))).body)).toBe('hello');
  });

  it('closes connections that nobody takes in time', async () => {
    const server = await hello();
    const pool = aPool({ warmConnections: 2, idleTimeoutMs: 20 });
    await pool.warm(server.url);
    await eventually(() => server.accepted === 2 && server.sockets.size === 0);
  });
});

describe('the end of a pool', () => {
  it('waits for requests under way and for those that wait, when it is closed', async () => {
    const { server, held, releaseAll } = await holding();
    const pool = aPool({ connectionsPerOrigin: 1, warmConnections: 1 });
    await pool.warm(server.url);
    const answers = [pool.send(aRequest(server.url)), pool.send(aRequest(server.url))];
    const texts = Promise.all(answers.map(async (answer) => readText((await answer).body)));
    await eventually(() => held.length === 1);
    let isClosed = false;
    const closed = pool.close().then(() => (isClosed = true));
    await expect(pool.send(aRequest(server.url))).rejects.toMatchObject({ code: 'draining' });
    releaseAll();
    await eventually(() => held.length === 1);
    expect(isClosed).toBe(false);
    releaseAll();
    expect(await texts).toEqual(['late', 'late']);
    await closed;
    await eventually(() => server.sockets.size === 0);
  });

  it('is at once when nothing is under way', async () => {
    const server = await hello();
    const pool = aPool({ warmConnections: 2 });
    await pool.warm(server.url);
    await pool.close();
    await eventually(() => server.sockets.size === 0);
  });

  it('ends all requests when it is destroyed', async () => {
    const { server, held } = await holding();
    const pool = aPool({ connectionsPerOrigin: 1 });
    const answers = Promise.allSettled([pool.send(aRequest(server.url)), pool.send(aRequest(server.url))]);
    await eventually(() => held.length === 1);
    await Promise.all([pool.close(), pool.destroy()]);
    const draining = { status: 'rejected', reason: { code: 'draining' } };
    expect(await answers).toMatchObject([draining, draining]);
    await eventually(() => server.sockets.size === 0);
  });

  it('ends requests that have no connection yet when it is destroyed', async () => {
    const server = await rawServer(() => undefined, 'https');
    const pool = aPool();
    const answers = Promise.allSettled([pool.send(aRequest(server.url))]);
    await eventually(() => server.accepted === 1);
    await pool.destroy();
    expect(await answers).toMatchObject([{ reason: { code: 'draining' } }]);
  });
});
