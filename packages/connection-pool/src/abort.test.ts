import { GatewayError } from '@claudette/core';
import { eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { aPool, aRequest, closeAll, httpServer, rawServer, readText } from './__fixtures__/servers.js';

afterEach(closeAll);

const left = new GatewayError('client_aborted', 'gone');
const SOON = { withinMs: 100 };

/** Sends the head of an answer and one chunk, and then nothing. */
const stalling = () =>
  httpServer((_, response) => {
    response.write('first');
  });

/** Answers nothing. */
const silent = () => httpServer(() => undefined);

describe('aborting a request', () => {
  it('sends nothing when it is aborted before', async () => {
    const server = await silent();
    const signal = AbortSignal.abort(left);
    await expect(aPool().send(aRequest(server.url, { signal }))).rejects.toBe(left);
    expect(server.accepted).toBe(0);
  });

  it('leaves the queue', async () => {
    const server = await silent();
    const client = new AbortController();
    const pool = aPool({ connectionsPerOrigin: 1 });
    pool.send(aRequest(server.url)).catch(() => undefined);
    const waiting = pool.send(aRequest(server.url, { signal: client.signal }));
    client.abort(left);
    await expect(waiting).rejects.toBe(left);
    expect(pool.stats()).toMatchObject([{ pending: 0, running: 1, requests: 1 }]);
  });

  it('rejects at once while it connects, and sends nothing afterwards', async () => {
    const received: string[] = [];
    const server = await httpServer((request, response) => {
      received.push(String(request.url));
      response.end();
    });
    const client = new AbortController();
    const pool = aPool();
    const answer = pool.send(aRequest(`${server.url}/aborted`, { signal: client.signal }));
    client.abort(left);
    await expect(answer).rejects.toBe(left);
    await eventually(() => pool.stats()[0]?.running === 0);
    await readText((await pool.send(aRequest(`${server.url}/next`))).body);
    expect(received).toEqual(['/next']);
    expect(pool.stats()).toMatchObject([{ failures: 0 }]);
  });

  it('rejects with its reason when no connection comes about either', async () => {
    const server = await rawServer(() => undefined, 'https');
    const client = new AbortController();
    const pool = aPool();
    const answer = pool.send(aRequest(server.url, { signal: client.signal, connectTimeoutMs: 30 }));
    client.abort(left);
    await expect(answer).rejects.toBe(left);
    await eventually(() => pool.stats()[0]?.running === 0);
    expect(pool.stats()).toMatchObject([{ failures: 0 }]);
  });

  it('closes the connection before the headers', async () => {
    const server = await silent();
    const client = new AbortController();
    const pool = aPool();
    const answer = pool.send(aRequest(server.url, { signal: client.signal }));
    await eventually(() => server.sockets.size === 1);
    client.abort(left);
    await expect(answer).rejects.toBe(left);
    await eventually(() => server.sockets.size === 0, SOON);
    expect(pool.stats()).toMatchObject([{ running: 0, failures: 0 }]);
  });

  it('closes the connection while a read is under way', async () => {
    const server = await stalling();
    const client = new AbortController();
    const { body } = await aPool().send(aRequest(server.url, { signal: client.signal }));
    await body.next();
    const read = body.next();
    client.abort(left);
    await expect(read).rejects.toBe(left);
    await expect(body.next()).rejects.toBe(left);
    await eventually(() => server.sockets.size === 0, SOON);
  });

  it('closes the connection between reads, unread bytes or not', async () => {
    const server = await stalling();
    const client = new AbortController();
    const { body } = await aPool().send(aRequest(server.url, { signal: client.signal }));
    client.abort(left);
    await eventually(() => server.sockets.size === 0, SOON);
    await expect(body.next()).rejects.toBe(left);
  });

  it('ends a body that is already here', async () => {
    const server = await httpServer((_, response) => response.end('whole'));
    const client = new AbortController();
    const pool = aPool();
    const { body } = await pool.send(aRequest(server.url, { signal: client.signal }));
    await eventually(() => pool.stats()[0]?.running === 0);
    client.abort(left);
    await expect(body.next()).rejects.toBe(left);
  });

  it('listens to the signal no longer than needed', async () => {
    const server = await httpServer((_, response) => response.end('whole'));
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    await readText((await aPool().send(aRequest(server.url, { signal }))).body);
    expect(listeners).toBe(0);
  });
});

describe('a reader that cancels', () => {
  it('closes the connection before its first read', async () => {
    const server = await stalling();
    const pool = aPool();
    const { body } = await pool.send(aRequest(server.url));
    body.cancel();
    body.cancel();
    expect(await body.next()).toEqual({ done: true, value: undefined });
    await eventually(() => server.sockets.size === 0, SOON);
    expect(pool.stats()).toMatchObject([{ running: 0, failures: 0 }]);
  });

  it('ends a read that is under way', async () => {
    const server = await stalling();
    const { body } = await aPool().send(aRequest(server.url));
    await body.next();
    const read = body.next();
    body.cancel();
    expect(await read).toEqual({ done: true, value: undefined });
    await eventually(() => server.sockets.size === 0, SOON);
  });

  it('keeps a connection whose answer is over', async () => {
    const server = await httpServer((_, response) => response.end('whole'));
    const pool = aPool();
    const { body } = await pool.send(aRequest(server.url));
    await eventually(() => pool.stats()[0]?.running === 0);
    body.cancel();
    await readText((await pool.send(aRequest(server.url))).body);
    expect(server.accepted).toBe(1);
  });
});

describe('a reader that has finished', () => {
  it('leaves a connection that is used again', async () => {
    const server = await httpServer((_, response) => {
      response.write('first');
      setTimeout(() => response.end('x'.repeat(1_000_000)), 20);
    });
    const pool = aPool();
    const { body } = await pool.send(aRequest(server.url));
    await body.next();
    body.finish();
    body.finish();
    expect(await body.next()).toEqual({ done: true, value: undefined });
    await eventually(() => pool.stats()[0]?.running === 0);
    (await pool.send(aRequest(server.url))).body.cancel();
    expect(server.accepted).toBe(1);
  });

  it('closes a connection whose answer does not end', async () => {
    const server = await stalling();
    const pool = aPool();
    const { body } = await pool.send(aRequest(server.url));
    await body.next();
    body.finish();
    expect(pool.stats()).toMatchObject([{ running: 1 }]);
    await eventually(() => server.sockets.size === 0);
    expect(pool.stats()).toMatchObject([{ running: 0, failures: 0 }]);
  });

  it('does not mind a connection that breaks', async () => {
    const server = await httpServer((_, response) => {
      response.write('first');
      setTimeout(() => response.destroy(), 20);
    });
    const pool = aPool();
    const { body } = await pool.send(aRequest(server.url));
    body.finish();
    await eventually(() => pool.stats()[0]?.running === 0);
    expect(await body.next()).toEqual({ done: true, value: undefined });
  });

  it('has nothing to wait for when the answer is over', async () => {
    const server = await httpServer((_, response) => response.end('whole'));
    const pool = aPool();
    const { body } = await pool.send(aRequest(server.url));
    await eventually(() => pool.stats()[0]?.running === 0);
    body.finish();
    expect(await body.next()).toEqual({ done: true, value: undefined });
  });
});
