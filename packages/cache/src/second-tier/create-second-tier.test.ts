import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, jest } from '@jest/globals';

import { createFakeClock, eventually, hasPostgres, hasRedis, startPostgres, startRedis } from '@claudette/testing';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import { realClock } from '../__fixtures__/real-clock.js';
import { withFolder } from '../__fixtures__/temporary-folder.js';
import { settled } from '../__fixtures__/upstream.js';
import { createSecondTier, createSqliteTier } from './create-second-tier.js';
import { formatEntry } from '../entry/entry-text.js';
import { createSqliteStore } from '../stores/sqlite-store.js';

// Real servers take their time to start.
jest.setTimeout(30_000);

const clock = createFakeClock();
const options = { clock, observe: () => undefined, maxEntries: 1_000 };
const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index}`);

describe('a SQLite tier', () => {
  it('keeps its entries over a restart', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'cache.db');
      const before = await createSqliteTier(path, options);
      for (const key of keys(150)) before.set(key, anEntry());
      await before.close();

      const after = await createSqliteTier(path, options);
      await eventually(() => after.stats().entries === 150);
      expect(await after.getMany(['k149'])).toEqual([anEntry()]);
      await after.close();
    }));

  it('works in WAL mode with synchronous NORMAL', () =>
    withFolder(async (folder) => {
      const tier = await createSqliteTier(join(folder, 'cache.db'), options);
      expect(tier.pragmas).toEqual({ journalMode: 'wal', synchronous: 1, busyTimeoutMs: 1_000 });
      await tier.close();
    }));

  it('makes folder and file, readable by their owner alone', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'new', 'cache.db');
      const tier = await createSqliteTier(path, options);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      await tier.close();
    }));

  it('shares one file with others', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'cache.db');
      const ownClock = createFakeClock();
      const tiers = await Promise.all([1, 2].map(() => createSqliteTier(path, { ...options, clock: ownClock })));
      const [one, other] = tiers;
      if (one === undefined || other === undefined) throw new Error('two tiers');
      one.set('a', anEntry());
      await ownClock.advanceAsync(20);
      await eventually(() => one.stats().pendingEntries === 0);
      await eventually(async () => {
        ownClock.advance(1_000);
        const found = other.getMany(['a']);
        await settled();
        return (await found)?.[0] !== undefined;
      });
      await one.clear();
      expect(await other.getMany(['a'])).toEqual([undefined]);
      await Promise.all([one.close(), other.close()]);
    }));

  it('can live in memory', async () => {
    const tier = await createSqliteTier(':memory:', options);
    tier.set('a', anEntry());
    expect(await tier.getMany(['a'])).toEqual([anEntry()]);
    expect((await tier.list()).entries).toEqual([]);
    await tier.close();
  });

  it('refuses a file that is no database, and says which', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'notes.txt');
      await writeFile(path, 'these are notes, and by no means a database\n'.repeat(100));
      await expect(createSqliteTier(path, options)).rejects.toMatchObject({
        code: 'configuration_invalid',
        detail: expect.stringContaining(`the cache cannot be opened at ${path}`),
      });
    }));

  it('refuses a path that cannot be made', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'file'), '');
      await expect(createSqliteTier(join(folder, 'file', 'cache.db'), options)).rejects.toMatchObject({
        code: 'configuration_invalid',
      });
    }));
});

describe('the catalogue of a SQLite store', () => {
  const setUp = async (count: number) => {
    const store = await createSqliteStore(':memory:');
    await store.keyv.setMany(
      keys(count).map((key, index) => ({ key, value: formatEntry(key, anEntry({ expiresAtMs: startMs + index })) })),
    );
    return store;
  };

  it('counts and lists in the order of writing', async () => {
    const { catalogue, presence, keyv } = await setUp(3);
    expect([await catalogue.count(), await presence?.readPosition()]).toEqual([3, 3]);
    expect(await presence?.listAfter(1)).toEqual({ keys: ['k1', 'k2'], position: 3 });
    expect(await presence?.listAfter(3)).toEqual({ keys: [], position: 3 });
    await keyv.disconnect();
  });

  it('removes what has expired', async () => {
    const { catalogue, keyv } = await setUp(4);
    expect([...(await catalogue.removeExpired(startMs + 1, 10))].sort()).toEqual(['k0', 'k1']);
    expect(await catalogue.removeExpired(startMs + 10, 1)).toHaveLength(1);
    await keyv.disconnect();
  });

  it('removes the oldest', async () => {
    const { catalogue, keyv } = await setUp(4);
    expect([...(await catalogue.removeOldest(2))].sort()).toEqual(['k0', 'k1']);
    expect(await catalogue.count()).toBe(2);
    await keyv.disconnect();
  });

  it('has a version that changes when others write, and only then', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'cache.db');
      const [one, other] = [await createSqliteStore(path), await createSqliteStore(path)];
      const before = await one.presence?.readVersion();
      await one.keyv.set('a', 'text');
      expect(await one.presence?.readVersion()).toBe(before);
      await other.keyv.set('b', 'text');
      expect(await one.presence?.readVersion()).not.toBe(before);
      await Promise.all([one.keyv.disconnect(), other.keyv.disconnect()]);
    }));
});

describe('the URL of a second tier', () => {
  const requireAll = process.env['CLAUDETTE_TEST_REQUIRE'] === 'all';
  const whenThere = (has: () => boolean): typeof it.skip => (has() || requireAll ? it : it.skip);

  it('may name none', async () => {
    expect(await createSecondTier('memory:', options)).toBeUndefined();
  });

  it.each(['sqlite::memory:', 'sqlite://:memory:'])('may be %s', async (url) => {
    const tier = await createSecondTier(url, options);
    expect((await tier?.list())?.entries).toEqual([]);
    await tier?.close();
  });

  /** Two processes on one server. */
  const keepsAndShares = async (url: string): Promise<void> => {
    const tiers = await Promise.all([1, 2].map(() => createSecondTier(url, { ...options, clock: realClock })));
    const [one, other] = tiers;
    if (one === undefined || other === undefined) throw new Error('two tiers');
    const entry = anEntry({ keptUntilMs: Date.now() + 60_000 });
    one.set('a', entry);
    await one.written('a');
    expect(await other.getMany(['b', 'a'])).toEqual([undefined, entry]);
    const removed: unknown[] = [];
    other.onRemovedElsewhere((filter) => removed.push(filter));
    await eventually(
      async () => {
        await one.remove({ key: 'a' });
        return removed.length > 0;
      },
      { withinMs: 5_000 },
    );
    expect(await other.getMany(['a'])).toEqual([undefined]);
    await Promise.all([one.close(), other.close()]);
  };

  whenThere(hasRedis)('may be that of a Redis, which others use too', async () => {
    const server = await startRedis();
    await keepsAndShares(server.url).finally(() => server.stop());
  });

  whenThere(hasPostgres)(
    'may be that of a Postgres, which others use too',
    async () => {
      const server = await startPostgres();
      await keepsAndShares(server.url.replace('postgres:', 'postgresql:')).finally(() => server.stop());
    },
    30_000,
  );

  it.each(['sqlite:', '', 'mongodb://somebody:s3cret@localhost', 'rediss://somebody:s3cret@:x'])(
    'is refused when it is "%s", without the credentials in it',
    async (url) => {
      await expect(createSecondTier(url, options)).rejects.toMatchObject({
        code: 'configuration_invalid',
        detail: expect.not.stringMatching(/s3cret|somebody/),
      });
    },
  );
});
