import { createServer as createHttpServer } from 'node:http';
import type { RequestListener, Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import type { ByteSource, Clock, TransportRequest } from '@claudette/core';
import { certificate, privateKey } from '@claudette/testing';

import { createConnectionPool } from '../connection-pool.js';
import type { ConnectionPool, ConnectionPoolOptions } from '../connection-pool.js';

/** The machine's time: these tests are about sockets, which have no other. */
export const clock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/** A server on loopback that knows its connections. */
export interface TestServer {
  readonly url: string;
  readonly sockets: ReadonlySet<Socket>;
  /** Connections accepted so far. */
  readonly accepted: number;
}

const cleanUps: (() => unknown)[] = [];

/** Closes what the test has opened. For `afterEach`. */
export const closeAll = async (): Promise<void> => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
};

const listen = async (server: Server | HttpServer, scheme: string): Promise<TestServer> => {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    get accepted() {
      return accepted;
    },
  };
};

export const httpServer = (listener: RequestListener): Promise<TestServer> =>
  listen(createHttpServer(listener), 'http');

export const httpsServer = (listener: RequestListener): Promise<TestServer> =>
  listen(createHttpsServer({ cert: certificate, key: privateKey }, listener), 'https');

/** Speaks whatever bytes the test makes it speak. */
export const rawServer = (onConnection: (socket: Socket) => void, scheme = 'http'): Promise<TestServer> =>
  listen(createTcpServer(onConnection), scheme);

/** Answers the first bytes of each connection with these, literally. */
export const rawAnswer = (answer: string, after: (socket: Socket) => void = () => undefined): Promise<TestServer> =>
  rawServer((socket) => {
    socket.once('data', () => {
      socket.write(answer);
      after(socket);
    });
  });

/** A pool with the test's options, destroyed after the test. */
export const aPool = (options: Partial<ConnectionPoolOptions> = {}): ConnectionPool => {
  const pool = createConnectionPool({
    clock,
    connectionsPerOrigin: 16,
    idleTimeoutMs: 10_000,
    queueTimeoutMs: 10_000,
    warmConnections: 0,
    ...options,
  });
  cleanUps.unshift(() => pool.destroy());
  return pool;
};

/** A request to the URL that nobody aborts. */
export const aRequest = (url: string, overrides: Partial<TransportRequest> = {}): TransportRequest => ({
  backend: 'demo',
  method: 'GET',
  url,
  headers: {},
  signal: new AbortController().signal,
  connectTimeoutMs: 5_000,
  ...overrides,
});

/** All bytes of a body. */
export const readBytes = async (body: ByteSource): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for (let step = await body.next(); step.done !== true; step = await body.next()) chunks.push(step.value);
  return Buffer.concat(chunks);
};

/** All of a body, as text. */
export const readText = async (body: ByteSource): Promise<string> => (await readBytes(body)).toString();
