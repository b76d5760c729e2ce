import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { setUpCache } from '../__fixtures__/caches.js';
import { anEntry, startMs } from '../__fixtures__/entries.js';
import { createPlainTier } from '../__fixtures__/plain-tier.js';
import { createUpstream } from '../__fixtures__/upstream.js';
import { entryBytes } from '../memory/memory-tier.js';
import type { PreloadReport } from './preload.js';

const setUp = (count: number) => {
  const clock = createFakeClock();
  const secondTier = createPlainTier({ nowMs: clock.epochMs });
  const keys = Array.from({ length: count }, (_, index) => `key ${index}`);
  for (const key of keys) secondTier.rows.set(key, anEntry());
  return { ...setUpCache(createUpstream(), { clock, secondTier }), clock, secondTier, keys };
};
const size = entryBytes('key 0', anEntry());

describe('preloading', () => {
  it('brings entries into memory and says how many', async () => {
    const { cache, keys } = setUp(3);
    expect(await cache.preload({ keys })).toEqual({ loaded: 3, bytes: 3 * size, present: 0, missing: 0, refused: 0 });
    expect(cache.stats()).toMatchObject({ entries: 3, bytes: 3 * size });
  });

  it('leaves what does not fit into the budget', async () => {
    const { cache, keys } = setUp(3);
    expect(await cache.preload({ keys, maxBytes: 2 * size })).toMatchObject({ loaded: 2, refused: 1 });
  });

  it('has nothing leave to make room, unless it is told how much it may bring', async () => {
    const { cache, keys } = setUp(10);
    cache.resize(3.5 * size);
    expect(await cache.preload({ keys })).toMatchObject({ loaded: 3, refused: 7 });
    expect(cache.stats().evictions).toBe(0);
  });

  it('counts what is there already, what is not, and what has expired', async () => {
    const { cache, keys, secondTier } = setUp(1);
    await cache.preload({ keys });
    secondTier.rows.set('expired', anEntry({ expiresAtMs: startMs, keptUntilMs: startMs + 1_000 }));
    expect(await cache.preload({ keys: [...keys, 'expired', 'unknown'] })).toEqual({
      loaded: 0,
      bytes: 0,
      present: 1,
      missing: 2,
      refused: 0,
    });
  });

  it('does not bring back what was removed', async () => {
    const { cache, keys, clock, secondTier } = setUp(1);
    clock.advance(1);
    secondTier.broken = true;
    await expect(cache.remove({ backend: 'claude' })).rejects.toThrow('away');
    expect(await cache.preload({ keys })).toMatchObject({ loaded: 0, missing: 1 });
  });

  it('tells how far it has come', async () => {
    const { cache, keys } = setUp(40);
    const seen: PreloadReport[] = [];
    await cache.preload({ keys, onProgress: (report) => void seen.push(report) });
    expect(seen.map(({ loaded }) => loaded)).toEqual([16, 32, 40]);
  });

  it('finds nothing where there is no store', async () => {
    expect(await setUpCache().cache.preload({ keys: ['a'] })).toMatchObject({ loaded: 0, missing: 1 });
  });
});
