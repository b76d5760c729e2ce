import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';

import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { certificate, createFakeClock, eventually, hasRedis, privateKey, startRedis } from '@claudette/testing';
import type { ServerProcess } from '@claudette/testing';

import { realClock as clock } from '../__fixtures__/real-clock.js';
import type { KeyvStore } from './keyv-store.js';
import type { Leases } from './leases.js';
import { createRedisStore } from './redis-store.js';

// Real servers take their time to start.
jest.setTimeout(30_000);

const check = hasRedis() || process.env['CLAUDETTE_TEST_REQUIRE'] === 'all' ? it : it.skip;
let server: ServerProcess;
const opened: KeyvStore[] = [];

beforeAll(async () => {
  if (check === it) server = await startRedis();
});
afterAll(() => (check === it ? server.stop() : undefined));
afterEach(async () => {
  await opened[0]?.keyv.clear().catch(() => undefined);
  await Promise.all(opened.splice(0).map(({ keyv }) => keyv.disconnect()));
});

const open = async (options = { clock }): Promise<KeyvStore> => {
  const store = await createRedisStore(server.url, options);
  opened.push(store);
  return store;
};

describe('Redis', () => {
  check('lets entries expire', async () => {
    const { keyv, catalogue } = await open();
    await keyv.setMany([
      { key: 'short', value: 'text', ttl: 20 },
      { key: 'long', value: 'text', ttl: 60_000 },
    ]);
    await eventually(async () => (await keyv.get('short')) === undefined);
    expect((await catalogue.page()).heads.map(({ key }) => key)).toEqual(['long']);
  });

  check('is asked to remove neither what has expired nor the oldest: it does', async () => {
    const { keyv, catalogue } = await open();
    await keyv.set('a', 'text', 60_000);
    expect([await catalogue.removeExpired(Infinity, 10), await catalogue.removeOldest(10)]).toEqual([[], []]);
    expect(await catalogue.count()).toBe(1);
  });

  check('keeps entries apart from what others keep there', async () => {
    const { keyv, catalogue, leases } = await open();
    await leases?.take('a', 60_000);
    await catalogue.announce('text');
    expect([await catalogue.count(), (await catalogue.page()).heads, await keyv.get('a')]).toEqual([0, [], undefined]);
    await keyv.clear();
    expect(await leases?.take('a', 60_000)).toBeUndefined();
  });

  check('is left when it says nothing for three seconds, and every command that waits fails', async () => {
    const ownClock = createFakeClock();
    const store = await open({ clock: ownClock });
    server.pause();
    const asked = Array.from({ length: 100 }, () => store.keyv.get('a'));
    await ownClock.advanceAsync(1_000);
    await ownClock.advanceAsync(2_000);
    const settled = await Promise.allSettled(asked);
    expect(new Set(settled.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await expect(store.keyv.get('a')).rejects.toThrow();
    server.resume();
    await eventually(() =>
      store.keyv.get('a').then(
        () => true,
        () => false,
      ),
    );
    ownClock.advance(1_000);
    expect(ownClock.pending).toBe(1);
    await store.keyv.disconnect();
    expect(ownClock.pending).toBe(0);
  });

  check(
    'is waited for while it comes back',
    async () => {
      const ownClock = createFakeClock();
      const store = await open({ clock: ownClock });
      await server.kill();
      await expect(store.ping()).rejects.toThrow();
      await ownClock.advanceAsync(5_000);
      await server.restart();
      await eventually(
        () =>
          store.ping().then(
            () => true,
            () => false,
          ),
        { withinMs: 5_000 },
      );
    },
    30_000,
  );
});

describe('a lease', () => {
  const setUp = async (): Promise<readonly [Leases, Leases]> => {
    const [one, other] = [(await open()).leases, (await open()).leases];
    if (one === undefined || other === undefined) throw new Error('Redis has leases');
    return [one, other];
  };

  check('is held by one alone, among processes', async () => {
    const [one, other] = await setUp();
    const lease = await one.take('alone', 60_000);
    expect([await one.take('alone', 60_000), await other.take('alone', 60_000)]).toEqual([undefined, undefined]);
    await lease?.release();
    expect(await other.take('alone', 60_000)).toBeDefined();
  });

  check('ends by itself', async () => {
    const [one, other] = await setUp();
    await one.take('short', 20);
    await eventually(async () => (await other.take('short', 60_000)) !== undefined);
    expect(await one.take('short', 60_000)).toBeUndefined();
  });

  check('can be kept for longer', async () => {
    const [one, other] = await setUp();
    const lease = await one.take('renewed', 300);
    const startedAt = performance.now();
    while (performance.now() - startedAt < 400) expect(await lease?.renew()).toBe(true);
    expect(await other.take('renewed', 60_000)).toBeUndefined();
  });

  check('that has ended cannot be kept, nor does it take away that of another', async () => {
    const [one, other] = await setUp();
    const lease = await one.take('lost', 20);
    await eventually(async () => (await other.take('lost', 60_000)) !== undefined);
    expect(await lease?.renew()).toBe(false);
    await lease?.release();
    expect(await one.take('lost', 60_000)).toBeUndefined();
  });

  check('is given back without a word when Redis is gone', async () => {
    const [one] = await setUp();
    const lease = await one.take('gone', 60_000);
    await opened[0]?.keyv.disconnect();
    expect(await lease?.release()).toBeUndefined();
    await expect(lease?.renew()).rejects.toThrow();
    await expect(one.take('other', 60_000)).rejects.toThrow();
  });
});

describe('Redis over TLS', () => {
  it('is refused when nobody vouches for its certificate', async () => {
    const stranger = createServer({ cert: certificate, key: privateKey }, (socket) => socket.end('-ERR hello'));
    stranger.listen(0, '127.0.0.1').on('tlsClientError', () => undefined);
    await once(stranger, 'listening');
    const { port } = stranger.address() as AddressInfo;
    await expect(createRedisStore(`rediss://localhost:${port}`, { clock })).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: expect.stringContaining('self-signed certificate'),
    });
    stranger.close();
  });
});
