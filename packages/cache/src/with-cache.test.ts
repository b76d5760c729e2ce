import { describe, expect, it } from '@jest/globals';

import { GatewayError } from '@claudette/core';
import type { Call, CallContext, Reply } from '@claudette/core';

import { ask, askAndRead, setUpCache } from './__fixtures__/caches.js';
import { aCall, aRequest, otherTarget, planFor, target } from './__fixtures__/calls.js';
import { createUpstream, readAll, usage } from './__fixtures__/upstream.js';

const left = new GatewayError('client_aborted', 'gone');

const sent = { dialect: 'openai-chat', body: new TextEncoder().encode('{}'), headers: {} } as const;

const withMode = (cacheMode: CallContext['cacheMode'], overrides: Partial<Call> = {}): Call =>
  aCall(overrides, { cacheMode });
const from = (id: string): Call => aCall({}, { principal: { id, name: id } });

describe('a repeated question', () => {
  it('is answered from the cache', async () => {
    const setUp = setUpCache();
    expect([await askAndRead(setUp), await askAndRead(setUp)]).toEqual(['miss', 'hit']);
    expect(setUp.upstream.calls).toHaveLength(1);
  });

  it('is answered with the same bytes, as a stream where it was one', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    const hit = await ask(setUp);
    expect([(await readAll(hit)).join(''), hit.framing]).toEqual(['aEND', 'sse']);
  });

  it('is answered with what was known about the answer', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    setUp.clock.advance(5_000);
    const hit = await ask(setUp);
    expect(hit).toMatchObject({
      target,
      dialect: target.dialect,
      status: 200,
      headers: { 'x-request-id': 'r1' },
      attempts: 0,
      ageMs: 5_000,
    });
    expect(await hit.outcome).toEqual({ kind: 'complete', usage, finishReason: 'stop', receivedBytes: 4 });
  });

  it('is asked again when the answer has expired', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    setUp.clock.advance(60_000);
    expect(await askAndRead(setUp)).toBe('miss');
  });

  it('is not answered across principals', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp, from('ada'));
    expect([await askAndRead(setUp, from('bob')), await askAndRead(setUp, from('ada'))]).toEqual(['miss', 'hit']);
  });

  it('is answered by any target of the plan', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    expect(await askAndRead(setUp, aCall({ plan: planFor(otherTarget, target) }))).toBe('hit');
  });

  it('is not answered by a target that is not in the plan', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    expect(await askAndRead(setUp, aCall({ plan: planFor(otherTarget) }))).toBe('miss');
  });

  it('is stored under the target that answered', async () => {
    const setUp = setUpCache(createUpstream({ target: otherTarget }));
    await askAndRead(setUp, aCall({ plan: planFor(target, otherTarget) }));
    expect(await askAndRead(setUp, aCall({ plan: planFor(target) }))).toBe('miss');
    expect(await askAndRead(setUp, aCall({ plan: planFor(otherTarget) }))).toBe('hit');
  });

  it('needs no plan when the call has a target', async () => {
    const setUp = setUpCache();
    const { plan, ...call } = aCall({ target });
    expect(plan).toBeDefined();
    expect([await askAndRead(setUp, call), await askAndRead(setUp, call)]).toEqual(['miss', 'hit']);
  });

  it('is answered whole when it was whole', async () => {
    const setUp = setUpCache(createUpstream({ framing: 'json' }));
    await ask(setUp);
    expect((await ask(setUp)).framing).toBe('json');
  });

  it('says what the answer had lost', async () => {
    const losses = [{ path: 'seed', reason: 'unknown' }];
    const setUp = setUpCache(createUpstream({ losses }));
    await askAndRead(setUp);
    expect((await ask(setUp)).losses).toEqual(losses);
  });

  it('is not answered with losses where the client is strict', async () => {
    const setUp = setUpCache(createUpstream({ losses: [{ path: 'seed', reason: 'unknown' }] }));
    await askAndRead(setUp);
    expect(await askAndRead(setUp, aCall({}, { strict: true }))).toBe('miss');
  });

  it('is read once for each hit', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    const hit = await ask(setUp);
    const reader = hit.bytes[Symbol.asyncIterator]();
    expect(() => hit.bytes[Symbol.asyncIterator]()).toThrow('A reply is read once');
    hit.cancel(left);
    await reader.return?.();
    expect(await reader.next()).toMatchObject({ done: true });
  });

  it('shows an age of 0 when the clock was set back', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    const epochMs = setUp.clock.epochMs();
    setUp.clock.epochMs = () => epochMs - 1_000;
    expect((await ask(setUp)).ageMs).toBe(0);
  });
});

describe('what is not stored', () => {
  const asksTwice = async (setUp: ReturnType<typeof setUpCache>, first: Promise<unknown>): Promise<Reply['cache']> => {
    await first.catch(() => undefined);
    return askAndRead(setUp);
  };

  it('is a stream that broke', async () => {
    const setUp = setUpCache();
    const reply = setUp.exchange(aCall());
    setUp.upstream.last.say('a');
    setUp.upstream.last.hangUp();
    expect(await asksTwice(setUp, reply.then(readAll))).toBe('miss');
  });

  it('is a stream whose reader left', async () => {
    const setUp = setUpCache();
    const reply = setUp.exchange(aCall());
    setUp.upstream.last.say('a');
    expect(
      await asksTwice(
        setUp,
        reply.then(({ cancel }) => cancel(left)),
      ),
    ).toBe('miss');
    expect(setUp.upstream.calls[0]?.cancelled).toBe(true);
  });

  it('is a call that failed', async () => {
    const setUp = setUpCache();
    const reply = setUp.exchange(aCall());
    setUp.upstream.last.fail(new GatewayError('upstream_broken', 'reset'));
    expect(await asksTwice(setUp, reply)).toBe('miss');
  });

  it('is an answer with another status', async () => {
    const setUp = setUpCache(createUpstream({ status: 202 }));
    expect([await askAndRead(setUp), await askAndRead(setUp)]).toEqual(['miss', 'miss']);
  });

  it.each(['queued', 'in_progress'])('is an answer that the provider only says is %s', async (status) => {
    const setUp = setUpCache(createUpstream({ framing: 'json' }));
    const background = setUp.exchange(aCall());
    setUp.upstream.last.say(`{"status":"${status}","UNFINISHED":true,"END":true}`);
    expect((await (await background).outcome).finishReason).toBeUndefined();
    expect(await askAndRead(setUp)).toBe('miss');
  });

  it('is an answer over the limit, which is served all the same', async () => {
    const setUp = setUpCache(createUpstream(), { maxEntryBytes: 3 });
    const reply = await ask(setUp);
    expect(await readAll(reply)).toEqual(['a', 'END']);
    expect(await askAndRead(setUp)).toBe('miss');
  });

  it('is anything when entries live for 0 ms', async () => {
    const setUp = setUpCache(createUpstream(), { policy: { ttlMs: 0 } });
    expect([await askAndRead(setUp), await askAndRead(setUp)]).toEqual(['miss', 'miss']);
  });
});

describe('an answer without a finish reason', () => {
  it.each(['count', 'embed'] as const)('is stored where none can be expected (%s)', async (operation) => {
    const setUp = setUpCache(createUpstream({ framing: 'json' }));
    const first = setUp.exchange(aCall({ operation }));
    setUp.upstream.last.say('{"UNFINISHED":true,"END":true}');
    expect((await (await first).outcome).finishReason).toBeUndefined();
    expect(await askAndRead(setUp, aCall({ operation }))).toBe('hit');
  });
});

describe('what the client asks of the cache', () => {
  it('off: the cache takes no part', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    expect([await askAndRead(setUp, withMode('off')), setUp.cache.stats().hits]).toEqual(['bypass', 0]);
  });

  it('on: caches although the rule would not', async () => {
    const setUp = setUpCache();
    const call = withMode('on', { original: sent });
    expect([await askAndRead(setUp, call), await askAndRead(setUp, call)]).toEqual(['miss', 'hit']);
  });

  it('refresh: asks again, and stores the new answer', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    setUp.clock.advance(1_000);
    expect(await askAndRead(setUp, withMode('refresh'))).toBe('miss');
    expect((await ask(setUp)).ageMs).toBe(0);
  });

  it('refresh: shares no call', async () => {
    const setUp = setUpCache();
    const replies = [setUp.exchange(aCall()), setUp.exchange(withMode('refresh')), setUp.exchange(withMode('refresh'))];
    for (const call of setUp.upstream.calls) call.say('END');
    expect((await Promise.all(replies)).map(({ cache }) => cache)).toEqual(['miss', 'miss', 'miss']);
  });

  it('only: is answered from the cache', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    expect(await askAndRead(setUp, withMode('only'))).toBe('hit');
  });

  it('only: is refused on a miss, and nothing is asked', async () => {
    const setUp = setUpCache();
    await expect(setUp.exchange(withMode('only'))).rejects.toMatchObject({
      code: 'cache_only_miss',
      detail: 'claude/opus',
    });
    expect([setUp.upstream.calls.length, setUp.cache.stats().misses]).toEqual([0, 1]);
  });

  it('only: is refused where nothing can be cached', async () => {
    const { plan, ...call } = withMode('only');
    expect(plan).toBeDefined();
    await expect(setUpCache().exchange(call)).rejects.toMatchObject({ code: 'cache_only_miss' });
  });
});

describe('without a word of the client', () => {
  const temperature = (value: number): Call =>
    aCall({ original: sent, request: aRequest('a', { temperature: value }) });

  it.each([
    ['a native call is cached', aCall(), 'miss'],
    ['a request at temperature 0 is cached', temperature(0), 'miss'],
    ['a request at another temperature is not', temperature(0.5), 'bypass'],
    ['a request that names no temperature is not', aCall({ original: sent }), 'bypass'],
  ])('%s', async (_, call, expected) => {
    expect(await askAndRead(setUpCache(), call)).toBe(expected);
  });

  it('the rules of the policy decide', async () => {
    const setUp = setUpCache(createUpstream(), { policy: { sampling: { native: 'deterministic', dialects: 'all' } } });
    expect([await askAndRead(setUp, temperature(1)), await askAndRead(setUp, aCall())]).toEqual(['miss', 'bypass']);
  });
});

describe('a call that cannot be cached', () => {
  it('passes as it is when it has no plan', async () => {
    const setUp = setUpCache();
    const { plan, ...call } = aCall();
    expect(plan).toBeDefined();
    expect(await askAndRead(setUp, call)).toBe('bypass');
    expect(setUp.upstream.last.call).toBe(call);
  });

  it('passes when it is nested too deeply to be digested', async () => {
    let value: unknown = [];
    for (let depth = 0; depth < 100_000; depth += 1) value = [value];
    const request = aRequest('a', { foreign: [{ dialect: 'openai-chat', path: 'x', value }] });
    expect(await askAndRead(setUpCache(), aCall({ request }))).toBe('bypass');
  });

  it('fails when its scope cannot be made', () => {
    const setUp = setUpCache();
    expect(() => setUp.exchange(from(''))).toThrow('needs an id');
  });
});
