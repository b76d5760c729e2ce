import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { eventually, hasPostgres, hasRedis, startPostgres, startRedis } from '@claudette/testing';
import type { ServerProcess } from '@claudette/testing';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import { realClock as clock } from '../__fixtures__/real-clock.js';
import { HEAD_LENGTH, formatEntry } from '../entry/entry-text.js';
import type { KeyvStore } from './keyv-store.js';
import { createPostgresStore } from './postgres-store.js';
import { createRedisStore } from './redis-store.js';

// Real servers take their time to start.
jest.setTimeout(30_000);

const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index}`);

const all = { hasRedis, hasPostgres };
const requireAll = process.env['CLAUDETTE_TEST_REQUIRE'] === 'all';

describe.each([
  { name: 'Redis', has: all.hasRedis, start: startRedis, create: createRedisStore },
  { name: 'Postgres', has: all.hasPostgres, start: startPostgres, create: createPostgresStore },
])('a $name store', ({ has, start, create }) => {
  const check = has() || requireAll ? it : it.skip;
  let server: ServerProcess;
  const opened: KeyvStore[] = [];

  const open = async (): Promise<KeyvStore> => {
    const store = await create(server.url, { clock });
    opened.push(store);
    return store;
  };
  const withEntries = async (count: number): Promise<KeyvStore> => {
    const store = await open();
    await store.keyv.setMany(
      keys(count).map((key, index) => ({
        key,
        value: formatEntry(key, anEntry({ keptUntilMs: startMs + index })),
        ttl: 60_000,
      })),
    );
    return store;
  };
  const readPages = async ({ catalogue }: KeyvStore) => {
    const heads = new Map<string, string>();
    let cursor: string | undefined;
    do {
      const page = await catalogue.page(cursor);
      for (const { key, head } of page.heads) heads.set(key, head);
      cursor = page.next;
    } while (cursor !== undefined);
    return heads;
  };

  beforeAll(async () => {
    if (check === it) server = await start();
  });
  afterAll(() => (check === it ? server.stop() : undefined));
  afterEach(async () => {
    const [first] = opened;
    await first?.keyv.clear().catch(() => undefined);
    await Promise.all(opened.splice(0).map(({ keyv }) => keyv.disconnect()));
  });

  check('keeps texts as they are', async () => {
    const { keyv } = await open();
    const text = 'ä€𝄞 "quoted" \\u0000 \n'.repeat(1_000);
    await keyv.set('a', text, 60_000);
    expect([await keyv.get('a'), await keyv.getMany(['b', 'a'])]).toEqual([text, [undefined, text]]);
  });

  check('writes many at once, the last of those with the same key', async () => {
    const { keyv, catalogue } = await open();
    await keyv.setMany([
      { key: 'b', value: 'one', ttl: 60_000 },
      { key: 'a', value: 'two', ttl: 60_000 },
      { key: 'b', value: 'three', ttl: 60_000 },
    ]);
    expect([await keyv.getMany(['a', 'b']), await catalogue.count()]).toEqual([['two', 'three'], 2]);
  });

  check('removes what it is told to', async () => {
    const { keyv, catalogue } = await withEntries(4);
    expect(await keyv.delete('k0')).toBe(true);
    expect(await catalogue.remove(['k0', 'k1', 'k2'])).toBe(2);
    expect(await catalogue.remove([])).toBe(0);
    expect(await catalogue.count()).toBe(1);
    await keyv.clear();
    expect(await catalogue.count()).toBe(0);
  });

  check('counts and lists all that it holds, page by page', async () => {
    const store = await withEntries(1_203);
    expect(await store.catalogue.count()).toBe(1_203);
    expect([...(await readPages(store)).keys()].sort()).toEqual(keys(1_203).sort());
  });

  check('lists the heads of texts', async () => {
    const store = await open();
    await store.keyv.set('short', 'kürzer', 60_000);
    await store.keyv.set('long', '€'.repeat(5_000), 60_000);
    expect(Object.fromEntries(await readPages(store))).toEqual({ short: 'kürzer', long: '€'.repeat(HEAD_LENGTH) });
  });

  check('tells what others announced since, in its order', async () => {
    const [one, other] = [await open(), await open()];
    await one.catalogue.announce('before');
    const { texts, position } = await other.catalogue.announcedSince();
    expect(texts).toEqual([]);
    expect(await other.catalogue.announcedSince(position)).toEqual({ texts: [], position });
    await one.catalogue.announce('first');
    await one.catalogue.announce('second');
    const since = await other.catalogue.announcedSince(position);
    expect(since.texts).toEqual(['first', 'second']);
    expect((await other.catalogue.announcedSince(since.position)).texts).toEqual([]);
  });

  check('loses no message that is announced at the same time as others', async () => {
    const [one, other] = [await open(), await open()];
    const { position } = await one.catalogue.announcedSince();
    const seen: string[] = [];
    let at = position;
    const said = Promise.all(keys(40).map((text, index) => (index % 2 === 0 ? one : other).catalogue.announce(text)));
    await eventually(async () => {
      const since = await one.catalogue.announcedSince(at);
      seen.push(...since.texts);
      at = since.position;
      return seen.length === 40;
    });
    await said;
    expect(seen.sort()).toEqual(keys(40).sort());
  });

  check('is shared with others', async () => {
    const [one, other] = [await withEntries(1), await open()];
    expect(await other.keyv.get('k0')).toBe(await one.keyv.get('k0'));
    await one.keyv.disconnect();
    expect(await other.keyv.get('k0')).toBeDefined();
  });

  check(
    'comes back with what it held when its server does',
    async () => {
      const store = await withEntries(3);
      await server.kill();
      await expect(store.ping()).rejects.toThrow();
      await expect(store.keyv.getMany(['k0'])).rejects.toThrow();
      await server.restart();
      await eventually(
        () =>
          store.ping().then(
            () => true,
            () => false,
          ),
        { withinMs: 10_000 },
      );
      expect(await store.catalogue.count()).toBe(3);
    },
    30_000,
  );

  check(
    'fails whatever a server that is held up does not answer, and comes back',
    async () => {
      const store = await withEntries(1);
      server.pause();
      const asked = [store.keyv.get('k0'), store.ping(), store.catalogue.count(), store.keyv.set('k1', 'text', 60_000)];
      const settled = await Promise.allSettled(asked);
      expect(settled.map(({ status }) => status)).toEqual(asked.map(() => 'rejected'));
      server.resume();
      await eventually(
        () =>
          store.ping().then(
            () => true,
            () => false,
          ),
        { withinMs: 10_000 },
      );
      expect(await store.keyv.get('k0')).toBeDefined();
    },
    30_000,
  );

  check('is closed at once although its server is held up', async () => {
    const store = await withEntries(1);
    server.pause();
    const asked = store.keyv.get('k0').catch(() => 'failed');
    await store.keyv.disconnect();
    expect(await asked).toBe('failed');
    server.resume();
  });

  check('stays closed', async () => {
    const store = await open();
    await store.keyv.disconnect();
    await expect(store.keyv.get('k0')).rejects.toThrow();
    await expect(store.ping()).rejects.toThrow();
  });

  check('that cannot be reached is named without the credentials', async () => {
    const url = new URL(server.url);
    url.port = '1';
    const error: Error = await create(url.href, { clock }).then(
      () => new Error('it opened'),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code: 'configuration_invalid' });
    expect(error.message).toContain(`${url.protocol}//127.0.0.1:1`);
    expect(error.message).toContain('ECONNREFUSED');
    for (const secret of [url.password, url.username || url.password]) expect(error.message).not.toContain(secret);
  });

  check('does not let in who has the wrong password, and says neither it nor the user', async () => {
    const url = new URL(server.url);
    url.username ||= 'somebody';
    url.password = 'n0t-this-one';
    const error: Error = await create(url.href, { clock }).then(
      () => new Error('it opened'),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({
      code: 'configuration_invalid',
      detail: expect.stringContaining('user and password'),
    });
    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(
      /n0t-this-one|somebody|tester/,
    );
  });
});

describe('a store of which the URL cannot be read', () => {
  it.each([createRedisStore, createPostgresStore])('is refused without a word of it', async (create) => {
    await expect(create('redis://user:p#ss word@@:x/', { clock })).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: expect.not.stringMatching(/user:|p#ss/),
    });
  });
});
