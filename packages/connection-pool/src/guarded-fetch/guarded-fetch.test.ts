import type { RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import type { MediaFetchResult, Observation } from '@claudette/core';
import { certificate, createFakeClock } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { clock, closeAll, httpServer, httpsServer, rawAnswer, rawServer } from '../__fixtures__/servers.js';
import type { TestServer } from '../__fixtures__/servers.js';
import { createGuardedFetch } from './guarded-fetch.js';
import type { FetchedFile, GuardedFetchOptions } from './guarded-fetch.js';
import { mediaTypes } from './media-types.js';

afterEach(closeAll);

const portOf = ({ url }: TestServer): number => Number(new URL(url).port);
const loopback = ['127.0.0.1/32'];
const png = Buffer.from('\x89PNG\r\n\x1a\nmore', 'latin1');
const servePng: RequestListener = (_, response) => response.setHeader('content-type', 'image/png').end(png);

/** A fetch that may reach one server on loopback, and what is told of it. */
const aFetch = (server: TestServer, options: Partial<GuardedFetchOptions> = {}) => {
  const results: MediaFetchResult[] = [];
  const guarded = createGuardedFetch({
    clock,
    maxBytes: 1000,
    timeoutMs: 5_000,
    maxRedirects: 3,
    ports: [portOf(server)],
    allow: loopback,
    resolve: () => Promise.resolve(['127.0.0.1']),
    ...options,
    observe: (observation: Observation) => {
      if (observation.kind === 'media-fetch') results.push(observation.result);
    },
  });
  return {
    results,
    fetch: (url: string, signal: AbortSignal = new AbortController().signal): Promise<FetchedFile> =>
      guarded(url, { types: mediaTypes, signal }),
  };
};

/** Waits for the sockets of this process, which take their turns. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};

/** The URL of a name that only the test's resolver knows. */
const named = (server: TestServer, path = '/file', host = 'files.test'): string => {
  const { protocol, port } = new URL(server.url);
  return `${protocol}//${host}:${port}${path}`;
};

const refusedBy = (rule: string, detail: unknown = expect.any(String)) =>
  expect.objectContaining({ code: 'translation_refused', rule, detail });

describe('a file', () => {
  it('is fetched with its type', async () => {
    const server = await httpServer(servePng);
    const { fetch, results } = aFetch(server);
    expect(await fetch(`${server.url}/a`)).toEqual({ mediaType: 'image/png', bytes: png });
    expect(results).toEqual(['fetched']);
  });

  it('is asked for by path and query, and by nobody in particular', async () => {
    const seen: unknown[] = [];
    const server = await httpServer((request, response) => {
      seen.push(request.method, request.url, request.headers);
      servePng(request, response);
    });
    await aFetch(server, {}).fetch(named(server, '/a/b?c=d#e'));
    expect(seen).toEqual([
      'GET',
      '/a/b?c=d',
      {
        host: `files.test:${portOf(server)}`,
        connection: expect.any(String),
        accept: mediaTypes.join(', '),
        'accept-encoding': 'identity',
        'user-agent': 'claudette',
      },
    ]);
  });

  it('leaves no connection behind', async () => {
    const server = await httpServer(servePng);
    await aFetch(server).fetch(server.url);
    await until(() => server.sockets.size === 0);
    expect(server.accepted).toBe(1);
  });

  it('comes over a connection that is trusted by name', async () => {
    const server = await httpsServer(servePng);
    const { fetch } = aFetch(server, { ca: certificate });
    expect((await fetch(named(server, '/', 'localhost'))).bytes).toEqual(png);
  });

  it.each([
    ['with another name', 'files.test', certificate],
    ['of an unknown authority', 'localhost', undefined],
  ])('does not come from a certificate %s', async (_, host, ca) => {
    const server = await httpsServer(servePng);
    const { fetch, results } = aFetch(server, ca === undefined ? {} : { ca });
    await expect(fetch(named(server, '/', host))).rejects.toEqual(
      refusedBy('unreachable', `the file at ${host} was not fetched: the connection failed`),
    );
    expect(results).toEqual(['unreachable']);
  });
});

describe('an address', () => {
  it.each([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
    'http://10.0.0.1/',
  ])('of no public network is refused: %s', async (url) => {
    const server = await httpServer(servePng);
    const { fetch, results } = aFetch(server, { allow: [], ports: [80] });
    await expect(fetch(url)).rejects.toEqual(refusedBy('address'));
    expect(results).toEqual(['address']);
  });

  it.each([
    ['localhost', ['127.0.0.1']],
    ['a name of nothing', []],
    ['a name with one address that is not public', ['93.184.216.34', '127.0.0.1']],
    ['a name of a metadata service', ['169.254.169.254']],
  ])('of %s is refused before anything is connected, in the same words', async (_, addresses) => {
    const server = await httpServer(servePng);
    const { fetch } = aFetch(server, { allow: [], resolve: () => Promise.resolve(addresses) });
    await expect(fetch(named(server))).rejects.toEqual(
      refusedBy('address', 'the file at files.test was not fetched: the host has no public address'),
    );
    expect(server.accepted).toBe(0);
  });

  it('is asked for once, and is the one that is connected to', async () => {
    const server = await httpServer(servePng);
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    let asked = 0;
    const { fetch } = aFetch(server, { resolve: () => Promise.resolve(answers[asked++] ?? []) });
    expect((await fetch(named(server))).bytes).toEqual(png);
    expect(asked).toBe(1);
  });

  it('is asked for and checked again after a redirect, so that a name cannot change its mind', async () => {
    const server = await httpServer((_, response) => response.writeHead(302, { location: '/again' }).end());
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const { fetch } = aFetch(server, { resolve: () => Promise.resolve(answers.shift() ?? []) });
    await expect(fetch(named(server))).rejects.toEqual(refusedBy('address'));
    expect(server.accepted).toBe(1);
  });

  it('is tried in turn with the others of its name', async () => {
    const server = await httpServer(servePng);
    const { fetch } = aFetch(server, {
      allow: ['127.0.0.1/32', '::1/128'],
      resolve: () => Promise.resolve(['::1', '127.0.0.1']),
    });
    expect((await fetch(named(server))).bytes).toEqual(png);
  });

  it('where nobody listens is told without its numbers', async () => {
    const server = await httpServer(servePng);
    const port = portOf(server);
    await closeAll();
    await expect(aFetch(server).fetch(`http://files.test:${port}/`)).rejects.toEqual(
      refusedBy('unreachable', 'the file at files.test was not fetched: the connection failed'),
    );
  });
});

describe('a redirect', () => {
  const redirectTo =
    (location: string, status = 302): RequestListener =>
    (request, response) =>
      request.url === '/file' ? response.writeHead(status, { location }).end() : servePng(request, response);

  it.each([301, 302, 303, 307, 308])('%s is followed', async (status) => {
    const server = await httpServer(redirectTo('/there', status));
    expect((await aFetch(server).fetch(named(server))).bytes).toEqual(png);
  });

  it.each([
    ['http://127.0.0.2/', 'url'],
    ['http://[::1]:PORT/', 'address'],
    ['http://169.254.169.254:PORT/latest/meta-data/', 'address'],
    ['http://metadata.google.internal:PORT/', 'address'],
    ['http://10.0.0.1:PORT/', 'address'],
    ['http://0x7f000002:PORT/', 'address'],
    ['file:///etc/passwd', 'url'],
    ['http://user:secret@files.test:PORT/', 'url'],
    ['http://', 'url'],
  ])('to %s is checked like the first URL', async (location, rule) => {
    const server = await httpServer((_, response) => {
      response.writeHead(302, { location: location.replace('PORT', String(portOf(server))) }).end();
    });
    const { fetch, results } = aFetch(server);
    await expect(fetch(named(server))).rejects.toEqual(refusedBy(rule));
    expect(results).toEqual([rule]);
  });

  it('does not fall back from https to http', async () => {
    const server = await httpsServer((_, response) => {
      response.writeHead(302, { location: `http://localhost:${portOf(server)}/` }).end();
    });
    const { fetch } = aFetch(server, { ca: certificate });
    await expect(fetch(named(server, '/', 'localhost'))).rejects.toEqual(refusedBy('redirect'));
  });

  it('is followed three times, and not a fourth time', async () => {
    const server = await httpServer((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) servePng(request, response);
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const { fetch } = aFetch(server);
    expect((await fetch(named(server, '/3'))).bytes).toEqual(png);
    await expect(fetch(named(server, '/4'))).rejects.toEqual(
      refusedBy('redirect', 'the file at files.test was not fetched: it redirects more than 3 times'),
    );
  });

  it('leads somewhere', async () => {
    const server = await httpServer((_, response) => response.writeHead(302).end());
    await expect(aFetch(server).fetch(named(server))).rejects.toEqual(
      refusedBy('redirect', 'the file at files.test was not fetched: it redirects to nowhere'),
    );
  });

  it('has a body that nobody reads', async () => {
    const server = await rawAnswer(
      'HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\ncontent-length: 1000000\r\n\r\nx',
    );
    await expect(aFetch(server).fetch(named(server))).rejects.toEqual(refusedBy('url'));
  });
});

describe('the size', () => {
  const serve = (headers: object, write: (response: ServerResponse) => void) =>
    httpServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', ...headers });
      write(response);
    });

  it('may be just the limit', async () => {
    const server = await serve({}, (response) => response.end('x'.repeat(1000)));
    expect((await aFetch(server).fetch(named(server))).bytes).toHaveLength(1000);
  });

  it('is refused by what the answer says of it, before the body', async () => {
    const server = await serve({ 'content-length': 1001 }, (response) => response.flushHeaders());
    await expect(aFetch(server).fetch(named(server))).rejects.toEqual(
      refusedBy('size', 'the file at files.test was not fetched: it is larger than 1000 bytes'),
    );
  });

  it('is counted where a body never ends', async () => {
    const server = await serve({}, (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(500)));
      };
      response.on('drain', more);
      more();
    });
    const { fetch, results } = aFetch(server);
    await expect(fetch(named(server))).rejects.toEqual(refusedBy('size'));
    expect(results).toEqual(['size']);
  });

  it('of a compressed body is the one that it unpacks to', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000, 'x'));
    expect(bomb.length).toBeLessThan(1100);
    const server = await serve({ 'content-encoding': 'gzip' }, (response) => response.end(bomb));
    await expect(aFetch(server, { maxBytes: 2000 }).fetch(named(server))).rejects.toEqual(refusedBy('size'));
  });

  it('of a compressed body may be within the limit', async () => {
    const server = await serve({ 'content-encoding': 'gzip' }, (response) => response.end(gzipSync('hello')));
    expect((await aFetch(server).fetch(named(server))).bytes.toString()).toBe('hello');
  });

  it('of an unknown encoding is not known', async () => {
    const server = await serve({ 'content-encoding': 'rot13' }, (response) => response.end('uryyb'));
    await expect(aFetch(server).fetch(named(server))).rejects.toEqual(
      refusedBy('type', 'the file at files.test was not fetched: it is encoded in an unknown way'),
    );
  });

  it('of headers has a limit too', async () => {
    const server = await rawAnswer(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
    await expect(aFetch(server).fetch(named(server))).rejects.toEqual(refusedBy('unreachable'));
  });
});

describe('the type', () => {
  it.each([
    ['application/zip', 'PK'],
    ['image/svg+xml', '<svg/>'],
    ['text/plain; charset=utf-16', 'hello'],
    ['image/png', 'no picture'],
    ['application/pdf', '<html>'],
    ['text/plain', '%PDF-1.7'],
  ])('%s with the bytes %j is refused', async (type, body) => {
    const server = await httpServer((_, response) => response.setHeader('content-type', type).end(body));
    await expect(aFetch(server).fetch(named(server))).rejects.toEqual(refusedBy('type'));
  });

  it('is said', async () => {
    const server = await httpServer((_, response) => response.end('hello'));
    await expect(aFetch(server).fetch(named(server))).rejects.toEqual(refusedBy('type'));
  });
});

it.each([204, 206, 401, 404, 500])('status %s is refused', async (status) => {
  const server = await httpServer((_, response) => response.writeHead(status, { 'content-type': 'text/plain' }).end());
  await expect(aFetch(server).fetch(named(server))).rejects.toEqual(
    refusedBy('status', `the file at files.test was not fetched: the host answered ${status}`),
  );
});

describe('the time', () => {
  const never = (): Promise<never> => new Promise(() => undefined);

  it.each([
    ['that never answers', () => rawServer((socket) => socket.resume())],
    [
      'whose body stands still',
      () => rawAnswer('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nx'),
    ],
  ])('of a server %s is limited', async (_, start) => {
    const fakeClock = createFakeClock();
    const server = await start();
    const { fetch, results } = aFetch(server, { clock: fakeClock });
    const fetched = fetch(named(server));
    const outcome = expect(fetched).rejects.toEqual(
      refusedBy('time', 'a file was not fetched: it took longer than 5000 ms'),
    );
    await until(() => server.accepted === 1);
    fakeClock.advance(5_000);
    await outcome;
    expect(results).toEqual(['time']);
    await until(() => server.sockets.size === 0);
  });

  it('of everything together is limited, drop by drop', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const drip = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(drip));
    });
    await expect(aFetch(server, { timeoutMs: 60 }).fetch(named(server))).rejects.toEqual(refusedBy('time'));
  });

  it('of a resolver is part of it', async () => {
    const fakeClock = createFakeClock();
    const server = await httpServer(servePng);
    const { fetch } = aFetch(server, {
      clock: fakeClock,
      resolve: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve([]))),
    });
    const outcome = expect(fetch(named(server))).rejects.toEqual(refusedBy('time'));
    fakeClock.advance(5_000);
    await outcome;
  });

  it('is over when nobody waits any more', async () => {
    const server = await rawServer(() => undefined);
    const { fetch, results } = aFetch(server);
    const controller = new AbortController();
    const outcome = expect(fetch(named(server), controller.signal)).rejects.toThrow('left');
    await until(() => server.accepted === 1);
    controller.abort(new Error('left'));
    await outcome;
    expect(results).toEqual(['abandoned']);
  });

  it('does not begin when nobody waits', async () => {
    const server = await httpServer(servePng);
    const { fetch } = aFetch(server, { resolve: never });
    await expect(fetch(named(server), AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
  });
});

it('is refused a network that is none', async () => {
  const server = await httpServer(servePng);
  expect(() => aFetch(server, { allow: ['everything'] })).toThrow('everything is not a network like 10.1.0.0/16');
});
