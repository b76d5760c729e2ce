import zlib from 'node:zlib';

import { GatewayError } from '@claudette/core';
import { eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { aPool, aRequest, closeAll, httpServer, readText } from './__fixtures__/servers.js';

afterEach(closeAll);

const text = 'one answer, and another one. '.repeat(20_000);

/** Answers with these bytes, said to be in that encoding. */
const encoded = (encoding: string, bytes: Buffer) =>
  httpServer((_, response) => {
    response.writeHead(200, { 'content-encoding': encoding, 'content-length': bytes.length });
    response.end(bytes);
  });

const get = async (url: string, signal = new AbortController().signal) => {
  const pool = aPool();
  return { pool, ...(await pool.send(aRequest(url, { signal }))) };
};

describe('a compressed answer', () => {
  it.each<[string, Buffer]>([
    ['gzip', zlib.gzipSync(text)],
    ['x-gzip', zlib.gzipSync(text)],
    ['GZIP', zlib.gzipSync(text)],
    ['deflate', zlib.deflateSync(text)],
    ['br', zlib.brotliCompressSync(text)],
  ])('in %s is read decompressed', async (encoding, bytes) => {
    const { headers, body } = await get((await encoded(encoding, bytes)).url);
    expect(await readText(body)).toBe(text);
    expect(Object.keys(headers)).not.toContain('content-encoding');
    expect(Object.keys(headers)).not.toContain('content-length');
  });

  it('that is none is read as it is', async () => {
    const { body } = await get((await encoded('identity', Buffer.from('plain'))).url);
    expect(await readText(body)).toBe('plain');
  });

  it('is read as it streams', async () => {
    const gzip = zlib.createGzip();
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      gzip.pipe(response);
    });
    const answer = get(server.url);
    gzip.write('first ');
    gzip.flush();
    const { body } = await answer;
    expect(await body.next()).toMatchObject({ value: Buffer.from('first ') });
    gzip.end('last');
    expect(await readText(body)).toBe('last');
  });

  it('that is cut short is broken', async () => {
    const whole = zlib.gzipSync(text);
    const { body } = await get((await encoded('gzip', whole.subarray(0, whole.length - 9))).url);
    await expect(readText(body)).rejects.toMatchObject({ code: 'upstream_broken', fault: { backend: 'demo' } });
  });

  it('that makes no sense is broken', async () => {
    const { body } = await get((await encoded('gzip', Buffer.from('not gzip'))).url);
    await expect(readText(body)).rejects.toMatchObject({ code: 'upstream_broken' });
  });

  it('in an encoding that Node does not know is not valid, and closes its connection', async () => {
    const server = await encoded('compress', Buffer.alloc(10_000_000));
    const pool = aPool();
    await expect(pool.send(aRequest(server.url))).rejects.toMatchObject({
      code: 'upstream_invalid_reply',
      fault: { backend: 'demo', status: 200 },
    });
    await eventually(() => server.sockets.size === 0);
  });

  it('whose connection breaks says so', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.write(zlib.gzipSync(text).subarray(0, 100));
      setTimeout(() => response.destroy(), 20);
    });
    const { body } = await get(server.url);
    await expect(readText(body)).rejects.toMatchObject({ code: 'upstream_broken' });
  });

  it('that is aborted rejects with the reason', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.flushHeaders();
    });
    const client = new AbortController();
    const { body } = await get(server.url, client.signal);
    const read = body.next();
    const left = new GatewayError('client_aborted', 'gone');
    client.abort(left);
    await expect(read).rejects.toBe(left);
    await eventually(() => server.sockets.size === 0, { withinMs: 100 });
  });

  it('can be cancelled before and during a read', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.flushHeaders();
    });
    const untouched = await get(server.url);
    untouched.body.cancel();
    expect(await untouched.body.next()).toEqual({ done: true, value: undefined });
    const reading = await get(server.url);
    const read = reading.body.next();
    reading.body.cancel();
    reading.body.cancel();
    expect(await read).toEqual({ done: true, value: undefined });
    await eventually(() => server.sockets.size === 0, { withinMs: 100 });
  });

  it('can be left once its reader has finished', async () => {
    const { pool, body } = await get((await encoded('gzip', zlib.gzipSync(text))).url);
    await body.next();
    body.finish();
    expect(await body.next()).toEqual({ done: true, value: undefined });
    await eventually(() => pool.stats()[0]?.running === 0);
  });
});
