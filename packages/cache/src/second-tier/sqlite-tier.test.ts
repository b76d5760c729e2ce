import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { createFakeClock, eventually } from '@claudette/testing';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import { withFolder } from '../__fixtures__/temporary-folder.js';
import { get } from '../__fixtures__/tiers.js';
import { formatEntry } from '../entry/entry-text.js';
import { createSqliteStore } from '../stores/sqlite-store.js';
import type { SqliteStore } from '../stores/sqlite-store.js';
import { createSqliteTier } from './create-second-tier.js';

const withFile = (run: (path: string) => Promise<void>): Promise<void> =>
  withFolder((folder) => run(join(folder, 'cache.db')));

const openTier = async (path: string, epochMs = startMs) => {
  const clock = createFakeClock({ epochMs });
  const observed: unknown[] = [];
  const tier = await createSqliteTier(path, { clock, observe: (seen) => void observed.push(seen), maxEntries: 1_000 });
  await eventually(() => tier.stats().entries !== undefined);
  return { clock, observed, tier };
};

/** As another program has it open. */
const withStore = async (path: string, work: (store: SqliteStore) => Promise<void>): Promise<void> => {
  const store = await createSqliteStore(path);
  await work(store);
  await store.keyv.disconnect();
};

const queryOf = ({ keyv }: SqliteStore) => (keyv.store as { readonly query: (sql: string) => Promise<unknown> }).query;

describe('the entries in a SQLite file', () => {
  it('outlive the process', () =>
    withFile(async (path) => {
      const before = await openTier(path);
      before.tier.set('a', anEntry());
      await before.tier.close();
      const after = await openTier(path);
      expect(await get(after.tier, 'a')).toEqual(anEntry());
      await after.tier.close();
    }));

  it('are misses and removed when an older version wrote them', () =>
    withFile(async (path) => {
      const old = `${String(startMs + 60_000).padStart(15, '0')}2${'c'.repeat(22)}{"digest":"d1"}`;
      await withStore(path, ({ keyv }) => keyv.set('a', old).then(() => undefined));
      const { tier } = await openTier(path);
      expect([await get(tier, 'a'), tier.stats().unreadable]).toEqual([undefined, 1]);
      await eventually(async () => (await tier.count()) === 0);
      await tier.close();
    }));

  it('expire in the store too when an older version wrote them', () =>
    withFile(async (path) => {
      const old = `${String(startMs - 1).padStart(15, '0')}2{}`;
      await withStore(path, ({ keyv }) => keyv.set('a', old).then(() => undefined));
      const { tier, clock } = await openTier(path, startMs - 60_000);
      clock.advance(60_000);
      tier.set('b', anEntry());
      expect(await tier.count()).toBe(1);
      await tier.close();
    }));

  it('are misses when somebody damaged them, while the others are served', () =>
    withFile(async (path) => {
      await withStore(path, async ({ keyv }) => {
        await keyv.set('a', formatEntry('a', anEntry()).replace('hello', 'hullo'));
        await keyv.set('b', formatEntry('b', anEntry()));
      });
      const { tier } = await openTier(path);
      expect((await tier.getMany(['a', 'b']))?.map((entry) => entry?.status)).toEqual([undefined, 200]);
      await tier.close();
    }));
});

describe('a SQLite file when the clock jumps', () => {
  it.each([
    ['forward', startMs + 60_000],
    ['forward by years', startMs + 10 * 365 * 86_400_000],
    ['back', startMs - 3_600_000],
    ['back by years', 1_000_000],
  ])('serves nothing beyond its time: %s', (_, epochMs) =>
    withFile(async (path) => {
      const before = await openTier(path);
      before.tier.set('a', anEntry());
      await before.tier.close();
      const after = await openTier(path, epochMs);
      expect(await get(after.tier, 'a')).toBeUndefined();
      after.tier.set('b', anEntry({ storedAtMs: epochMs, expiresAtMs: epochMs + 1_000, keptUntilMs: epochMs + 1_000 }));
      expect(await get(after.tier, 'b')).toBeDefined();
      await after.tier.count();
      expect([(await get(after.tier, 'b'))?.storedAtMs, after.observed]).toEqual([epochMs, []]);
      await after.tier.close();
    }),
  );
});

describe('a SQLite file that another program has locked', () => {
  it('is read on, and written to when the lock is gone', () =>
    withFile(async (path) => {
      const { tier, clock, observed } = await openTier(path);
      tier.set('a', anEntry());
      await tier.count();
      await withStore(path, async (other) => {
        await queryOf(other)('BEGIN EXCLUSIVE');
        tier.set('b', anEntry());
        await clock.advanceAsync(20);
        expect([await get(tier, 'a'), await get(tier, 'b')]).toEqual([anEntry(), anEntry()]);
        expect(tier.stats()).toMatchObject({ available: true, pendingEntries: 1, timeouts: 0, failures: 0 });
        await queryOf(other)('COMMIT');
      });
      await eventually(async () => {
        await clock.advanceAsync(250);
        return tier.stats().pendingEntries === 0;
      });
      expect([await tier.count(), observed]).toEqual([2, []]);
      await tier.close();
    }));

  it('loses nothing when the lock lasts longer than a write waits for it', () =>
    withFile(async (path) => {
      const { tier, clock, observed } = await openTier(path);
      await withStore(path, async (other) => {
        await queryOf(other)('BEGIN EXCLUSIVE');
        tier.set('a', anEntry());
        // Counting waits for the write, which is refused.
        await tier.count();
        expect(tier.stats().pendingEntries).toBe(1);
        await queryOf(other)('COMMIT');
      });
      await clock.advanceAsync(250);
      await tier.written('a');
      expect([await tier.count(), observed]).toEqual([1, []]);
      await tier.close();
    }));
});
