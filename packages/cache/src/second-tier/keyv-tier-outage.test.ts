import { describe, expect, it } from '@jest/globals';

import { createFakeClock } from '@claudette/testing';

import { anEntry } from '../__fixtures__/entries.js';
import { createScriptedStore } from '../__fixtures__/scripted-store.js';
import { get, setUpTier } from '../__fixtures__/tiers.js';
import { settled } from '../__fixtures__/upstream.js';
import { formatEntry } from '../entry/entry-text.js';
import { createKeyvTier } from './keyv-tier.js';

const setUpHanging = async () => {
  const setUp = await setUpTier({ a: anEntry(), b: anEntry() });
  setUp.store.mode = 'hangs';
  const found = get(setUp.tier, 'a');
  setUp.clock.advance(50);
  expect(await found).toBeUndefined();
  setUp.store.asked.length = 0;
  return setUp;
};

it('gives a store that was just opened longer to answer, once', async () => {
  const { tier, store, clock } = await setUpTier({ a: anEntry() }, { hasPresence: false, firstLookupTimeoutMs: 500 });
  store.mode = 'hangs';
  const first = get(tier, 'a');
  clock.advance(499);
  store.release();
  expect(await first).toEqual(anEntry());
  store.mode = 'hangs';
  const second = get(tier, 'a');
  clock.advance(50);
  expect(await second).toBeUndefined();
});

describe('a second tier whose store hangs', () => {
  it('is a miss when the time is up', async () => {
    const { tier } = await setUpHanging();
    expect(tier.stats()).toMatchObject({ timeouts: 1, misses: 1, available: false });
  });

  it('is a miss at once from then on, and left alone', async () => {
    const { tier, store } = await setUpHanging();
    expect([get(tier, 'b'), get(tier, 'a')]).toEqual([undefined, undefined]);
    expect([store.asked, tier.stats()]).toMatchObject([[], { timeouts: 1, misses: 3 }]);
  });

  it('is pinged in the background, after growing rests', async () => {
    const { store, clock } = await setUpHanging();
    const pingsAfter: number[] = [];
    for (const ms of [249, 1, 50 + 499, 1, 50 + 999, 1, 50 + 1_999, 1, 50 + 3_999, 1, 50 + 4_999, 1, 50 + 4_999, 1]) {
      await clock.advanceAsync(ms);
      pingsAfter.push(store.asked.length);
    }
    expect(pingsAfter).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7]);
    expect(new Set(store.asked)).toEqual(new Set(['ping']));
  });

  it('is asked again once it has answered a ping in time', async () => {
    const { tier, store, clock } = await setUpHanging();
    store.release();
    await clock.advanceAsync(250);
    await settled();
    expect([await get(tier, 'a'), tier.stats().available]).toEqual([anEntry(), true]);
  });

  it('is not asked again for a ping that was answered late', async () => {
    const { tier, store, clock } = await setUpHanging();
    await clock.advanceAsync(300);
    store.release();
    await settled();
    expect(tier.stats().available).toBe(false);
    await clock.advanceAsync(500);
    await settled();
    expect(tier.stats().available).toBe(true);
  });

  it('is left alone for longer when it answers pings only', async () => {
    const { tier, store, clock } = await setUpHanging();
    store.release();
    await clock.advanceAsync(250);
    await settled();
    store.mode = 'hangs';
    const found = get(tier, 'a');
    clock.advance(50);
    await found;
    store.release();
    await clock.advanceAsync(499);
    await settled();
    expect(tier.stats().available).toBe(false);
    await clock.advanceAsync(1);
    await settled();
    expect(tier.stats().available).toBe(true);
  });

  it('begins with short rests again when it has answered a lookup in time', async () => {
    const { tier, store, clock } = await setUpHanging();
    store.release();
    await clock.advanceAsync(250);
    await settled();
    await get(tier, 'a');
    store.mode = 'hangs';
    const found = get(tier, 'a');
    clock.advance(50);
    await found;
    store.release();
    await clock.advanceAsync(250);
    await settled();
    expect(tier.stats().available).toBe(true);
  });

  it('has no say any more in a question that was given up', async () => {
    const { tier, store } = await setUpHanging();
    store.rows.set('a', 'garbage');
    store.release();
    await settled();
    expect([store.rows.has('a'), tier.stats().unreadable]).toEqual([true, 0]);
  });

  it('is written to when it is back, and not before', async () => {
    const { tier, store, clock } = await setUpHanging();
    tier.set('c', anEntry());
    await clock.advanceAsync(200);
    expect(store.asked).toEqual([]);
    expect(await get(tier, 'c')).toEqual(anEntry());
    store.release();
    await clock.advanceAsync(50);
    await tier.written('c');
    expect(store.rows.has('c')).toBe(true);
  });

  it('drops writes when too many wait, and says so', async () => {
    const { tier, store, clock, observed } = await setUpTier({}, { maxPendingEntries: 2 });
    store.mode = 'hangs';
    for (const key of ['a', 'b', 'c']) {
      tier.set(key, anEntry());
      await clock.advanceAsync(20);
    }
    expect(tier.stats()).toMatchObject({ pendingEntries: 2, droppedWrites: 1 });
    expect(observed).toEqual([{ kind: 'cache-write-dropped', reason: 'queue-full' }]);
  });

  it.each([
    ['counted', (tier) => tier.count()],
    ['listed', (tier) => tier.list()],
    ['removed from', (tier) => tier.remove({})],
    ['cleared', (tier) => tier.clear()],
  ] satisfies [string, (tier: Awaited<ReturnType<typeof setUpTier>>['tier']) => Promise<unknown>][])(
    'cannot be %s, which is known in bounded time',
    async (_, act) => {
      const { tier, clock } = await setUpHanging();
      const refused = expect(act(tier)).rejects.toMatchObject({ code: 'deadline_exceeded' });
      await clock.advanceAsync(5_000);
      await refused;
    },
  );

  it('can be removed from as soon as it answers, even while requests leave it alone', async () => {
    const { tier, store } = await setUpHanging();
    store.release();
    expect([await tier.remove({}), tier.stats().available, store.rows.size]).toEqual([2, false, 0]);
  });

  it('closes in bounded time', async () => {
    const { tier, store, clock } = await setUpTier();
    store.mode = 'hangs';
    tier.set('a', anEntry());
    const closed = tier.close();
    await clock.advanceAsync(1_000);
    await clock.advanceAsync(1_000);
    await closed;
    expect([store.disconnected, clock.pending, tier.stats().pendingEntries]).toEqual([false, 0, 0]);
  });

  it('closes while it is left alone', async () => {
    const { tier, clock } = await setUpHanging();
    tier.set('c', anEntry());
    const closed = tier.close();
    await clock.advanceAsync(1_000);
    await clock.advanceAsync(1_000);
    await closed;
    await tier.written('c');
    expect(clock.pending).toBe(0);
  });
});

describe('a second tier in a process that was held up', () => {
  /** Time passes without anybody noticing, and then every timer is late. */
  const setUpHeldUp = async () => {
    const clock = createFakeClock();
    let heldUpMs = 0;
    const store = createScriptedStore();
    store.rows.set('a', formatEntry('a', anEntry()));
    const late = { ...clock, now: () => clock.now() + heldUpMs };
    const tier = createKeyvTier(store, { clock: late, observe: () => undefined, maxEntries: 10 });
    await settled();
    store.mode = 'hangs';
    const found = get(tier, 'a');
    heldUpMs = 11;
    clock.advance(50);
    return { clock, store, tier, found };
  };

  it('reads an answer that has come in the meantime', async () => {
    const { store, tier, found } = await setUpHeldUp();
    store.release();
    expect([await found, tier.stats().available]).toEqual([anEntry(), true]);
  });

  it('gives up soon when there is none', async () => {
    const { clock, tier, found } = await setUpHeldUp();
    clock.advance(10);
    expect([await found, tier.stats().available]).toEqual([undefined, false]);
  });
});

describe('a second tier whose store fails', () => {
  it('is a miss, and left alone', async () => {
    const { tier, store } = await setUpTier({ a: anEntry() });
    store.mode = 'throws';
    expect(await get(tier, 'a')).toBeUndefined();
    expect(get(tier, 'a')).toBeUndefined();
    expect(tier.stats()).toMatchObject({ failures: 1, misses: 2, available: false });
  });

  it('is pinged until it answers', async () => {
    const { tier, store, clock } = await setUpTier({ a: anEntry() });
    store.mode = 'throws';
    await get(tier, 'a');
    await clock.advanceAsync(250);
    await settled();
    expect(tier.stats().available).toBe(false);
    store.mode = 'answers';
    await clock.advanceAsync(500);
    await settled();
    expect(await get(tier, 'a')).toBeDefined();
  });

  it('keeps the writes that failed for when it is back', async () => {
    const { tier, store, clock, observed } = await setUpTier();
    store.mode = 'throws';
    tier.set('a', anEntry());
    await clock.advanceAsync(20);
    await settled();
    expect([await get(tier, 'a'), tier.stats().pendingEntries]).toEqual([anEntry(), 1]);
    store.mode = 'answers';
    await clock.advanceAsync(250);
    await settled();
    expect([store.rows.has('a'), observed]).toEqual([true, []]);
  });

  it('keeps what it knew about its keys, and asks again later', async () => {
    const { tier, store, clock } = await setUpTier({ a: anEntry() });
    store.mode = 'throws';
    clock.advance(1_000);
    void get(tier, 'b');
    await settled();
    store.mode = 'answers';
    store.writeElsewhere('b', formatEntry('b', anEntry()));
    clock.advance(1_000);
    void get(tier, 'b');
    await settled();
    expect(await get(tier, 'b')).toBeDefined();
    expect(await get(tier, 'a')).toBeDefined();
  });
});
