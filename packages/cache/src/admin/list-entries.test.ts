import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { askAndRead, setUpCache } from '../__fixtures__/caches.js';
import { aCall, aRequest } from '../__fixtures__/calls.js';
import { anEntry, startMs } from '../__fixtures__/entries.js';
import { createPlainTier } from '../__fixtures__/plain-tier.js';
import { createUpstream } from '../__fixtures__/upstream.js';
import type { ListedEntry, ListOptions } from './list-entries.js';

const setUp = () => {
  const clock = createFakeClock();
  const secondTier = createPlainTier({ nowMs: clock.epochMs });
  return { ...setUpCache(createUpstream(), { clock, secondTier }), clock, secondTier };
};
type Cache = ReturnType<typeof setUp>['cache'];

const store = async (all: ReturnType<typeof setUp>, count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) await askAndRead(all, aCall({ request: aRequest(`${index}`) }));
};

/** All pages, and how long they were. */
const listAll = async (cache: Cache, options: ListOptions) => {
  const entries: ListedEntry[] = [];
  const lengths: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await cache.list({ ...options, cursor });
    entries.push(...page.entries);
    lengths.push(page.entries.length);
    cursor = page.next;
  } while (cursor !== undefined);
  return { entries, lengths };
};

describe('a list of entries', () => {
  it('says what is known of an entry, and nothing of what was asked or answered', async () => {
    const all = setUp();
    await askAndRead(all, aCall({}, { tags: ['docs'] }));
    expect((await all.cache.list()).entries).toEqual([
      {
        key: expect.stringMatching(/^[\w-]{43}:claude\/opus$/),
        scope: { kind: 'key', id: 'local' },
        operation: 'generate',
        tags: ['docs'],
        target: { backend: 'claude', model: 'opus' },
        costNano: undefined,
        durationMs: 0,
        bytes: expect.any(Number),
        storedAtMs: startMs,
        expiresAtMs: startMs + 60_000,
        tiers: ['memory', 'secondTier'],
      },
    ]);
  });

  it.each([[1], [2], [3], [5], [7], [100]])(
    'has each entry once, whatever the size of its pages: %s',
    async (limit) => {
      const all = setUp();
      await store(all, 7);
      // Of the entries some are in both tiers, some in the store and some in memory alone.
      const [first] = all.secondTier.rows.keys();
      all.secondTier.rows.delete(String(first));
      for (let index = 0; index < 5; index += 1) {
        all.secondTier.rows.set(`other ${index}`, anEntry({ digest: `other ${index}` }));
      }
      const { entries, lengths } = await listAll(all.cache, { limit });
      expect(new Set(entries.map(({ key }) => key)).size).toBe(12);
      expect(entries).toHaveLength(12);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(limit);
      const tiers = entries.map((entry) => entry.tiers.join('+')).sort();
      expect(new Set(tiers)).toEqual(new Set(['memory', 'memory+secondTier', 'secondTier']));
      expect(entries.find(({ key }) => key === first)?.tiers).toEqual(['memory']);
    },
  );

  it('has what a filter means and nothing else', async () => {
    const all = setUp();
    await store(all, 3);
    await askAndRead(all, aCall({ request: aRequest('docs') }, { tags: ['docs'] }));
    all.secondTier.rows.set('elsewhere', anEntry({ label: { ...anEntry().label, tags: ['docs'] } }));
    const { entries } = await listAll(all.cache, { filter: { tag: 'docs' } });
    expect(entries.map(({ tags, tiers }) => [tags, tiers])).toEqual([
      [['docs'], ['memory', 'secondTier']],
      [['docs'], ['secondTier']],
    ]);
  });

  it('looks through a bounded part of the store for each page', async () => {
    const all = setUp();
    for (let index = 0; index < 100; index += 1) all.secondTier.rows.set(`k${index}`, anEntry());
    const page = await all.cache.list({ filter: { tag: 'none has it' } });
    expect(page).toEqual({ entries: [], next: expect.any(String) });
    expect((await listAll(all.cache, { filter: { tag: 'none has it' } })).lengths).toEqual([0, 0, 0]);
  });

  it('ends in memory where there is no store', async () => {
    const alone = setUpCache();
    await askAndRead(alone);
    expect(await alone.cache.list()).toMatchObject({ entries: [{ tiers: ['memory'] }], next: undefined });
  });

  it('refuses a cursor that is none of its own', async () => {
    await expect(setUp().cache.list({ cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
