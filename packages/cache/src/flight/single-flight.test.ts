import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { GatewayError } from '@claudette/core';
import type { Call, Exchange, Reply } from '@claudette/core';

import { askAndRead, setUpCache } from '../__fixtures__/caches.js';
import { aCall, aRequest, otherTarget, planFor, target } from '../__fixtures__/calls.js';
import { createUpstream, readAll, settled } from '../__fixtures__/upstream.js';

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

  it.each([
    ['upstream_timeout', 2, 1_000, undefined],
    ['no_backend_available', 2, 1_000, 2_000],
    ['deadline_exceeded', 2, 1_000, undefined],
    ['upstream_timeout', 1, 1_000, 1_000],
    ['upstream_timeout', 1, 1_000, 500],
    ['upstream_timeout', 1, undefined, undefined],
    ['upstream_rejected', 1, 1_000, undefined],
  ] as const)('after %s make %d calls where the first had %s ms and the next %s', async (code, calls, first, next) => {
    const setUp = setUpCache();
    const replies = [first, next].map((timeoutMs) => setUp.exchange(aCall({}, { timeoutMs })));
    const ends = Promise.allSettled(replies);
    setUp.upstream.last.fail(new GatewayError(code, 'x'));
    await settled();
    if (calls === 2) setUp.upstream.last.say('END');
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', calls === 2 ? 'fulfilled' : 'rejected']);
    expect(setUp.upstream.calls).toHaveLength(calls);
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

describe('equal calls that come and go in any order', () => {
  const step = fc.record({
    who: fc.nat(5),
    does: fc.constantFrom('ask', 'ask', 'read', 'read', 'read', 'leave', 'say', 'say', 'end', 'fault', 'break', 'tick'),
  });

  it('get the whole answer or an error of their own, from one call at a time, for which exactly one pays', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.constantFrom(4, 1_000), async (steps, maxEntryBytes) => {
        const setUp = setUpCache(createUpstream(), { maxEntryBytes });
        const { upstream, clock } = setUp;
        const said: string[][] = [];
        const over = new Set<number>();
        const askers: { leaving: AbortController; reply?: Reply; text: string; ended?: unknown; call?: number }[] = [];

        const ask = (): void => {
          const leaving = new AbortController();
          const asker: (typeof askers)[number] = { leaving, text: '' };
          askers.push(asker);
          setUp.exchange(aCall({}, { signal: leaving.signal, id: `x${askers.length}` })).then(
            (reply) => (asker.reply = reply),
            (cause: unknown) => (asker.ended = cause),
          );
        };
        const readers = new Map<Reply, AsyncIterator<Uint8Array>>();
        const read = async (asker: (typeof askers)[number]): Promise<void> => {
          const { reply } = asker;
          if (reply === undefined || asker.ended !== undefined) return;
          const reader = readers.get(reply) ?? reply.bytes[Symbol.asyncIterator]();
          readers.set(reply, reader);
          try {
            const next = await reader.next();
            if (next.done === true) asker.ended = 'end';
            else asker.text += new TextDecoder().decode(next.value);
          } catch (cause) {
            asker.ended = cause;
          }
        };
        const running = (): number[] =>
          upstream.calls.flatMap(({ cancelled }, call) => (cancelled || over.has(call) ? [] : [call]));
        const say = (piece: string): void => {
          const call = upstream.calls.length - 1;
          if (call < 0 || over.has(call)) return;
          (said[call] ??= []).push(`${call}${piece}`);
          upstream.last.say(`${call}${piece}`);
          if (piece === 'END') over.add(call);
        };
        const fail = (thrown: unknown): void => {
          if (upstream.calls.length === 0) return;
          over.add(upstream.calls.length - 1);
          upstream.last.fail(thrown);
        };

        for (const { who, does } of steps) {
          const asker = askers[who % Math.max(1, askers.length)];
          if (does === 'ask') ask();
          if (does === 'say') say('.');
          if (does === 'end') say('END');
          if (does === 'fault') fail(new GatewayError('upstream_broken', 'reset'));
          if (does === 'break') fail(new GatewayError('client_aborted', 'of the first one'));
          if (does === 'leave') asker?.leaving.abort(left);
          if (does === 'read' && asker !== undefined) void read(asker);
          if (does === 'tick') await settled();
          // Over the limit a call cannot be joined any more, so the next one is made beside it.
          if (maxEntryBytes === 1_000) expect(running().length).toBeLessThanOrEqual(1);
        }
        for (let round = 0; round < 60; round += 1) {
          await settled();
          say('END');
          for (const asker of askers) await Promise.race([read(asker), settled()]);
        }
        clock.advance(5_000);
        await settled();

        for (const { leaving, text, ended, reply } of askers) {
          expect(ended).toBeDefined();
          if (ended !== 'end') expect(ended).toBeInstanceOf(GatewayError);
          else if (!leaving.signal.aborted) expect(said.map((pieces) => pieces.join(''))).toContain(text);
          if (reply !== undefined) expect((await reply.outcome).kind).toMatch(/complete|failed|abandoned/);
        }
        const paid = await Promise.all(
          askers.map(async ({ reply }) => reply && ((await reply.outcome).share ?? reply).attempts),
        );
        const sum = paid.reduce<number>((total, attempts) => total + (attempts ?? 0), 0);
        expect(sum).toBeLessThanOrEqual(upstream.calls.length);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
