import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';

import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { eventually } from './eventually.js';
import { hasPostgres, startPostgres } from './start-postgres.js';
import { hasRedis, startRedis } from './start-redis.js';
import type { ServerProcess } from './start-server-process.js';
import { startServerProcess } from './start-server-process.js';

// Real servers take their time to start.
jest.setTimeout(30_000);

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const connectTo = async ({ url }: ServerProcess): Promise<Socket> => {
  const socket = createConnection({ host: '127.0.0.1', port: Number(new URL(url).port) });
  cleanUps.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
};

/** Says something to a server and counts the bytes that come back. */
const ask = async (server: ServerProcess, question: string | Uint8Array) => {
  const socket = await connectTo(server);
  let bytes = 0;
  socket.on('data', (chunk) => (bytes += chunk.length)).on('error', () => undefined);
  socket.write(question);
  return {
    get bytes() {
      return bytes;
    },
    again: () => socket.write(question),
  };
};

const nothing = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

/** The first message of a Postgres client asks whether TLS is spoken; the answer is one byte, Y or N. */
const SSL_REQUEST = Uint8Array.from([0, 0, 0, 8, 4, 210, 22, 47]);

describe.each([
  { name: 'Redis', has: hasRedis, start: startRedis, question: 'PING\r\n' },
  { name: 'Postgres', has: hasPostgres, start: startPostgres, question: SSL_REQUEST },
])('a $name of the test', ({ has, start, question }) => {
  const check = has() || process.env['CLAUDETTE_TEST_REQUIRE'] === 'all' ? it : it.skip;
  const setUp = async () => {
    const server = await start();
    cleanUps.push(() => server.stop());
    return server;
  };

  check('answers', async () => {
    const answer = await ask(await setUp(), question);
    await eventually(() => answer.bytes > 0);
  });

  check('takes connections but answers nothing while it is held up', async () => {
    const server = await setUp();
    server.pause();
    const answer = await ask(server, question);
    await nothing();
    expect(answer.bytes).toBe(0);
    server.resume();
    await eventually(() => answer.bytes > 0);
  });

  check('comes back at the same place after it was killed', async () => {
    const server = await setUp();
    server.pause();
    await server.kill();
    await expect(connectTo(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.restart();
    const answer = await ask(server, question);
    await eventually(() => answer.bytes > 0);
  });

  check('is gone when it was stopped', async () => {
    const server = await setUp();
    await server.stop();
    await expect(connectTo(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.stop();
  });
});

describe('a server process', () => {
  const program = { url: 'test://127.0.0.1', killSignal: 'SIGKILL', remove: () => Promise.resolve() } as const;

  it('that ends before it is ready says why', async () => {
    const starting = startServerProcess({
      ...program,
      command: process.execPath,
      args: ['-e', 'console.error("no room"); process.exitCode = 3'],
    });
    await expect(starting).rejects.toThrow(/ended with 3: no room/);
  });

  it('that is not there is named', async () => {
    await expect(startServerProcess({ ...program, command: 'no-such-server', args: [] })).rejects.toThrow(
      /no-such-server/,
    );
  });
});
