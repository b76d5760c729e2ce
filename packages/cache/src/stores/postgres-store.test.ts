import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { hasPostgres, startPostgres } from '@claudette/testing';
import type { ServerProcess } from '@claudette/testing';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import { realClock as clock } from '../__fixtures__/real-clock.js';
import { formatEntry } from '../entry/entry-text.js';
import type { KeyvStore } from './keyv-store.js';
import { createPostgresStore } from './postgres-store.js';

// Real servers take their time to start.
jest.setTimeout(30_000);

const check = hasPostgres() || process.env['CLAUDETTE_TEST_REQUIRE'] === 'all' ? it : it.skip;
const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index}`);
let server: ServerProcess;
const opened: KeyvStore[] = [];

beforeAll(async () => {
  if (check === it) server = await startPostgres();
});
afterAll(() => (check === it ? server.stop() : undefined));
afterEach(async () => {
  await opened[0]?.keyv.clear().catch(() => undefined);
  await Promise.all(opened.splice(0).map(({ keyv }) => keyv.disconnect()));
});

const open = async (): Promise<KeyvStore> => {
  const store = await createPostgresStore(server.url, { clock });
  opened.push(store);
  return store;
};
const withEntries = async (count: number): Promise<KeyvStore> => {
  const store = await open();
  for (const [index, key] of keys(count).entries()) {
    await store.keyv.set(key, formatEntry(key, anEntry({ keptUntilMs: startMs + index })));
  }
  return store;
};

describe('Postgres', () => {
  check('removes what has expired, no more at a time than it is told to', async () => {
    const { catalogue } = await withEntries(4);
    expect([...(await catalogue.removeExpired(startMs + 1, 10))].sort()).toEqual(['k0', 'k1']);
    expect(await catalogue.removeExpired(startMs + 10, 1)).toHaveLength(1);
    expect(await catalogue.count()).toBe(1);
  });

  check('removes first what was written first', async () => {
    const { catalogue, keyv } = await withEntries(4);
    await keyv.set('k0', 'written again');
    expect([...(await catalogue.removeOldest(2))].sort()).toEqual(['k0', 'k1']);
    expect(await catalogue.count()).toBe(2);
  });

  check('does not keep what it has no room for in its index, but all else of the batch', async () => {
    const { keyv, catalogue } = await open();
    await keyv.setMany([
      { key: 'k'.repeat(2_000), value: 'text' },
      { key: 'a\0b', value: 'text' },
      { key: 'a', value: 'text' },
    ]);
    expect([await keyv.get('a'), await catalogue.count()]).toEqual(['text', 1]);
  });

  check('is made ready by many at the same time', async () => {
    const stores = await Promise.all(keys(4).map(open));
    expect(await Promise.all(stores.map(({ catalogue }) => catalogue.count()))).toEqual([0, 0, 0, 0]);
  });

  check('takes batches with the same keys from many at the same time', async () => {
    const stores = await Promise.all(keys(3).map(open));
    const rows = keys(200).map((key) => ({ key, value: 'text' }));
    await Promise.all(
      stores.map(async ({ keyv }, index) => {
        for (let round = 0; round < 5; round += 1) await keyv.setMany(index % 2 === 0 ? rows : rows.toReversed());
      }),
    );
    expect(await stores[0]?.catalogue.count()).toBe(200);
  });

  check('outlives connections that its server ends', async () => {
    const store = await withEntries(1);
    await server.kill();
    await server.restart();
    await store.ping().catch(() => undefined);
    expect(await store.keyv.get('k0')).toBeDefined();
  });

  check('has stores that end without each other', async () => {
    const other = new URL(server.url);
    other.pathname = '/template1';
    const [one, two] = [await open(), await createPostgresStore(other.href, { clock })];
    await two.keyv.set('a', 'text');
    await one.keyv.disconnect();
    expect(await two.keyv.get('a')).toBe('text');
    await two.keyv.clear();
    await two.keyv.disconnect();
  });

  check('is refused when it has no such database, without the name of the user', async () => {
    const url = new URL(server.url);
    url.pathname = '/nowhere';
    await expect(createPostgresStore(url.href, { clock })).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: expect.stringMatching(/^(?!.*tester).*\/nowhere cannot be opened: it has no such database/),
    });
  });
});
