import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { askAndRead, setUpCache } from '../__fixtures__/caches.js';
import { aCall, aRequest } from '../__fixtures__/calls.js';
import { createPlainTier } from '../__fixtures__/plain-tier.js';
import { createUpstream, readAll, settled } from '../__fixtures__/upstream.js';

const setUp = (maxEntries = 100) => {
  const clock = createFakeClock();
  const secondTier = createPlainTier({ nowMs: clock.epochMs });
  return { ...setUpCache(createUpstream(), { clock, secondTier, maxEntries }), clock, secondTier };
};
const tagged = (text: string, ...tags: string[]) => aCall({ request: aRequest(text) }, { tags });

describe('removing by a filter', () => {
  it('takes what is meant from both tiers, and says how many there were and are', async () => {
    const { cache, ...rest } = setUp();
    const both = { ...rest, cache };
    await askAndRead(both, tagged('one', 'docs'));
    await askAndRead(both, tagged('two', 'docs', 'nightly'));
    await askAndRead(both, tagged('three'));
    expect(await cache.remove({ tag: 'docs' })).toEqual({
      before: { memory: 3, secondTier: 3 },
      after: { memory: 1, secondTier: 1 },
      removed: { memory: 2, secondTier: 2 },
    });
    expect([await askAndRead(both, tagged('one')), await askAndRead(both, tagged('three'))]).toEqual(['miss', 'hit']);
  });

  it('finds nothing where nothing is meant', async () => {
    const all = setUp();
    await askAndRead(all, tagged('one'));
    expect(await all.cache.remove({ model: 'another' })).toMatchObject({ removed: { memory: 0, secondTier: 0 } });
  });

  it('works in memory alone', async () => {
    const alone = setUpCache();
    await askAndRead(alone);
    expect(await alone.cache.remove({ backend: 'claude' })).toEqual({
      before: { memory: 1, secondTier: 0 },
      after: { memory: 0, secondTier: 0 },
      removed: { memory: 1, secondTier: 0 },
    });
  });

  it('takes what other processes removed from memory', async () => {
    const all = setUp();
    await askAndRead(all, tagged('one', 'docs'));
    all.secondTier.rows.clear();
    all.secondTier.removeElsewhere({ tag: 'docs' });
    expect([all.cache.stats().entries, await askAndRead(all, tagged('one'))]).toEqual([0, 'miss']);
  });
});

describe('what was removed does not come back', () => {
  it('by a call that was under way', async () => {
    const all = setUp();
    const slow = all.exchange(tagged('one', 'docs'));
    await settled();
    all.clock.advance(1);
    await all.cache.remove({ tag: 'docs' });
    all.upstream.last.say('END');
    await readAll(await slow);
    expect(await all.cache.count()).toEqual({ memory: 0, secondTier: 0 });
    expect(await askAndRead(all, tagged('one', 'docs'))).toBe('miss');
  });

  it('by joining a call that was under way', async () => {
    const all = setUp();
    const before = all.exchange(tagged('one', 'docs'));
    await settled();
    all.clock.advance(1);
    await all.cache.remove({ tag: 'docs' });
    const after = all.exchange(tagged('one', 'docs'));
    await settled();
    expect(all.upstream.calls).toHaveLength(2);
    for (const call of all.upstream.calls) call.say('END');
    expect([(await before).cache, (await after).cache]).toEqual(['miss', 'miss']);
    await Promise.all([readAll(await before), readAll(await after)]);
  });

  it('by a call that was under way when another process removed it', async () => {
    const all = setUp();
    const slow = all.exchange(tagged('one', 'docs'));
    await settled();
    all.clock.advance(1);
    all.secondTier.removeElsewhere({ tag: 'docs' });
    all.upstream.last.say('END');
    await readAll(await slow);
    expect(await all.cache.count()).toEqual({ memory: 0, secondTier: 0 });
  });

  it('by a call that was under way when everything was removed', async () => {
    const all = setUp();
    const slow = all.exchange(tagged('one'));
    await settled();
    all.clock.advance(1);
    await all.cache.clear();
    all.upstream.last.say('END');
    await readAll(await slow);
    expect(await all.cache.count()).toEqual({ memory: 0, secondTier: 0 });
  });

  it('by a lookup that was under way', async () => {
    const all = setUp();
    await askAndRead(all, tagged('one', 'docs'));
    all.cache.resize(0);
    all.cache.resize(1_000_000);
    all.clock.advance(1);
    const release = all.secondTier.hold();
    const asked = all.exchange(tagged('one', 'docs'));
    const removed = all.cache.remove({ tag: 'docs' });
    release();
    await removed;
    await settled();
    expect(all.upstream.calls).toHaveLength(2);
    all.upstream.last.say('END');
    await readAll(await asked);
  });

  it('by a store that did not remove it', async () => {
    const all = setUp();
    await askAndRead(all, tagged('one', 'docs'));
    all.clock.advance(1);
    all.secondTier.broken = true;
    await expect(all.cache.remove({ tag: 'docs' })).rejects.toThrow('the store is away');
    expect(await askAndRead(all, tagged('one', 'docs'))).toBe('miss');
  });

  it('but a call of afterwards is stored', async () => {
    const all = setUp();
    await askAndRead(all, tagged('one', 'docs'));
    await all.cache.remove({ tag: 'docs' });
    await askAndRead(all, tagged('one', 'docs'));
    expect(await askAndRead(all, tagged('one', 'docs'))).toBe('hit');
  });
});
