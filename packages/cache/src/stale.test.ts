import { describe, expect, it } from '@jest/globals';

import { GatewayError } from '@claudette/core';
import type { Call, CallContext, GatewayErrorCode, Reply } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { ask, askAndRead, setUpCache } from './__fixtures__/caches.js';
import type { SetUp } from './__fixtures__/caches.js';
import { aCall, aRequest, otherTarget, planFor, target } from './__fixtures__/calls.js';
import { createScriptedStore } from './__fixtures__/scripted-store.js';
import { createUpstream, readAll, settled } from './__fixtures__/upstream.js';
import { createKeyvTier } from './second-tier/keyv-tier.js';

const ttlMs = 60_000;
const staleMs = 10_000;
const failed = new GatewayError('upstream_unreachable', 'refused');

/** A cache whose only entry has just expired. */
const setUpExpired = async (upstream = createUpstream(), changes: Parameters<typeof setUpCache>[1] = {}) => {
  const setUp = setUpCache(upstream, { ...changes, policy: { maxStaleMs: staleMs, ...changes.policy } });
  await askAndRead(setUp);
  setUp.clock.advance(ttlMs);
  return setUp;
};

/** Asks while the upstream call fails. */
const askInVain = async (
  { exchange, upstream }: SetUp,
  call: Call = aCall(),
  error: unknown = failed,
): Promise<Reply> => {
  const before = upstream.calls.length;
  const reply = exchange(call);
  await settled();
  if (upstream.calls.length > before) upstream.last.fail(error);
  return reply;
};
const inContext = (context: Partial<CallContext>): Call => aCall({}, context);
const codeOf = (code: GatewayErrorCode) => ({ code });

describe('an expired answer', () => {
  it('stands in when every backend fails, and says so', async () => {
    const setUp = await setUpExpired();
    const reply = await askInVain(setUp);
    expect(reply).toMatchObject({ cache: 'stale', ageMs: ttlMs, attempts: 0, target, status: 200 });
    expect([(await readAll(reply)).join(''), (await reply.outcome).kind]).toEqual(['aEND', 'complete']);
    expect(setUp.cache.stats()).toMatchObject({ stale: 1, misses: 2, hits: 0 });
  });

  it('does not answer as long as a backend does', async () => {
    const setUp = await setUpExpired();
    expect([await askAndRead(setUp), setUp.upstream.calls.length]).toEqual(['miss', 2]);
    expect(await askAndRead(setUp)).toBe('hit');
  });

  it.each([
    ['to the last millisecond that is allowed', staleMs - 1, 'stale'],
    ['and not a millisecond longer', staleMs, 'upstream_unreachable'],
  ])('stands in %s', async (_, waitMs, expected) => {
    const setUp = await setUpExpired(createUpstream(), { policy: { staleMs: 2 * staleMs } });
    setUp.clock.advance(waitMs);
    const answer = askInVain(setUp).then(
      ({ cache }) => cache,
      ({ code }: GatewayError) => code,
    );
    expect(await answer).toBe(expected);
  });

  it('is gone when it is kept no longer', async () => {
    const setUp = await setUpExpired();
    setUp.clock.advance(staleMs);
    await expect(askInVain(setUp)).rejects.toMatchObject(codeOf('upstream_unreachable'));
    expect(setUp.observed).toEqual([{ kind: 'cache-evicted', reason: 'expired', count: 1 }]);
  });

  it('is not kept where nothing may be stale', async () => {
    const setUp = await setUpExpired(createUpstream(), { policy: { maxStaleMs: 0 } });
    await expect(askInVain(setUp, inContext({ maxStaleMs: 1_000 }))).rejects.toBe(failed);
    expect(setUp.cache.stats()).toMatchObject({ entries: 0, stale: 0 });
  });

  it('may be kept for those alone who ask for it', async () => {
    const setUp = await setUpExpired(createUpstream(), { policy: { maxStaleMs: 0, staleMs } });
    await expect(askInVain(setUp)).rejects.toBe(failed);
    expect(await askInVain(setUp, inContext({ maxStaleMs: 1_000 }))).toMatchObject({ cache: 'stale' });
  });

  it('does not stand in for a client that will not have it', async () => {
    const setUp = await setUpExpired();
    await expect(askInVain(setUp, inContext({ maxStaleMs: 0 }))).rejects.toBe(failed);
  });

  it.each([
    'upstream_rejected',
    'translation_refused',
    'cost_limit_exceeded',
    'client_aborted',
    'invalid_request',
    'internal',
  ] as const)('does not stand in after %s', async (code) => {
    const setUp = await setUpExpired();
    await expect(askInVain(setUp, aCall(), new GatewayError(code, 'x'))).rejects.toMatchObject(codeOf(code));
  });

  it('does not stand in for a caller that left', async () => {
    const setUp = await setUpExpired();
    const leaving = new AbortController();
    const reply = setUp.exchange(inContext({ signal: leaving.signal }));
    leaving.abort(new GatewayError('client_aborted', 'gone'));
    await expect(reply).rejects.toMatchObject(codeOf('client_aborted'));
  });

  it('stands in when the time of the call is up', async () => {
    const setUp = await setUpExpired();
    const leaving = new AbortController();
    const reply = setUp.exchange(inContext({ signal: leaving.signal }));
    leaving.abort(new GatewayError('deadline_exceeded', '50 ms'));
    expect(await reply).toMatchObject({ cache: 'stale' });
  });

  it('does not replace a stream that breaks after its first content', async () => {
    const setUp = await setUpExpired();
    const reply = setUp.exchange(aCall());
    setUp.upstream.last.say('b');
    setUp.upstream.last.hangUp();
    expect((await reply).cache).toBe('miss');
    await expect(readAll(await reply)).rejects.toMatchObject(codeOf('stream_broken'));
  });

  it('stands in for all who shared the call that failed', async () => {
    const setUp = await setUpExpired();
    const replies = [setUp.exchange(aCall()), setUp.exchange(aCall()), setUp.exchange(inContext({ maxStaleMs: 0 }))];
    setUp.upstream.last.fail(failed);
    expect(await Promise.allSettled(replies)).toMatchObject([
      { value: { cache: 'stale' } },
      { value: { cache: 'stale' } },
      { reason: failed },
    ]);
    expect(setUp.upstream.calls).toHaveLength(2);
  });

  it('does not stand in where it belongs to somebody else', async () => {
    const setUp = await setUpExpired();
    await expect(askInVain(setUp, inContext({ principal: { id: 'bob', name: 'Bob' } }))).rejects.toBe(failed);
  });

  it('does not stand in where its target is not in the plan', async () => {
    const setUp = await setUpExpired();
    await expect(askInVain(setUp, aCall({ plan: planFor(otherTarget) }))).rejects.toBe(failed);
  });

  it('does not stand in for another question', async () => {
    const setUp = await setUpExpired();
    await expect(askInVain(setUp, aCall({ request: aRequest('bye') }))).rejects.toBe(failed);
  });

  it('does not stand in with losses where the client is strict', async () => {
    const losses = [{ path: 'seed', reason: 'unknown' }];
    const setUp = await setUpExpired(createUpstream({ losses }));
    await expect(askInVain(setUp, inContext({ strict: true }))).rejects.toBe(failed);
    expect(await askInVain(setUp)).toMatchObject({ cache: 'stale', losses });
  });

  it('stands in without losses where the client is strict', async () => {
    const setUp = await setUpExpired();
    expect(await askInVain(setUp, inContext({ strict: true }))).toMatchObject({ cache: 'stale' });
  });

  it('does not stand in for one who asks for a new answer, unless it says so', async () => {
    const setUp = await setUpExpired();
    await expect(askInVain(setUp, inContext({ cacheMode: 'refresh' }))).rejects.toBe(failed);
    const call = inContext({ cacheMode: 'refresh', maxStaleMs: 1_000 });
    expect(await askInVain(setUp, call)).toMatchObject({ cache: 'stale' });
  });

  it('is not served to one who asks for a stored answer only', async () => {
    const setUp = await setUpExpired();
    await expect(setUp.exchange(inContext({ cacheMode: 'only' }))).rejects.toMatchObject(codeOf('cache_only_miss'));
  });
});

describe('an expired answer in the second tier', () => {
  const setUpTiers = async () => {
    const clock = createFakeClock();
    const store = createScriptedStore();
    const secondTier = createKeyvTier(store, { clock, observe: () => undefined, maxEntries: 100 });
    await settled();
    const setUp = setUpCache(createUpstream(), { clock, secondTier, maxEntries: 1, policy: { maxStaleMs: staleMs } });
    const askLater = async (text: string): Promise<void> => {
      await readAll(await ask(setUp, aCall({ request: aRequest(text) })));
      await clock.advanceAsync(20);
      await settled();
    };
    return { ...setUp, clock, store, askLater };
  };

  it('stands in', async () => {
    const setUp = await setUpTiers();
    await setUp.askLater('hello');
    await setUp.askLater('bye');
    setUp.clock.advance(ttlMs);
    expect(await askInVain(setUp)).toMatchObject({ cache: 'stale' });
  });

  it('does not push out of memory what was stored while it was looked up', async () => {
    const setUp = await setUpTiers();
    await setUp.askLater('hello');
    await setUp.askLater('bye');
    setUp.clock.advance(ttlMs);
    setUp.store.mode = 'hangs';
    const slow = setUp.exchange(aCall());
    const refreshed = setUp.exchange(inContext({ cacheMode: 'refresh' }));
    setUp.upstream.last.say('END');
    await readAll(await refreshed);
    setUp.store.release();
    expect(await slow).toMatchObject({ cache: 'hit', ageMs: 0 });
    expect(await ask(setUp)).toMatchObject({ cache: 'hit', ageMs: 0 });
  });
});
