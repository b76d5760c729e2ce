import { join } from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import { withFolder } from '../__fixtures__/temporary-folder.js';
import { HEAD_LENGTH, formatEntry } from '../entry/entry-text.js';
import { bundleChild, runChild } from './__fixtures__/run-sqlite-child.js';
import { createSqliteStore } from './sqlite-store.js';
import type { SqliteStore } from './sqlite-store.js';

const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index}`);
let opened: SqliteStore[] = [];

const open = async (path: string): Promise<SqliteStore> => {
  const store = await createSqliteStore(path);
  opened.push(store);
  return store;
};

afterEach(async () => {
  await Promise.all(opened.map(({ keyv }) => keyv.disconnect().catch(() => undefined)));
  opened = [];
});

const fill = async ({ keyv }: SqliteStore, count: number): Promise<void> => {
  await keyv.setMany(
    keys(count).map((key, index) => ({ key, value: formatEntry(key, anEntry({ expiresAtMs: startMs + index })) })),
  );
};

/** In memory there is one connection, over a file there are two. */
describe.each([
  ['in memory', (run: (path: string) => Promise<void>) => run(':memory:')],
  ['over a file', (run: (path: string) => Promise<void>) => withFolder((folder) => run(join(folder, 'cache.db')))],
])('a SQLite store %s', (_, withPath) => {
  const withStore = (count: number, run: (store: SqliteStore) => Promise<void>): Promise<void> =>
    withPath(async (path) => {
      const store = await open(path);
      await fill(store, count);
      await run(store);
    });

  it('gives back what it was given', () =>
    withStore(2, async ({ keyv }) => {
      await keyv.set('one', 'text with "quotes", 日本語 and 🙂');
      expect(await keyv.get('one')).toBe('text with "quotes", 日本語 and 🙂');
      expect(await keyv.getMany(['k1', 'none', 'one'])).toEqual([
        formatEntry('k1', anEntry({ expiresAtMs: startMs + 1 })),
        undefined,
        'text with "quotes", 日本語 and 🙂',
      ]);
      expect([await keyv.delete('one'), await keyv.delete('one'), await keyv.get('one')]).toEqual([
        true,
        false,
        undefined,
      ]);
    }));

  it('counts, and names its keys in the order of writing', () =>
    withStore(3, async ({ catalogue, presence }) => {
      expect([await catalogue.count(), await presence?.readPosition()]).toEqual([3, 3]);
      expect(await presence?.listAfter(1)).toEqual({ keys: ['k1', 'k2'], position: 3 });
      expect(await presence?.listAfter(3)).toEqual({ keys: [], position: 3 });
    }));

  it('shows the heads of what it has, page by page', () =>
    withStore(250, async ({ catalogue }) => {
      const pages = [];
      let cursor: string | undefined;
      do {
        const page = await catalogue.page(cursor);
        pages.push(page.heads);
        cursor = page.next;
      } while (cursor !== undefined);
      expect(pages.map((heads) => heads.length)).toEqual([100, 100, 50]);
      expect(pages.flat().map(({ key }) => key)).toEqual(keys(250));
      expect(pages[0]?.[0]?.head).toBe(formatEntry('k0', anEntry({ expiresAtMs: startMs })).slice(0, HEAD_LENGTH));
    }));

  it('misses nothing that stays while entries go between two pages', () =>
    withStore(150, async ({ catalogue }) => {
      const { next } = await catalogue.page();
      await catalogue.remove(keys(60));
      expect((await catalogue.page(next)).heads).toHaveLength(50);
    }));

  it('takes a cursor that is none of its own for the end', () =>
    withStore(1, async ({ catalogue }) => {
      expect(await catalogue.page('x')).toEqual({ heads: [], next: undefined });
    }));

  it('removes by key, and says how many there were', () =>
    withStore(3, async ({ catalogue }) => {
      expect([await catalogue.remove(['k0', 'k2', 'none']), await catalogue.count()]).toEqual([2, 1]);
    }));

  it('removes what has expired', () =>
    withStore(4, async ({ catalogue }) => {
      expect([...(await catalogue.removeExpired(startMs + 1, 10))].sort()).toEqual(['k0', 'k1']);
      expect(await catalogue.removeExpired(startMs + 10, 1)).toHaveLength(1);
    }));

  it('removes the oldest', () =>
    withStore(4, async ({ catalogue }) => {
      expect([...(await catalogue.removeOldest(2))].sort()).toEqual(['k0', 'k1']);
      expect(await catalogue.count()).toBe(2);
    }));

  it('removes everything', () =>
    withStore(4, async ({ catalogue, keyv }) => {
      await keyv.clear();
      expect(await catalogue.count()).toBe(0);
    }));

  it('answers a ping', () => withStore(1, ({ ping }) => ping()));
});

describe('messages in a SQLite store', () => {
  it('reach whoever asks from a place before them, in their order', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'cache.db');
      const [one, other] = [await open(path), await open(path)];
      await one.catalogue.announce('before');
      const start = await other.catalogue.announcedSince();
      expect(start.texts).toEqual([]);
      await one.catalogue.announce('one');
      await one.catalogue.announce('two');
      const since = await other.catalogue.announcedSince(start.position);
      expect(since.texts).toEqual(['one', 'two']);
      expect(await other.catalogue.announcedSince(since.position)).toEqual({ texts: [], position: since.position });
    }));

  it('all count as new where the file was made anew', async () => {
    const { catalogue } = await open(':memory:');
    await catalogue.announce('one');
    expect(await catalogue.announcedSince('40')).toEqual({ texts: ['one'], position: '1' });
  });

  it('are forgotten after an hour, and their places are not given again', async () => {
    const { catalogue, keyv } = await open(':memory:');
    await catalogue.announce('old');
    const { query } = keyv.store as { readonly query: (sql: string) => Promise<unknown> };
    await query('UPDATE announcements SET at = at - 3601');
    await catalogue.announce('new');
    expect(await catalogue.announcedSince('0')).toEqual({ texts: ['new'], position: '2' });
  });
});

describe('a SQLite file that others use', () => {
  it('has a version that changes when they write, and only then', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'cache.db');
      const [one, other] = [await open(path), await open(path)];
      const before = await one.presence?.readVersion();
      await one.keyv.set('a', 'text');
      expect(await one.presence?.readVersion()).toBe(before);
      await other.keyv.set('b', 'text');
      expect(await one.presence?.readVersion()).not.toBe(before);
    }));

  it('can be opened by many at once when it is new', () =>
    withFolder(async (folder) => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        await Promise.all(keys(4).map(() => open(join(folder, `${name}.db`))));
      }
    }));

  it('can be read while one of them writes', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'cache.db');
      const [one, other] = [await open(path), await open(path)];
      await one.keyv.set('a', 'text');
      const { query } = other.keyv.store as { readonly query: (sql: string) => Promise<unknown> };
      await query('BEGIN IMMEDIATE');
      const startedAt = performance.now();
      const written = one.keyv.set('b', 'text').then(
        () => 'written',
        () => 'refused',
      );
      expect(await one.keyv.getMany(['a'])).toEqual(['text']);
      expect(performance.now() - startedAt).toBeLessThan(500);
      await query('COMMIT');
      expect(await written).toBe('written');
    }));

  it('can be opened, written, read and removed from by several processes at once', () => {
    bundleChild();
    return withFolder(async (folder) => {
      const path = join(folder, 'cache.db');
      const reports = await Promise.all(['a', 'b'].map((name) => runChild({ path, name, entries: 400 })));
      const fine = { removed: 40, droppedWrites: 0, failures: 0, timeouts: 0, unreadable: 0 };
      expect(reports).toMatchObject([fine, fine]);
      for (const report of reports) expect(report).toMatchObject({ removedElsewhere: expect.any(Number) });
      const { catalogue } = await open(path);
      expect(await catalogue.count()).toBe(720);
    });
  }, 60_000);
});
