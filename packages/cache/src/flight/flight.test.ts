import { describe, expect, it } from '@jest/globals';

import { GatewayError } from '@claudette/core';
import type { GatewayErrorCode, Reply } from '@claudette/core';

import {
  createUpstreamReply,
  joinTwo,
  left,
  readerOf,
  setUpFlight as setUp,
  sharer,
  staying,
  textOf,
} from '../__fixtures__/flights.js';
import { readAll, settled } from '../__fixtures__/upstream.js';

const codeOf = (code: GatewayErrorCode) => expect.objectContaining({ code });

describe('a flight', () => {
  it('gives every reader the whole stream', async () => {
    const { flight, upstream } = setUp();
    const replies = await joinTwo(flight, () => upstream.last.say('a', 'b', 'END'));
    expect(await Promise.all(replies.map(readAll))).toEqual([
      ['a', 'b', 'END'],
      ['a', 'b', 'END'],
    ]);
  });

  it('calls upstream once', async () => {
    const { flight, upstream } = setUp();
    await joinTwo(flight, () => upstream.last.say('END'));
    expect(upstream.calls).toHaveLength(1);
  });

  it('says who led and who followed', async () => {
    const { flight, upstream } = setUp();
    const [leader, follower] = await joinTwo(flight, () => upstream.last.say('a'));
    expect([leader.cache, leader.attempts, follower.cache, follower.attempts]).toEqual(['miss', 1, 'coalesced', 0]);
  });

  it('shows a newcomer the stream from its start while it runs', async () => {
    const { flight, upstream } = setUp();
    const leader = flight.join(staying());
    upstream.last.say('a', 'b');
    const leading = readerOf(await leader);
    await leading.next();
    await leading.next();
    const follower = await flight.join(staying());
    upstream.last.say('END');
    expect(await readAll(follower)).toEqual(['a', 'b', 'END']);
  });

  it('pulls only what the fastest reader asks for', async () => {
    const { flight, upstream } = setUp();
    const [leader] = await joinTwo(flight, () => upstream.last.say('a', 'b', 'END'));
    expect(textOf(await readerOf(leader).next())).toBe('a');
    await settled();
    let known = false;
    void leader.outcome.then(() => (known = true));
    await settled();
    expect(known).toBe(false);
  });

  it('refuses a second read', async () => {
    const { flight, upstream } = setUp();
    const [leader] = await joinTwo(flight, () => upstream.last.say('END'));
    readerOf(leader);
    expect(() => readerOf(leader)).toThrow('A reply is read once');
  });

  it('gives a whole JSON reply in one piece, once, also to one who cancels it too late', async () => {
    const { flight, upstream } = setUp({}, 'json');
    const [leader, follower] = await joinTwo(flight, () => upstream.last.say('PREAMBLE', 'END'));
    leader.cancel(left);
    expect([await readAll(leader), await readAll(follower)]).toEqual([['PREAMBLEEND'], ['PREAMBLEEND']]);
    expect(await leader.outcome).toMatchObject({ kind: 'complete' });
    expect(() => readerOf(leader)).toThrow('A reply is read once');
  });

  it('leaves no timer behind', async () => {
    const { flight, upstream, clock } = setUp();
    const [leader] = await joinTwo(flight, () => upstream.last.say('a', 'END'));
    expect(clock.pending).toBe(1);
    await readAll(leader);
    expect(clock.pending).toBe(0);
  });
});

describe('a reply that was paid for elsewhere', () => {
  it('is paid for by nobody here, whoever leaves', async () => {
    const { flight } = setUp({
      call: async () => ({ ...(await createUpstreamReply('a', 'END')), cache: 'coalesced', attempts: 0 }),
    });
    const [first, next] = await Promise.all([flight.join(staying()), flight.join(staying())]);
    first.cancel(left);
    await readAll(next);
    const shared = { cache: 'coalesced', attempts: 0 };
    expect([first, next]).toMatchObject([shared, shared]);
    expect([(await first.outcome).share, (await next.outcome).share]).toEqual([undefined, undefined]);
  });
});

describe('before the commit', () => {
  it('the leader may leave while a follower waits', async () => {
    const { flight, upstream } = setUp();
    const leaving = new AbortController();
    const leader = flight.join(sharer(leaving.signal));
    const follower = flight.join(staying());
    leaving.abort(left);
    await expect(leader).rejects.toBe(left);
    upstream.last.say('END');
    expect(await readAll(await follower)).toEqual(['END']);
  });

  it('the last one to leave aborts the call', async () => {
    const { flight, upstream, ends } = setUp();
    const leaving = new AbortController();
    const leader = flight.join(sharer(leaving.signal));
    leaving.abort(left);
    await expect(leader).rejects.toBe(left);
    expect(upstream.last.call.context.signal.reason).toBe(left);
    expect([flight.isJoinable(), ends]).toEqual([false, [undefined]]);
  });

  it('a call that ignores its abort is cancelled when it answers', async () => {
    let answer: ((reply: Reply) => void) | undefined;
    const { flight } = setUp({ call: () => new Promise((resolve) => (answer = resolve)) });
    const leaving = new AbortController();
    const leader = flight.join(sharer(leaving.signal));
    leaving.abort(left);
    const late = await createUpstreamReply('a');
    answer?.(late);
    await expect(leader).rejects.toBe(left);
    expect(await late.outcome).toMatchObject({ kind: 'abandoned', cause: left });
  });

  it('a fault reaches everybody who waits', async () => {
    const { flight, upstream, ends } = setUp();
    const joined = [flight.join(staying()), flight.join(staying())];
    upstream.last.fail(new GatewayError('upstream_broken', 'reset'));
    expect(await Promise.allSettled(joined)).toEqual([
      { status: 'rejected', reason: codeOf('upstream_broken') },
      { status: 'rejected', reason: codeOf('upstream_broken') },
    ]);
    expect(ends).toEqual([undefined]);
  });
});

describe('the deadline of a flight', () => {
  it('ends a stream with an error', async () => {
    const { flight, upstream, clock } = setUp();
    const [leader] = await joinTwo(flight, () => upstream.last.say('a'));
    const reading = readAll(leader);
    await settled();
    clock.advance(1_000);
    await expect(reading).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(await leader.outcome).toMatchObject({ kind: 'failed', cause: codeOf('deadline_exceeded') });
  });

  it('ends a call that does not answer', async () => {
    const { flight, clock } = setUp();
    const leader = flight.join(staying());
    clock.advance(1_000);
    await expect(leader).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });
});

describe('what a flight keeps', () => {
  it('is handed over when the reply is complete', async () => {
    const { flight, upstream, ends } = setUp();
    const [leader] = await joinTwo(flight, () => upstream.last.say('a', 'b', 'END'));
    await readAll(leader);
    expect(ends).toMatchObject([{ outcome: { kind: 'complete' }, bytes: new TextEncoder().encode('abEND') }]);
  });

  it('is handed over although the only reader left after the last word', async () => {
    const { flight, upstream, ends } = setUp();
    const leader = flight.join(staying());
    upstream.last.say('PREAMBLE', 'END');
    (await leader).cancel(left);
    expect(ends).toMatchObject([{ bytes: new TextEncoder().encode('PREAMBLEEND') }]);
  });

  it('comes with the pace of a stream, and with when the call started', async () => {
    const { flight, upstream, ends, clock } = setUp();
    clock.advance(100);
    const joined = flight.join(staying());
    clock.advance(200);
    upstream.last.say('a');
    const reader = readerOf(await joined);
    await reader.next();
    upstream.last.say('bb');
    clock.advance(30);
    await reader.next();
    upstream.last.say('END');
    clock.advance(5);
    await reader.next();
    await settled();
    expect(ends).toMatchObject([{ pace: [1, 300, 2, 30, 3, 5], startedAt: 0, durationMs: 335 }]);
  });

  it('has no pace when it came whole', async () => {
    const { flight, upstream, ends } = setUp({}, 'json');
    const joined = flight.join(staying());
    upstream.last.say('END');
    await joined;
    expect(ends).toMatchObject([{ pace: undefined }]);
  });

  it('is not handed over when the reply failed', async () => {
    const { flight, upstream, ends } = setUp();
    const [leader] = await joinTwo(flight, () => upstream.last.say('a'));
    upstream.last.hangUp();
    await expect(readAll(leader)).rejects.toMatchObject({ code: 'stream_broken' });
    expect(ends).toEqual([undefined]);
  });

  it('is not handed over when it is larger than allowed', async () => {
    const { flight, upstream, ends } = setUp({ maxKeptBytes: 4 });
    const [leader, follower] = await joinTwo(flight, () => upstream.last.say('aa', 'bb', 'END'));
    expect(await readAll(leader)).toEqual(['aa', 'bb', 'END']);
    expect(await readAll(follower)).toEqual(['aa', 'bb', 'END']);
    expect(ends).toEqual([undefined]);
  });

  it('cannot be joined once it is larger than allowed', async () => {
    const { flight, upstream } = setUp({ maxKeptBytes: 1 });
    const [leader] = await joinTwo(flight, () => upstream.last.say('a', 'b', 'c'));
    const reader = readerOf(leader);
    await reader.next();
    expect(flight.isJoinable()).toBe(true);
    await reader.next();
    expect(flight.isJoinable()).toBe(false);
  });
});
