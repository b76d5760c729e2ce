import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { createFakeClock, eventually } from '@claudette/testing';

import { setUpCache } from './__fixtures__/caches.js';
import type { SetUp } from './__fixtures__/caches.js';
import { aCall, aRequest, otherTarget, planFor, target } from './__fixtures__/calls.js';
import { createScriptedStore } from './__fixtures__/scripted-store.js';
import { withFolder } from './__fixtures__/temporary-folder.js';
import { createUpstream, readAll, settled } from './__fixtures__/upstream.js';
import { createSqliteTier } from './second-tier/create-second-tier.js';
import { createKeyvTier } from './second-tier/keyv-tier.js';

const ask = async ({ exchange, upstream }: SetUp, text = 'hello', plan = planFor(target)): Promise<string> => {
  const before = upstream.calls.length;
  const reply = exchange(aCall({ request: aRequest(text), plan }));
  await eventually(async () => {
    await settled();
    return upstream.calls.length > before || (await Promise.race([reply, Promise.resolve(undefined)])) !== undefined;
  });
  if (upstream.calls.length > before) upstream.last.say('END');
  await readAll(await reply);
  return (await reply).cache;
};

const setUpTiers = async () => {
  const clock = createFakeClock();
  const store = createScriptedStore();
  const secondTier = createKeyvTier(store, { clock, observe: () => undefined, maxEntries: 100 });
  await settled();
  const flush = async (): Promise<void> => {
    await clock.advanceAsync(20);
    await settled();
  };
  const setUp = setUpCache(createUpstream(), { clock, secondTier, maxEntries: 1 });
  return { ...setUp, clock, store, flush };
};

describe('a cache with two tiers', () => {
  it('answers from the second what memory had no room for', async () => {
    const setUp = await setUpTiers();
    await ask(setUp, 'one');
    await ask(setUp, 'two');
    await setUp.flush();
    expect([await ask(setUp, 'one'), setUp.cache.stats().secondTier?.hits]).toEqual(['hit', 1]);
  });

  it('moves what it finds in the second into memory', async () => {
    const setUp = await setUpTiers();
    await ask(setUp, 'one');
    await ask(setUp, 'two');
    await setUp.flush();
    await ask(setUp, 'one');
    await ask(setUp, 'one');
    expect(setUp.cache.stats().secondTier?.hits).toBe(1);
  });

  it('prefers the order of the plan among what the second tier has', async () => {
    const setUp = await setUpTiers();
    await ask(setUp, 'one', planFor(target));
    await ask(setUp, 'two');
    await setUp.flush();
    expect(await ask(setUp, 'one', planFor(otherTarget, target))).toBe('hit');
  });

  it('is not delayed by a second tier that hangs on a key that is not there', async () => {
    const setUp = await setUpTiers();
    setUp.store.mode = 'hangs';
    const asked = setUp.exchange(aCall());
    expect(setUp.upstream.calls).toHaveLength(1);
    setUp.upstream.last.say('END');
    expect((await asked).cache).toBe('miss');
  });

  it('waits no longer than the deadline for a second tier that hangs on a key it has', async () => {
    const setUp = await setUpTiers();
    await ask(setUp, 'one');
    await ask(setUp, 'two');
    await setUp.flush();
    setUp.store.mode = 'hangs';
    const asked = setUp.exchange(aCall({ request: aRequest('one') }));
    setUp.clock.advance(50);
    await settled();
    expect(setUp.upstream.calls).toHaveLength(3);
    setUp.upstream.last.say('END');
    await readAll(await asked);
    setUp.store.release();
  });

  it('asks upstream once for many who miss in the second tier', async () => {
    const setUp = await setUpTiers();
    await ask(setUp, 'one');
    await ask(setUp, 'two');
    await setUp.flush();
    setUp.store.rows.clear();
    const replies = Array.from({ length: 100 }, () => setUp.exchange(aCall({ request: aRequest('one') })));
    await settled();
    expect(setUp.upstream.calls).toHaveLength(3);
    setUp.upstream.last.say('END');
    await Promise.all(replies);
  });

  it('finds in memory what was stored while the second tier was asked', async () => {
    const setUp = await setUpTiers();
    await ask(setUp, 'one');
    await ask(setUp, 'two');
    await setUp.flush();
    setUp.store.mode = 'hangs';
    const slow = setUp.exchange(aCall({ request: aRequest('one') }));
    const refreshed = setUp.exchange(aCall({ request: aRequest('one') }, { cacheMode: 'refresh' }));
    setUp.upstream.last.say('END');
    await readAll(await refreshed);
    setUp.clock.advance(50);
    expect((await slow).cache).toBe('hit');
    setUp.store.release();
  });

  it('counts both tiers before and after it is cleared', async () => {
    const setUp = await setUpTiers();
    await ask(setUp, 'one');
    await ask(setUp, 'two');
    await setUp.flush();
    expect(await setUp.cache.count()).toEqual({ memory: 1, secondTier: 2 });
    expect(await setUp.cache.clear()).toEqual({
      before: { memory: 1, secondTier: 2 },
      after: { memory: 0, secondTier: 0 },
      removed: { memory: 1, secondTier: 2 },
    });
    expect(await ask(setUp, 'one')).toBe('miss');
  });

  it('closes the second tier', async () => {
    const setUp = await setUpTiers();
    await setUp.cache.close();
    expect(setUp.store.disconnected).toBe(true);
  });

  it('answers after a restart', () =>
    withFolder(async (folder) => {
      const openCache = async (): Promise<SetUp> => {
        const clock = createFakeClock();
        const secondTier = await createSqliteTier(join(folder, 'cache.db'), {
          clock,
          observe: () => undefined,
          maxEntries: 100,
        });
        return setUpCache(createUpstream(), { clock, secondTier });
      };
      const before = await openCache();
      await ask(before);
      await before.cache.close();

      const after = await openCache();
      expect(await ask(after)).toBe('hit');
      await after.cache.close();
    }));
});

describe('a cache in memory only', () => {
  it('counts what it did', async () => {
    const setUp = setUpCache();
    await ask(setUp);
    await ask(setUp);
    expect(setUp.cache.stats()).toEqual({
      entries: 1,
      bytes: expect.any(Number),
      hits: 1,
      misses: 1,
      coalesced: 0,
      stale: 0,
      evictions: 0,
    });
  });

  it('says what it evicts', async () => {
    const setUp = setUpCache(createUpstream(), { maxEntries: 1 });
    await ask(setUp, 'one');
    await ask(setUp, 'two');
    expect(setUp.observed).toEqual([{ kind: 'cache-evicted', reason: 'entries', count: 1 }]);
    expect(setUp.cache.stats().evictions).toBe(1);
  });

  it('can be counted, cleared and closed', async () => {
    const setUp = setUpCache();
    await ask(setUp);
    expect(await setUp.cache.count()).toEqual({ memory: 1, secondTier: 0 });
    expect(await setUp.cache.clear()).toEqual({
      before: { memory: 1, secondTier: 0 },
      after: { memory: 0, secondTier: 0 },
      removed: { memory: 1, secondTier: 0 },
    });
    await setUp.cache.close();
  });

  it('keeps its entries under a new policy', async () => {
    const setUp = setUpCache();
    await ask(setUp);
    const { cache, upstream } = setUp;
    const { policy } = await import('./__fixtures__/caches.js');
    const exchange = cache.withCache({ ...policy, ttlMs: 1 })(upstream.exchange);
    expect((await exchange(aCall())).cache).toBe('hit');
  });
});
