import { describe, expect, it } from '@jest/globals';

import { GatewayError } from '@claudette/core';
import type { Call, Exchange } from '@claudette/core';

import { askAndRead, setUpCache } from './__fixtures__/caches.js';
import { aCall, aRequest, otherTarget, planFor, target } from './__fixtures__/calls.js';
import { createUpstream, readAll, settled } from './__fixtures__/upstream.js';

const left = new GatewayError('client_aborted', 'gone');

const from = (id: string): Call => aCall({}, { principal: { id, name: id } });

describe('equal calls at the same time', () => {
  it.each(['sse', 'json'] as const)('share one upstream call (%s)', async (framing) => {
    const setUp = setUpCache(createUpstream({ framing }));
    const replies = Array.from({ length: 100 }, () => setUp.exchange(aCall()));
    setUp.upstream.last.say('a END');
    const answers = await Promise.all(replies.map(async (reply) => (await readAll(await reply)).join('')));
    expect([setUp.upstream.calls.length, new Set(answers)]).toEqual([1, new Set(['a END'])]);
    expect(setUp.cache.stats()).toMatchObject({ misses: 1, coalesced: 99, entries: 1 });
  });

  it('share one whatever name each gave the model, and streaming or not', async () => {
    const setUp = setUpCache();
    const replies = [
      setUp.exchange(aCall()),
      setUp.exchange(aCall({ request: aRequest('hello', { model: 'x', stream: false }) })),
    ];
    setUp.upstream.last.say('END');
    expect((await Promise.all(replies)).map(({ cache }) => cache)).toEqual(['miss', 'coalesced']);
  });

  it('share nothing across principals', async () => {
    const setUp = setUpCache();
    void setUp.exchange(from('ada'));
    void setUp.exchange(from('bob'));
    expect(setUp.upstream.calls).toHaveLength(2);
  });

  it('share nothing when their plans differ', () => {
    const setUp = setUpCache();
    void setUp.exchange(aCall());
    void setUp.exchange(aCall({ plan: planFor(target, otherTarget) }));
    expect(setUp.upstream.calls).toHaveLength(2);
  });

  it('share one when only the order of their plans differs', () => {
    const setUp = setUpCache();
    void setUp.exchange(aCall({ plan: planFor(otherTarget, target) }));
    void setUp.exchange(aCall({ plan: planFor(target, otherTarget) }));
    expect(setUp.upstream.calls).toHaveLength(1);
  });

  it('share nothing between a strict client and others', () => {
    const setUp = setUpCache();
    void setUp.exchange(aCall());
    void setUp.exchange(aCall({}, { strict: true }));
    expect(setUp.upstream.calls).toHaveLength(2);
  });

  it('go on when the first one leaves before the commit', async () => {
    const setUp = setUpCache();
    const leaving = new AbortController();
    const leader = setUp.exchange(aCall({}, { signal: leaving.signal }));
    const follower = setUp.exchange(aCall());
    leaving.abort(left);
    await expect(leader).rejects.toBe(left);
    setUp.upstream.last.say('END');
    expect(await readAll(await follower)).toEqual(['END']);
    expect(await askAndRead(setUp)).toBe('hit');
  });

  it('begin anew when all had left', async () => {
    const setUp = setUpCache();
    const leaving = new AbortController();
    const leader = setUp.exchange(aCall({}, { signal: leaving.signal }));
    leaving.abort(left);
    const next = setUp.exchange(aCall());
    await expect(leader).rejects.toBe(left);
    expect(setUp.upstream.calls).toHaveLength(2);
    setUp.upstream.last.say('END');
    expect((await next).cache).toBe('miss');
  });

  it('fail together when the upstream call fails', async () => {
    const setUp = setUpCache();
    const replies = [setUp.exchange(aCall()), setUp.exchange(aCall())];
    setUp.upstream.last.fail(new GatewayError('upstream_broken', 'reset'));
    const codes = (await Promise.allSettled(replies)).map((reply) => reply.status === 'rejected' && reply.reason.code);
    expect(codes).toEqual(['upstream_broken', 'upstream_broken']);
    expect(setUp.upstream.calls).toHaveLength(1);
  });

  it("start over when the fault was the first caller's alone", async () => {
    const setUp = setUpCache();
    const [leader, follower] = [setUp.exchange(aCall()), setUp.exchange(aCall())];
    setUp.upstream.last.fail(left);
    await expect(leader).rejects.toBe(left);
    await settled();
    setUp.upstream.last.say('END');
    expect([(await follower).cache, setUp.upstream.calls.length]).toEqual(['miss', 2]);
  });

  it('do not start over for a follower that has left too', async () => {
    const setUp = setUpCache();
    const leaving = new AbortController();
    const [leader, follower] = [setUp.exchange(aCall()), setUp.exchange(aCall({}, { signal: leaving.signal }))];
    leaving.abort(left);
    await expect(follower).rejects.toBe(left);
    setUp.upstream.last.say('END');
    await leader;
    expect(setUp.upstream.calls).toHaveLength(1);
  });

  it('ask nothing for a caller that left before it asked', async () => {
    const setUp = setUpCache();
    await expect(setUp.exchange(aCall({}, { signal: AbortSignal.abort(left) }))).rejects.toBe(left);
    expect(setUp.upstream.calls).toHaveLength(0);
  });

  it('begin anew when the answer under way has grown over the limit', async () => {
    const setUp = setUpCache(createUpstream(), { maxEntryBytes: 3 });
    const leader = setUp.exchange(aCall());
    setUp.upstream.last.say('aaaa', 'END');
    await leader;
    const reading = readAll(await leader);
    await settled();
    const later = setUp.exchange(aCall());
    expect(setUp.upstream.calls).toHaveLength(2);
    setUp.upstream.last.say('END');
    await Promise.all([reading, later]);
  });

  it('have a deadline of their own', async () => {
    const setUp = setUpCache();
    const leader = setUp.exchange(aCall());
    setUp.clock.advance(5_000);
    await expect(leader).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  it('leave no timer behind', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    expect(setUp.clock.pending).toBe(0);
  });

  it('give the upstream a signal that is not the first caller’s', () => {
    const setUp = setUpCache();
    const call = aCall();
    const next: Exchange = setUp.exchange;
    void next(call);
    expect(setUp.upstream.last.call.context.signal).not.toBe(call.context.signal);
    expect(setUp.upstream.last.call.context).toMatchObject({ id: call.context.id });
  });
});
