import { setTimeout as sleep } from 'node:timers/promises';

import { eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { aPool, aRequest, closeAll, httpServer, readBytes } from './__fixtures__/servers.js';

afterEach(closeAll);

const MIB = 1024 * 1024;
const TOTAL_BYTES = 50 * MIB;

/** Pushes as fast as the connection takes it; counts what went. */
const pushing = async () => {
  const counter = { sentBytes: 0 };
  const chunk = Buffer.alloc(64 * 1024, 7);
  const server = await httpServer((_, response) => {
    const push = (): void => {
      while (counter.sentBytes < TOTAL_BYTES) {
        counter.sentBytes += chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', push);
          return;
        }
      }
      response.end();
    };
    push();
  });
  return { server, counter };
};

/** Waits until the sender stands still. */
const stalled = async (counter: { readonly sentBytes: number }): Promise<number> => {
  let before = -1;
  while (before !== counter.sentBytes) {
    before = counter.sentBytes;
    await sleep(50);
  }
  return before;
};

describe('a reader that is slower than the backend', () => {
  it('holds the backend back instead of filling memory, and gets every byte in the end', async () => {
    const { server, counter } = await pushing();
    const { body } = await aPool().send(aRequest(server.url));
    // What went is in the sockets' buffers, which are the system's, and at most 256 KiB and one chunk here.
    expect(await stalled(counter)).toBeLessThan(TOTAL_BYTES / 3);
    const bytes = await readBytes(body);
    expect(bytes.length).toBe(TOTAL_BYTES);
  });

  it('closes a connection that is held back when it cancels', async () => {
    const { server, counter } = await pushing();
    const { body } = await aPool().send(aRequest(server.url));
    await stalled(counter);
    body.cancel();
    await eventually(() => server.sockets.size === 0, { withinMs: 100 });
  });

  it('lets a connection that is held back run out when it has finished', async () => {
    const { server, counter } = await pushing();
    const pool = aPool();
    const { body } = await pool.send(aRequest(server.url));
    await stalled(counter);
    body.finish();
    await eventually(() => pool.stats()[0]?.running === 0);
    expect(counter.sentBytes).toBe(TOTAL_BYTES);
  });
});
