import { describe, expect, it } from '@jest/globals';

import { GatewayError } from '@claudette/core';
import type { Call } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import type { FakeClock } from '@claudette/testing';

import { setUpCache } from './__fixtures__/caches.js';
import { aCall } from './__fixtures__/calls.js';
import { createMemoryLeases } from './__fixtures__/leases.js';
import { createSharedTier } from './__fixtures__/shared-tier.js';
import { createUpstream, readAll, settled, usage } from './__fixtures__/upstream.js';
import type { Entry } from './entry/entry.js';

const left = new GatewayError('client_aborted', 'gone');

/** Two processes with a cache each, over one store and one upstream. */
const setUp = ({ leased = true, framing = 'sse' as 'sse' | 'json', policy = {} } = {}) => {
  const clock = createFakeClock();
  const leases = createMemoryLeases(clock);
  const entries = new Map<string, Entry>();
  const upstream = createUpstream({ framing });
  const createProcess = () => {
    const tier = createSharedTier(entries, leased ? leases : undefined);
    return { tier, ...setUpCache(upstream, { clock, policy, secondTier: tier }) };
  };
  return { clock, leases, entries, upstream, here: createProcess(), there: createProcess() };
};
/** Lets waits of the leases come to their end. */
const pass = async (clock: FakeClock, ms = 300): Promise<void> => {
  await clock.advanceAsync(ms);
  await settled();
};
const inContext = (context: Partial<Call['context']>): Call => aCall({}, context);

describe('processes that share a store with leases', () => {
  it.each(['sse', 'json'] as const)('share one upstream call (%s)', async (framing) => {
    const { clock, upstream, here, there } = setUp({ framing });
    const ours = Array.from({ length: 50 }, () => here.exchange(aCall()));
    await settled();
    const theirs = Array.from({ length: 50 }, () => there.exchange(aCall()));
    await pass(clock);
    upstream.last.say('a END');
    const read = Promise.all(ours.map(async (reply) => (await readAll(await reply)).join('')));
    await pass(clock, 600);
    const replies = await Promise.all(theirs);
    const answers = [
      ...(await read),
      ...(await Promise.all(replies.map(async (reply) => (await readAll(reply)).join('')))),
    ];
    expect([upstream.calls.length, new Set(answers), answers.length]).toEqual([1, new Set(['a END']), 100]);
    expect(replies.map(({ cache, attempts }) => `${cache} ${attempts}`)).toEqual(Array(50).fill('coalesced 0'));
    expect([here.cache.stats(), there.cache.stats()]).toMatchObject([
      { misses: 1, coalesced: 49 },
      { misses: 0, coalesced: 50 },
    ]);
  });

  it('say of an answer of another process what was used for it, and that nobody here pays', async () => {
    const { clock, upstream, here, there } = setUp();
    const first = here.exchange(aCall());
    await settled();
    const other = there.exchange(aCall());
    await pass(clock);
    upstream.last.say('END');
    await readAll(await first);
    await pass(clock);
    const reply = await other;
    await readAll(reply);
    expect(reply.ageMs).toBeUndefined();
    expect(await reply.outcome).toMatchObject({ kind: 'complete', usage });
    expect((await reply.outcome).share).toBeUndefined();
  });

  it('store an answer once', async () => {
    const { clock, upstream, entries, here, there } = setUp();
    const first = here.exchange(aCall());
    await settled();
    const other = there.exchange(aCall());
    await pass(clock);
    upstream.last.say('END');
    await readAll(await first);
    await pass(clock);
    const [stored] = entries.values();
    await readAll(await other);
    await pass(clock);
    expect([[...entries.values()], clock.pending]).toEqual([[stored], 0]);
  });

  it('give the lease back when the answer is stored', async () => {
    const { clock, leases, entries, upstream, here } = setUp();
    const reply = here.exchange(aCall());
    await settled();
    expect(leases.held.size).toBe(1);
    upstream.last.say('END');
    await readAll(await reply);
    expect(leases.held.size).toBe(1);
    await pass(clock);
    expect([leases.held.size, entries.size, clock.pending]).toEqual([0, 1, 0]);
  });

  it.each([
    ['fails', 'upstream_broken'],
    ['is not worth keeping', undefined],
  ] as const)('take over at once when the call of another one %s', async (_, code) => {
    const { clock, upstream, here, there } = setUp({ framing: 'json' });
    const first = here.exchange(aCall()).catch((error: GatewayError) => error.code);
    await settled();
    const other = there.exchange(aCall());
    await pass(clock);
    if (code === undefined) upstream.last.say('UNFINISHED END');
    else upstream.last.fail(new GatewayError(code, 'reset'));
    await pass(clock);
    expect(await first).toEqual(code ?? expect.anything());
    expect(upstream.calls).toHaveLength(2);
    upstream.last.say('END');
    expect(await readAll(await other)).toEqual(['END']);
  });

  it('wait at most ten seconds for one that has died', async () => {
    const { clock, leases, upstream, there } = setUp({ policy: { flightTimeoutMs: 60_000 } });
    leases.take = ((take) => async (name: string, durationMs: number) => {
      if (leases.asked.length === 0) await take(name, durationMs);
      return take(name, durationMs);
    })(leases.take);
    const other = there.exchange(aCall());
    await pass(clock, 9_900);
    expect(upstream.calls).toHaveLength(0);
    await pass(clock, 400);
    upstream.last.say('END');
    expect((await other).cache).toBe('miss');
  });

  it('do not wait longer than a flight may take', async () => {
    const { clock, leases, upstream, there } = setUp({ policy: { flightTimeoutMs: 1_000 } });
    leases.take = () => Promise.resolve(undefined);
    const waiting = expect(there.exchange(aCall())).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await pass(clock, 1_000);
    await waiting;
    expect([upstream.calls.length, clock.pending]).toEqual([0, 0]);
  });

  it('call for themselves while the store does not say who calls', async () => {
    const { clock, leases, upstream, here, there } = setUp();
    leases.mode = 'hangs';
    void here.exchange(aCall());
    void there.exchange(aCall());
    await pass(clock, 49);
    expect(upstream.calls).toHaveLength(0);
    await pass(clock, 1);
    expect(upstream.calls).toHaveLength(2);
  });

  it('do not ask a store that is known to be away', async () => {
    const { leases, upstream, here } = setUp();
    here.tier.available = false;
    void here.exchange(aCall());
    await settled();
    expect([upstream.calls.length, leases.asked]).toEqual([1, []]);
  });

  it('leave nothing behind when all who wait have left', async () => {
    const { clock, leases, upstream, here, there } = setUp();
    const first = here.exchange(aCall());
    await settled();
    const leaving = new AbortController();
    const waiting = there.exchange(inContext({ signal: leaving.signal }));
    await pass(clock);
    leaving.abort(left);
    await expect(waiting).rejects.toBe(left);
    upstream.last.say('END');
    await readAll(await first);
    await pass(clock);
    expect([upstream.calls.length, leases.held.size, clock.pending]).toEqual([1, 0, 0]);
  });

  it('give back a lease that is granted when all have left', async () => {
    const { clock, leases, upstream, here } = setUp();
    leases.mode = 'hangs';
    const leaving = new AbortController();
    const waiting = here.exchange(inContext({ signal: leaving.signal }));
    await settled();
    leaving.abort(left);
    leases.resume();
    await expect(waiting).rejects.toBe(left);
    await settled();
    expect([upstream.calls.length, leases.held.size, clock.pending]).toEqual([0, 0, 0]);
  });

  it.each([
    ['wants a new answer', { cacheMode: 'refresh' }],
    ['wants its answer not kept', { noStore: true }],
    ['wants none that is older than it says', { maxAgeMs: 5 }],
    ['passes by the cache', { cacheMode: 'off' }],
  ] as const)('take no lease for a call that %s', async (_, context) => {
    const { leases, upstream, here } = setUp();
    void here.exchange(inContext(context));
    await settled();
    expect([upstream.calls.length, leases.asked]).toEqual([1, []]);
  });

  it('take no lease where nothing is stored', async () => {
    const { leases, upstream, here } = setUp({ policy: { ttlMs: 0 } });
    void here.exchange(aCall());
    await settled();
    expect([upstream.calls.length, leases.asked]).toEqual([1, []]);
  });
});

describe('processes that share a store without leases', () => {
  it('call for themselves', async () => {
    const { upstream, here, there } = setUp({ leased: false });
    void here.exchange(aCall());
    void there.exchange(aCall());
    await settled();
    expect(upstream.calls).toHaveLength(2);
  });
});
