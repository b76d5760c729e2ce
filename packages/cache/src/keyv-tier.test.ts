import { describe, expect, it } from '@jest/globals';

import type { Observation } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { anEntry, startMs } from './__fixtures__/entries.js';
import { createScriptedStore } from './__fixtures__/scripted-store.js';
import { settled } from './__fixtures__/upstream.js';
import { formatEntry } from './entry-text.js';
import type { Entry } from './entry.js';
import { createKeyvTier } from './keyv-tier.js';
import type { KeyvTierOptions } from './keyv-tier.js';

const setUp = async (stored: Record<string, Entry> = {}, options: Partial<KeyvTierOptions> = {}) => {
  const clock = createFakeClock();
  const store = createScriptedStore();
  const observed: Observation[] = [];
  for (const [key, entry] of Object.entries(stored)) store.rows.set(key, formatEntry(key, entry));
  const tier = createKeyvTier(store, {
    clock,
    observe: (seen) => void observed.push(seen),
    maxEntries: 100,
    ...options,
  });
  await settled();
  store.asked.length = 0;
  return { clock, store, observed, tier };
};

describe('the second tier', () => {
  it('finds what was in the store before', async () => {
    const { tier } = await setUp({ a: anEntry() });
    expect(await tier.get('a')).toEqual(anEntry());
  });

  it('says at once, without asking the store, that a key is not there', async () => {
    const { tier, store } = await setUp({ a: anEntry(), b: anEntry(), c: anEntry() });
    expect(tier.get('d')).toBeUndefined();
    expect([store.asked, tier.stats().entries]).toEqual([[], 3]);
  });

  it('asks the store while it does not know its keys yet', async () => {
    const clock = createFakeClock();
    const store = createScriptedStore();
    store.rows.set('a', formatEntry('a', anEntry()));
    const tier = createKeyvTier(store, { clock, observe: () => undefined, maxEntries: 10 });
    expect(await tier.get('a')).toBeDefined();
    expect(store.asked).toContain('get a');
  });

  it('writes in the background', async () => {
    const { tier, store, clock } = await setUp();
    tier.set('a', anEntry());
    expect(store.asked).toEqual([]);
    await clock.advanceAsync(20);
    await settled();
    expect(store.rows.get('a')).toBe(formatEntry('a', anEntry()));
    expect(await tier.get('a')).toEqual(anEntry());
  });

  it('finds what is not written yet', async () => {
    const { tier, store } = await setUp();
    tier.set('a', anEntry());
    expect(await tier.get('a')).toEqual(anEntry());
    expect(store.asked).toEqual([]);
  });

  it('keeps an entry that has expired as long as it is told to', async () => {
    const { tier, store, clock } = await setUp();
    tier.set('a', anEntry({ expiresAtMs: startMs + 5, keptUntilMs: startMs + 1_000 }));
    await clock.advanceAsync(20);
    await settled();
    expect([store.ttlMs.get('a'), await tier.get('a')]).toMatchObject([980, { expiresAtMs: startMs + 5 }]);
    clock.advance(980);
    expect(await tier.get('a')).toBeUndefined();
  });

  it('counts nothing when it is peeked at', async () => {
    const { tier } = await setUp({ a: anEntry() });
    expect([await tier.peek('a'), tier.peek('b')]).toEqual([anEntry(), undefined]);
    expect(tier.stats()).toMatchObject({ hits: 0, misses: 0 });
  });

  it('asks the store once for many who ask for the same', async () => {
    const { tier, store } = await setUp({ a: anEntry() });
    const found = await Promise.all([tier.get('a'), tier.get('a'), tier.get('a')]);
    expect([found.length, store.asked, tier.stats().hits]).toEqual([3, ['get a'], 3]);
  });

  it.each([
    ['damaged', 'garbage'],
    ['of an older version', `${'0'.repeat(15)}0{}`],
    ['not to be kept any more', formatEntry('a', anEntry({ keptUntilMs: startMs }))],
  ])('takes an entry that is %s for a miss, and removes it', async (_, text) => {
    const { tier, store } = await setUp({ a: anEntry() });
    store.rows.set('a', text);
    expect(await tier.get('a')).toBeUndefined();
    await settled();
    expect([store.rows.size, tier.stats().entries, tier.stats().misses]).toEqual([0, 0, 1]);
  });

  it('takes an entry that somebody removed for a miss', async () => {
    const { tier, store } = await setUp({ a: anEntry() });
    store.rows.clear();
    expect(await tier.get('a')).toBeUndefined();
    expect(tier.get('a')).toBeUndefined();
  });

  it('serves on when a damaged entry cannot be removed', async () => {
    const { tier, store } = await setUp({ a: anEntry() });
    store.rows.set('a', 'garbage');
    const found = tier.get('a');
    store.mode = 'throws';
    expect(await found).toBeUndefined();
    await settled();
    expect(store.rows.size).toBe(1);
  });

  it('sees within a second what another process wrote', async () => {
    const { tier, store, clock } = await setUp({ a: anEntry() });
    store.writeElsewhere('b', formatEntry('b', anEntry()));
    clock.advance(1_000);
    expect(tier.get('b')).toBeUndefined();
    await settled();
    expect(await tier.get('b')).toBeDefined();
  });

  it('does not ask more than once a second whether another process wrote', async () => {
    const { tier, store, clock } = await setUp();
    clock.advance(1_000);
    void tier.get('a');
    await settled();
    void tier.get('a');
    await settled();
    expect(store.asked).toEqual(['version']);
  });

  it('learns all keys again when another process removed the newest ones', async () => {
    const { tier, store, clock } = await setUp({ a: anEntry(), b: anEntry() });
    store.rows.clear();
    store.writeElsewhere('c', formatEntry('c', anEntry()));
    clock.advance(1_000);
    void tier.get('c');
    await settled();
    expect(tier.stats().entries).toBe(1);
  });

  it('keeps the newest entries when there are too many', async () => {
    const { tier, store, clock } = await setUp({ a: anEntry(), b: anEntry() }, { maxEntries: 2 });
    tier.set('c', anEntry());
    await clock.advanceAsync(20);
    await settled();
    expect([[...store.rows.keys()], tier.stats().entries]).toEqual([['b', 'c'], 2]);
  });

  it('removes once a minute what has expired', async () => {
    const { tier, store, clock } = await setUp({
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
    const { tier, store, clock } = await setUp(Object.fromEntries(expired), { maxEntries: 1_000 });
    clock.advance(60_000);
    for (const key of ['x', 'y']) {
      tier.set(key, anEntry({ expiresAtMs: startMs + 90_000 }));
      await clock.advanceAsync(20);
      await settled();
    }
    expect(store.asked.filter((what) => what.startsWith('expired'))).toHaveLength(2);
  });

  it('keeps what it wrote although it could not tidy up', async () => {
    const { tier, store, clock, observed } = await setUp({}, { maxEntries: 0 });
    store.catalogue.removeOldest = () => Promise.reject(new Error('busy'));
    tier.set('a', anEntry());
    await clock.advanceAsync(20);
    await settled();
    expect([store.rows.size, observed]).toEqual([1, []]);
  });
});

describe('a second tier whose store hangs', () => {
  it('is a miss when the time is up', async () => {
    const { tier, store, clock } = await setUp({ a: anEntry() });
    store.mode = 'hangs';
    const found = tier.get('a');
    clock.advance(50);
    expect(await found).toBeUndefined();
    expect(tier.stats()).toMatchObject({ timeouts: 1, misses: 1 });
  });

  it('delays nobody else while it has not answered', async () => {
    const { tier, store, clock } = await setUp({ a: anEntry(), b: anEntry() });
    store.mode = 'hangs';
    const found = tier.get('a');
    clock.advance(50);
    await found;
    expect([tier.get('b'), tier.get('a')]).toEqual([undefined, undefined]);
  });

  it('is asked again when it has answered', async () => {
    const { tier, store, clock } = await setUp({ a: anEntry() });
    store.mode = 'hangs';
    const found = tier.get('a');
    clock.advance(50);
    await found;
    store.release();
    await settled();
    expect(await tier.get('a')).toBeDefined();
  });

  it('drops writes when too many wait, and says so', async () => {
    const { tier, store, clock, observed } = await setUp({}, { maxPendingEntries: 2 });
    store.mode = 'hangs';
    for (const key of ['a', 'b', 'c']) {
      tier.set(key, anEntry());
      await clock.advanceAsync(20);
    }
    expect(tier.stats()).toMatchObject({ pendingEntries: 2, droppedWrites: 1 });
    expect(observed).toEqual([{ kind: 'cache-write-dropped', reason: 'queue-full' }]);
  });

  it('closes in bounded time', async () => {
    const { tier, store, clock } = await setUp();
    store.mode = 'hangs';
    tier.set('a', anEntry());
    const closed = tier.close();
    await clock.advanceAsync(2_000);
    await closed;
    expect([store.disconnected, clock.pending]).toEqual([false, 0]);
  });
});

describe('a second tier whose store fails', () => {
  it('is a miss', async () => {
    const { tier, store } = await setUp({ a: anEntry() });
    store.mode = 'throws';
    expect(await tier.get('a')).toBeUndefined();
    expect(tier.stats()).toMatchObject({ failures: 1, misses: 1 });
  });

  it('drops the writes that failed, and says so', async () => {
    const { tier, store, clock, observed } = await setUp();
    store.mode = 'throws';
    tier.set('a', anEntry());
    await clock.advanceAsync(20);
    await settled();
    expect(observed).toEqual([{ kind: 'cache-write-dropped', reason: 'store-failed' }]);
    expect(tier.get('a')).toBeUndefined();
  });

  it('keeps what it knew about its keys, and asks again later', async () => {
    const { tier, store, clock } = await setUp({ a: anEntry() });
    store.mode = 'throws';
    clock.advance(1_000);
    void tier.get('b');
    await settled();
    store.mode = 'answers';
    store.writeElsewhere('b', formatEntry('b', anEntry()));
    clock.advance(1_000);
    void tier.get('b');
    await settled();
    expect(await tier.get('b')).toBeDefined();
    expect(await tier.get('a')).toBeDefined();
  });
});

describe('the administration of a second tier', () => {
  it('lists its keys', async () => {
    const { tier } = await setUp({ a: anEntry(), b: anEntry(), c: anEntry() });
    expect(await tier.list()).toEqual(['a', 'b', 'c']);
  });

  it('counts what is stored and what waits', async () => {
    const { tier } = await setUp({ a: anEntry(), b: anEntry() });
    tier.set('c', anEntry());
    expect(await tier.count()).toBe(3);
  });

  it('clears what is stored and what waits, and counts', async () => {
    const { tier, store } = await setUp({ a: anEntry(), b: anEntry() });
    tier.set('c', anEntry());
    expect(await tier.clear()).toEqual({ before: 2, after: 0 });
    expect([store.rows.size, tier.get('a'), tier.get('c'), tier.stats().entries]).toEqual([0, undefined, undefined, 0]);
  });

  it('writes what waits before it closes', async () => {
    const { tier, store, clock } = await setUp();
    tier.set('a', anEntry());
    await tier.close();
    expect([store.rows.has('a'), store.disconnected, clock.pending]).toEqual([true, true, 0]);
  });

  it('does nothing more once closed', async () => {
    const { tier, store } = await setUp({ a: anEntry() });
    await tier.close();
    await tier.close();
    tier.set('b', anEntry());
    expect([tier.get('a'), tier.peek('a'), tier.stats().pendingEntries]).toEqual([undefined, undefined, 0]);
    expect(store.asked.filter((what) => what === 'disconnect')).toHaveLength(1);
  });
});
