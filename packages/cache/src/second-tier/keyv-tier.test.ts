import { describe, expect, it } from '@jest/globals';

import { createFakeClock } from '@claudette/testing';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import { createScriptedStore } from '../__fixtures__/scripted-store.js';
import { get, peek, setUpTier } from '../__fixtures__/tiers.js';
import { settled } from '../__fixtures__/upstream.js';
import { formatEntry } from '../entry/entry-text.js';
import { createKeyvTier } from './keyv-tier.js';

describe('the second tier', () => {
  it('finds what was in the store before', async () => {
    const { tier } = await setUpTier({ a: anEntry() });
    expect(await get(tier, 'a')).toEqual(anEntry());
  });

  it('says at once, without asking the store, that a key is not there', async () => {
    const { tier, store } = await setUpTier({ a: anEntry(), b: anEntry(), c: anEntry() });
    expect(get(tier, 'd')).toBeUndefined();
    expect([store.asked, tier.stats().entries]).toEqual([[], 3]);
  });

  it('asks the store while it does not know its keys yet', async () => {
    const clock = createFakeClock();
    const store = createScriptedStore();
    store.rows.set('a', formatEntry('a', anEntry()));
    const tier = createKeyvTier(store, { clock, observe: () => undefined, maxEntries: 10 });
    expect(await get(tier, 'a')).toBeDefined();
    expect(store.asked).toContain('get a');
  });

  it('writes in the background', async () => {
    const { tier, store, clock } = await setUpTier();
    tier.set('a', anEntry());
    expect(store.asked).toEqual([]);
    await clock.advanceAsync(20);
    await settled();
    expect(store.rows.get('a')).toBe(formatEntry('a', anEntry()));
    expect(await get(tier, 'a')).toEqual(anEntry());
  });

  it('finds what is not written yet', async () => {
    const { tier, store } = await setUpTier();
    tier.set('a', anEntry());
    expect(await get(tier, 'a')).toEqual(anEntry());
    expect(store.asked).toEqual([]);
  });

  it('keeps an entry that has expired as long as it is told to', async () => {
    const { tier, store, clock } = await setUpTier();
    tier.set('a', anEntry({ expiresAtMs: startMs + 5, keptUntilMs: startMs + 1_000 }));
    await clock.advanceAsync(20);
    await settled();
    expect([store.ttlMs.get('a'), await get(tier, 'a')]).toMatchObject([980, { expiresAtMs: startMs + 5 }]);
    clock.advance(980);
    expect(await get(tier, 'a')).toBeUndefined();
  });

  it('counts nothing when it is peeked at', async () => {
    const { tier } = await setUpTier({ a: anEntry() });
    expect([await peek(tier, 'a'), peek(tier, 'b')]).toEqual([anEntry(), undefined]);
    expect(tier.stats()).toMatchObject({ hits: 0, misses: 0 });
  });

  it('asks the store once for many who ask for the same', async () => {
    const { tier, store } = await setUpTier({ a: anEntry() });
    const found = await Promise.all([get(tier, 'a'), get(tier, 'a'), get(tier, 'a')]);
    expect([found.length, store.asked, tier.stats().hits]).toEqual([3, ['get a'], 3]);
  });

  it.each([
    ['damaged', 'garbage', 1],
    ['of an older version', `${'9'.repeat(15)}2{}`, 1],
    ['of a newer version', formatEntry('a', anEntry()).replace(/^(\d{15})3/, '$14'), 1],
    ['not to be kept any more', formatEntry('a', anEntry({ keptUntilMs: startMs })), 0],
  ])('takes an entry that is %s for a miss, and removes it', async (_, text, unreadable) => {
    const { tier, store } = await setUpTier({ a: anEntry() });
    store.rows.set('a', text);
    expect(await get(tier, 'a')).toBeUndefined();
    await settled();
    expect(store.rows.size).toBe(0);
    expect(tier.stats()).toMatchObject({ entries: 0, misses: 1, unreadable });
  });

  it('asks one question for all keys of a plan', async () => {
    const { tier, store } = await setUpTier({ a: anEntry(), b: anEntry({ status: 201 }) });
    const found = await tier.getMany(['b', 'x', 'a']);
    expect(found?.map((entry) => entry?.status)).toEqual([201, undefined, 200]);
    expect([store.asked, tier.stats()]).toMatchObject([['get b a'], { hits: 1, misses: 0 }]);
  });

  it('asks only for what nobody has asked for yet', async () => {
    const { tier, store } = await setUpTier({ a: anEntry(), b: anEntry() });
    const found = await Promise.all([tier.getMany(['a']), tier.getMany(['a', 'b']), tier.getMany(['b', 'a'])]);
    expect(found.map((entries) => entries?.map((entry) => entry?.status))).toEqual([[200], [200, 200], [200, 200]]);
    expect(store.asked).toEqual(['get a', 'get b']);
  });

  it('asks for every key where nobody can know which there are', async () => {
    const { tier, store } = await setUpTier({ a: anEntry() }, { hasPresence: false });
    expect([await get(tier, 'a'), await get(tier, 'b')]).toEqual([anEntry(), undefined]);
    expect(store.asked).toEqual(['get a', 'get b']);
    expect(tier.stats()).not.toHaveProperty('entries');
  });

  it('serves nothing that was stored long after now: a clock was set back', async () => {
    const { tier, store } = await setUpTier({ a: anEntry({ storedAtMs: startMs + 60_001 }) });
    expect([await get(tier, 'a'), store.rows.size]).toEqual([undefined, 1]);
  });

  it('serves what a process stored whose clock is a little ahead', async () => {
    const { tier } = await setUpTier({ a: anEntry({ storedAtMs: startMs + 60_000 }) });
    expect(await get(tier, 'a')).toBeDefined();
  });

  it('stores large answers compressed, and finds them again', async () => {
    const { tier, store, clock } = await setUpTier();
    const entry = anEntry({ bytes: new TextEncoder().encode('data: {"choices":[]}\n\n'.repeat(4_000)) });
    tier.set('a', entry);
    await clock.advanceAsync(20);
    await tier.written('a');
    expect(store.rows.get('a')?.length).toBeLessThan(5_000);
    await settled();
    expect(await get(tier, 'a')).toEqual(entry);
  });

  it('takes an entry that somebody removed for a miss', async () => {
    const { tier, store } = await setUpTier({ a: anEntry() });
    store.rows.clear();
    expect(await get(tier, 'a')).toBeUndefined();
    expect(get(tier, 'a')).toBeUndefined();
  });

  it('serves on when a damaged entry cannot be removed', async () => {
    const { tier, store } = await setUpTier({ a: anEntry() });
    store.rows.set('a', 'garbage');
    store.catalogue.remove = () => Promise.reject(new Error('busy'));
    expect(await get(tier, 'a')).toBeUndefined();
    await settled();
    expect(store.rows.size).toBe(1);
  });

  it('sees within a second what another process wrote', async () => {
    const { tier, store, clock } = await setUpTier({ a: anEntry() });
    store.writeElsewhere('b', formatEntry('b', anEntry()));
    clock.advance(1_000);
    expect(get(tier, 'b')).toBeUndefined();
    await settled();
    expect(await get(tier, 'b')).toBeDefined();
  });

  it('does not ask more than once a second whether another process wrote', async () => {
    const { tier, store, clock } = await setUpTier();
    clock.advance(1_000);
    void get(tier, 'a');
    await settled();
    void get(tier, 'a');
    await settled();
    expect(store.asked).toEqual(['version']);
  });

  it('learns all keys again when another process removed the newest ones', async () => {
    const { tier, store, clock } = await setUpTier({ a: anEntry(), b: anEntry() });
    store.rows.clear();
    store.writeElsewhere('c', formatEntry('c', anEntry()));
    clock.advance(1_000);
    void get(tier, 'c');
    await settled();
    expect(tier.stats().entries).toBe(1);
  });

  it('keeps the newest entries when there are too many', async () => {
    const { tier, store, clock } = await setUpTier({ a: anEntry(), b: anEntry() }, { maxEntries: 2 });
    tier.set('c', anEntry());
    await clock.advanceAsync(20);
    await settled();
    expect([[...store.rows.keys()], tier.stats().entries]).toEqual([['b', 'c'], 2]);
  });

  it('removes once a minute what has expired', async () => {
    const { tier, store, clock } = await setUpTier({
      a: anEntry({ expiresAtMs: startMs + 1 }),
      b: anEntry({ expiresAtMs: startMs + 90_000 }),
    });
    clock.advance(60_000);
    tier.set('c', anEntry({ expiresAtMs: startMs + 90_000 }));
    await clock.advanceAsync(20);
    await settled();
    expect([...store.rows.keys()]).toEqual(['b', 'c']);
    expect(store.asked.filter((what) => what.startsWith('expired'))).toHaveLength(1);
  });

  it('goes on at the next write when more had expired than it removes at a time', async () => {
    const expired = Array.from(
      { length: 256 },
      (_, index) => [`k${index}`, anEntry({ expiresAtMs: startMs + 1 })] as const,
    );
    const { tier, store, clock } = await setUpTier(Object.fromEntries(expired), { maxEntries: 1_000 });
    clock.advance(60_000);
    for (const key of ['x', 'y']) {
      tier.set(key, anEntry({ expiresAtMs: startMs + 90_000 }));
      await clock.advanceAsync(20);
      await settled();
    }
    expect(store.asked.filter((what) => what.startsWith('expired'))).toHaveLength(2);
  });

  it('counts once a minute what nobody knows without asking, and keeps the newest', async () => {
    const { tier, store, clock } = await setUpTier(
      { a: anEntry(), b: anEntry() },
      { hasPresence: false, maxEntries: 2 },
    );
    tier.set('c', anEntry());
    await clock.advanceAsync(20);
    await settled();
    expect(store.rows.size).toBe(3);
    clock.advance(60_000);
    tier.set('d', anEntry({ expiresAtMs: startMs + 120_000 }));
    await clock.advanceAsync(20);
    await settled();
    expect(store.asked.filter((what) => what === 'count')).toHaveLength(1);
    expect(store.asked).toContain('oldest 2');
  });

  it('does not count what bounds itself', async () => {
    const { tier, store, clock } = await setUpTier({}, { hasPresence: false, maxEntries: 1 });
    Object.assign(store.catalogue, { boundsItself: true });
    clock.advance(60_000);
    tier.set('a', anEntry({ expiresAtMs: startMs + 90_000 }));
    await clock.advanceAsync(20);
    await settled();
    expect(store.asked.filter((what) => /^(count|oldest)/.test(what))).toEqual([]);
  });

  it('keeps what it wrote although it could not tidy up', async () => {
    const { tier, store, clock, observed } = await setUpTier({}, { maxEntries: 0 });
    store.catalogue.removeOldest = () => Promise.reject(new Error('busy'));
    tier.set('a', anEntry());
    await clock.advanceAsync(20);
    await settled();
    expect([store.rows.size, observed]).toEqual([1, []]);
  });
});

describe('the end of a second tier', () => {
  it('writes what waits before it closes', async () => {
    const { tier, store, clock } = await setUpTier();
    tier.set('a', anEntry());
    await tier.close();
    expect([store.rows.has('a'), store.disconnected, clock.pending]).toEqual([true, true, 0]);
  });

  it('does nothing more once closed', async () => {
    const { tier, store } = await setUpTier({ a: anEntry() });
    await tier.close();
    await tier.close();
    tier.set('b', anEntry());
    expect([get(tier, 'a'), peek(tier, 'a'), tier.stats().pendingEntries]).toEqual([undefined, undefined, 0]);
    expect(store.asked.filter((what) => what === 'disconnect')).toHaveLength(1);
  });
});
