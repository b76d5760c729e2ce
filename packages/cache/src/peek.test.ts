import { describe, expect, it } from '@jest/globals';

import type { Call, CallContext } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { askAndRead, setUpCache } from './__fixtures__/caches.js';
import { aCall, aRequest, planFor, otherTarget } from './__fixtures__/calls.js';
import { createScriptedStore } from './__fixtures__/scripted-store.js';
import { createUpstream, settled } from './__fixtures__/upstream.js';
import { createKeyvTier } from './second-tier/keyv-tier.js';

const inContext = (context: Partial<CallContext>): Call => aCall({}, context);
const { plan, ...unplanned } = aCall();

describe('a peek', () => {
  it('sees a stored answer', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    expect(await setUp.peek(aCall())).toBe('hit');
  });

  it('sees that nothing is stored', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    expect(await setUp.peek(aCall({ plan: planFor(otherTarget) }))).toBe('miss');
  });

  it('sees a call under way', async () => {
    const setUp = setUpCache();
    void setUp.exchange(aCall());
    expect(await setUp.peek(aCall())).toBe('coalesced');
  });

  it('takes an expired answer for none', async () => {
    const setUp = setUpCache(createUpstream(), { policy: { maxStaleMs: 1_000 } });
    await askAndRead(setUp);
    setUp.clock.advance(60_000);
    expect(await setUp.peek(aCall())).toBe('miss');
  });

  it.each([
    ['has no plan', { ...unplanned }],
    ['is not to be cached', inContext({ cacheMode: 'off' })],
  ])('sees that a call passes that %s', async (_, call) => {
    expect(plan).toBeDefined();
    expect(await setUpCache().peek(call)).toBe('bypass');
  });

  it('sees that one who wants a new answer gets one', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    expect(await setUp.peek(inContext({ cacheMode: 'refresh' }))).toBe('miss');
  });

  it('sees that one who wants a stored answer only joins no call', async () => {
    const setUp = setUpCache();
    void setUp.exchange(aCall());
    expect(await setUp.peek(inContext({ cacheMode: 'only' }))).toBe('miss');
  });

  it('minds what a strict client gets', async () => {
    const setUp = setUpCache(createUpstream({ losses: [{ path: 'seed', reason: 'unknown' }] }));
    await askAndRead(setUp);
    expect(await setUp.peek(inContext({ strict: true }))).toBe('miss');
  });

  it('joins nothing and counts nothing', async () => {
    const setUp = setUpCache();
    await setUp.peek(aCall());
    await askAndRead(setUp);
    await setUp.peek(aCall());
    expect([setUp.upstream.calls.length, setUp.cache.stats()]).toMatchObject([1, { hits: 0, misses: 1, coalesced: 0 }]);
  });

  it('does not keep an answer from leaving', async () => {
    const setUp = setUpCache(createUpstream(), { maxEntries: 2 });
    for (const text of ['one', 'two']) await askAndRead(setUp, aCall({ request: aRequest(text) }));
    await setUp.peek(aCall({ request: aRequest('one') }));
    await askAndRead(setUp, aCall({ request: aRequest('three') }));
    expect(await setUp.peek(aCall({ request: aRequest('one') }))).toBe('miss');
    expect(await setUp.peek(aCall({ request: aRequest('two') }))).toBe('hit');
  });

  it('sees the second tier, and moves nothing from there into memory', async () => {
    const clock = createFakeClock();
    const secondTier = createKeyvTier(createScriptedStore(), { clock, observe: () => undefined, maxEntries: 100 });
    await settled();
    const setUp = setUpCache(createUpstream(), { clock, secondTier, maxEntries: 0 });
    await askAndRead(setUp);
    await clock.advanceAsync(20);
    await settled();
    expect(await setUp.peek(aCall())).toBe('hit');
    expect(setUp.cache.stats()).toMatchObject({ entries: 0, secondTier: { hits: 0, entries: 1 } });
  });
});
