import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { GatewayError } from '@claudette/core';
import type { Reply } from '@claudette/core';

import { joinTwo, left, listener, readerOf, setUpFlight as setUp, sharer, staying } from '../__fixtures__/flights.js';
import { readAll, settled, usage } from '../__fixtures__/upstream.js';

/** What an exchange pays for in the end. */
const shareOf = async (reply: Reply): Promise<Pick<Reply, 'cache' | 'attempts'>> => {
  const { cache, attempts } = (await reply.outcome).share ?? reply;
  return { cache, attempts };
};
const pays = { cache: 'miss', attempts: 1 };
const paysNothing = { cache: 'coalesced', attempts: 0 };

describe('who pays for a shared call', () => {
  it('is the first who joined, and nobody is told again', async () => {
    const { flight, upstream } = setUp();
    const replies = await joinTwo(flight, () => upstream.last.say('END'));
    await Promise.all(replies.map(readAll));
    expect(replies).toMatchObject([pays, paysNothing]);
    expect((await Promise.all(replies.map(({ outcome }) => outcome))).map(({ share }) => share)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each(['sse', 'json'] as const)('is the next one when the first leaves before the commit (%s)', async (framing) => {
    const { flight, upstream } = setUp({}, framing);
    const leaving = new AbortController();
    const first = flight.join(sharer(leaving.signal));
    const others = [flight.join(staying()), flight.join(staying())];
    leaving.abort(left);
    upstream.last.say('END');
    await expect(first).rejects.toBe(left);
    expect(await Promise.all(others)).toMatchObject([pays, paysNothing]);
  });

  it('is the next one when the first leaves after the commit', async () => {
    const { flight, upstream } = setUp();
    const [first, next] = await joinTwo(flight, () => upstream.last.say('a'));
    first.cancel(left);
    upstream.last.say('END');
    await readAll(next);
    expect(await Promise.all([first, next].map(shareOf))).toEqual([paysNothing, pays]);
    expect(await next.outcome).toMatchObject({ kind: 'complete', usage });
  });

  it('is the next one also when it joined after the commit', async () => {
    const { flight, upstream } = setUp();
    const joined = flight.join(staying());
    upstream.last.say('a');
    const first = await joined;
    const late = flight.join(staying());
    first.cancel(left);
    upstream.last.say('END');
    await readAll(await late);
    expect(await Promise.all([first, await late].map(shareOf))).toEqual([paysNothing, pays]);
  });

  it('is the last one when all leave, one after the other', async () => {
    const { flight, upstream } = setUp();
    const replies = await joinTwo(flight, () => upstream.last.say('a'));
    const third = await flight.join(staying());
    for (const reply of [...replies, third]) reply.cancel(left);
    expect(await Promise.all([...replies, third].map(shareOf))).toEqual([paysNothing, paysNothing, pays]);
  });

  it('is still the first one when the others left before it', async () => {
    const { flight, upstream } = setUp();
    const [first, next] = await joinTwo(flight, () => upstream.last.say('a'));
    next.cancel(left);
    first.cancel(left);
    expect(await Promise.all([first, next].map(shareOf))).toEqual([pays, paysNothing]);
  });

  it('is still the first one when the others have read all there was', async () => {
    const { flight, upstream } = setUp();
    const [first, next] = await joinTwo(flight, () => upstream.last.say('a', 'END'));
    await readAll(next);
    first.cancel(left);
    expect(await Promise.all([first, next].map(shareOf))).toEqual([pays, paysNothing]);
  });

  it('is the first one when the call fails', async () => {
    const { flight, upstream } = setUp();
    const replies = await joinTwo(flight, () => upstream.last.say('a'));
    upstream.last.hangUp();
    await Promise.allSettled(replies.map(readAll));
    expect(await Promise.all(replies.map(shareOf))).toEqual([pays, paysNothing]);
  });

  it('is exactly one of those who got a reply, whatever happens', async () => {
    const step = fc.record({
      who: fc.nat(3),
      does: fc.constantFrom('join', 'join', 'read', 'read', 'leave', 'cancel', 'say', 'say', 'end', 'break', 'tick'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom('sse' as const, 'json' as const),
        fc.constantFrom(3, 100),
        async (steps, framing, maxKeptBytes) => {
          const { flight, upstream, clock } = setUp({ maxKeptBytes }, framing);
          const joined: { readonly leaving: AbortController; readonly reply: Promise<Reply | undefined> }[] = [];
          const replies: Reply[] = [];
          const readers = new Map<Reply, AsyncIterator<Uint8Array>>();
          const join = (): void => {
            const leaving = new AbortController();
            const reply = flight.join(sharer(leaving.signal)).then(
              (one) => {
                replies.push(one);
                return one;
              },
              () => undefined,
            );
            joined.push({ leaving, reply });
          };
          join();
          for (const { who, does } of steps) {
            const one = replies[who % Math.max(1, replies.length)];
            if (does === 'join' && flight.isJoinable()) join();
            if (does === 'say') upstream.last.say('a');
            if (does === 'end') upstream.last.say('END');
            if (does === 'break') upstream.last.fail(new GatewayError('upstream_broken', 'reset'));
            if (does === 'leave') joined[who % joined.length]?.leaving.abort(left);
            if (does === 'cancel') one?.cancel(left);
            if (does === 'tick') await settled();
            if (does === 'read' && one !== undefined) {
              const reader = readers.get(one) ?? readerOf(one);
              readers.set(one, reader);
              reader.next().catch(() => undefined);
            }
          }
          clock.advance(1_000);
          for (const { leaving } of joined) leaving.abort(left);
          await Promise.all(joined.map(({ reply }) => reply));
          const shares = await Promise.all(replies.map(shareOf));
          expect(shares.filter((share) => share.cache === 'miss')).toHaveLength(Math.min(1, replies.length));
          expect(shares.reduce((sum, share) => sum + share.attempts, 0)).toBe(Math.min(1, replies.length));
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('what happens to a shared call', () => {
  const observation = (id: string) => ({ kind: 'retry-budget-spent', id }) as const;

  it('is told to the one who pays', async () => {
    const { flight, upstream } = setUp();
    const [first, next] = [listener(staying().signal, 'x1'), listener(staying().signal, 'x2')];
    void flight.join(first);
    void flight.join(next);
    upstream.last.call.context.observe(observation('x1'));
    expect([first.heard, next.heard]).toEqual([[observation('x1')], []]);
  });

  it('is told to the next one, under its id, when the first has left', async () => {
    const { flight, upstream } = setUp();
    const leaving = new AbortController();
    const [first, next] = [listener(leaving.signal, 'x1'), listener(staying().signal, 'x2')];
    const joined = flight.join(first);
    void flight.join(next);
    leaving.abort(left);
    await expect(joined).rejects.toBe(left);
    const { observe } = upstream.last.call.context;
    observe(observation('x1'));
    observe({ kind: 'cache-evicted', reason: 'bytes', count: 1 });
    expect([first.heard, next.heard]).toEqual([
      [],
      [observation('x2'), { kind: 'cache-evicted', reason: 'bytes', count: 1 }],
    ]);
  });

  it('is told to the last one before it hears of its own leaving', async () => {
    const order: string[] = [];
    const { flight } = setUp({
      call: (signal, observe) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            void settled().then(() => {
              observe(observation('x1'));
              reject(signal.reason);
            });
          });
        }),
    });
    const leaving = new AbortController();
    const context = { ...sharer(leaving.signal), observe: () => void order.push('observed') };
    const joined = flight.join(context).catch(() => void order.push('rejected'));
    leaving.abort(left);
    await joined;
    expect(order).toEqual(['observed', 'rejected']);
  });
});
