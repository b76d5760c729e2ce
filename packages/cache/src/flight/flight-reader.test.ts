import { describe, expect, it } from '@jest/globals';

import { GatewayError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

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
import { readAll, settled, usage } from '../__fixtures__/upstream.js';
import { createFlight } from './flight.js';

const codeOf = (code: GatewayErrorCode) => expect.objectContaining({ code });

describe('the outcome of a reader', () => {
  it('is known before its last chunk is handed over', async () => {
    const { flight, upstream } = setUp();
    const replies = await joinTwo(flight, () => upstream.last.say('a', 'END'));
    const order = replies.map(async (reply) => {
      const events: string[] = [];
      void reply.outcome.then(({ kind }) => events.push(kind));
      const reader = readerOf(reply);
      for (let step = await reader.next(); step.done !== true; step = await reader.next()) events.push(textOf(step));
      return events;
    });
    expect(await Promise.all(order)).toEqual([
      ['a', 'complete', 'END'],
      ['a', 'complete', 'END'],
    ]);
  });

  it('is not known to a slow reader before its own last chunk', async () => {
    const { flight, upstream } = setUp();
    const [fast, slow] = await joinTwo(flight, () => upstream.last.say('a', 'b', 'END'));
    let known = false;
    void slow.outcome.then(() => (known = true));
    await readerOf(slow).next();
    await readAll(fast);
    await settled();
    expect(known).toBe(false);
  });

  it('is not known to a reader that waits between the last two chunks', async () => {
    const { flight, upstream } = setUp();
    const [fast, slow] = await joinTwo(flight, () => upstream.last.say('a', 'END'));
    let known = false;
    void slow.outcome.then(() => (known = true));
    await readerOf(slow).next();
    await readAll(fast);
    await settled();
    expect(known).toBe(false);
  });

  it('carries what the provider counted', async () => {
    const { flight, upstream } = setUp();
    const [, follower] = await joinTwo(flight, () => upstream.last.say('a', 'END'));
    await readAll(follower);
    expect(await follower.outcome).toEqual({ kind: 'complete', usage, finishReason: 'stop', receivedBytes: 4 });
  });

  it('is known at once for a whole JSON reply', async () => {
    const { flight, upstream } = setUp({}, 'json');
    const [leader, follower] = await joinTwo(flight, () => upstream.last.say('END'));
    expect(await Promise.all([leader.outcome, follower.outcome])).toMatchObject([
      { kind: 'complete' },
      { kind: 'complete' },
    ]);
  });

  it('is known at once to one who joins a finished JSON reply', async () => {
    const { flight, upstream } = setUp({ maxKeptBytes: 3 }, 'json');
    const first = flight.join(staying());
    upstream.last.say('END');
    await first;
    expect(await (await flight.join(staying())).outcome).toMatchObject({ kind: 'complete' });
  });

  it('is the failure of the stream for everybody', async () => {
    const { flight, upstream } = setUp();
    const replies = await joinTwo(flight, () => upstream.last.say('a'));
    const reads = replies.map(readAll);
    upstream.last.hangUp();
    expect(await Promise.allSettled(reads)).toEqual([
      { status: 'rejected', reason: codeOf('stream_broken') },
      { status: 'rejected', reason: codeOf('stream_broken') },
    ]);
    expect(await Promise.all(replies.map(({ outcome }) => outcome))).toMatchObject([
      { kind: 'failed' },
      { kind: 'failed' },
    ]);
  });

  it('is the failure also for one who was not reading when it happened', async () => {
    const { flight, upstream } = setUp();
    const [fast, idle] = await joinTwo(flight, () => upstream.last.say('a'));
    const reader = readerOf(idle);
    await reader.next();
    const reading = readAll(fast);
    upstream.last.hangUp();
    await expect(reading).rejects.toMatchObject({ code: 'stream_broken' });
    expect(await idle.outcome).toMatchObject({ kind: 'failed' });
    await expect(reader.next()).rejects.toMatchObject({ code: 'stream_broken' });
    await expect(reader.next()).rejects.toMatchObject({ code: 'stream_broken' });
  });

  it('waits for a reply that says how it ended after its last byte', async () => {
    let tell: (() => void) | undefined;
    const flight = createFlight({
      call: async () => {
        const plain = await createUpstreamReply('END');
        const outcome = plain.outcome.then((how) => new Promise<typeof how>((resolve) => (tell = () => resolve(how))));
        return { ...plain, outcome };
      },
      clock: createFakeClock(),
      totalMs: 1_000,
      maxKeptBytes: 100,
      onEnd: () => undefined,
    });
    const reply = await flight.join(staying());
    const reader = readerOf(reply);
    await reader.next();
    expect(await reader.next()).toMatchObject({ done: true });
    expect(await reader.next()).toMatchObject({ done: true });
    tell?.();
    expect(await reply.outcome).toMatchObject({ kind: 'complete' });
  });
});

describe('a reader that leaves', () => {
  it('cancels nothing while another one reads', async () => {
    const { flight, upstream } = setUp();
    const [leader, follower] = await joinTwo(flight, () => upstream.last.say('a'));
    leader.cancel(left);
    upstream.last.say('END');
    expect(await readAll(follower)).toEqual(['a', 'END']);
    expect(upstream.last.cancelled).toBe(false);
  });

  it('has abandoned its reply', async () => {
    const { flight, upstream } = setUp();
    const [leader] = await joinTwo(flight, () => upstream.last.say('a'));
    leader.cancel(left);
    expect(await leader.outcome).toMatchObject({ kind: 'abandoned', cause: left });
  });

  it('has failed when a deadline made it leave', async () => {
    const { flight, upstream } = setUp();
    const [leader] = await joinTwo(flight, () => upstream.last.say('a'));
    leader.cancel(new GatewayError('deadline_exceeded', '5 ms'));
    expect(await leader.outcome).toMatchObject({ kind: 'failed' });
  });

  it('knows what the provider counted when that had finished', async () => {
    const { flight, upstream } = setUp();
    const [fast, slow] = await joinTwo(flight, () => upstream.last.say('a', 'END'));
    await readAll(fast);
    slow.cancel(left);
    expect(await slow.outcome).toMatchObject({ kind: 'abandoned', usage, finishReason: 'stop' });
  });

  it('leaves when its own signal aborts', async () => {
    const { flight, upstream } = setUp();
    const leaving = new AbortController();
    const joined = [flight.join(sharer(leaving.signal)), flight.join(staying())] as const;
    upstream.last.say('a');
    const leader = await joined[0];
    leaving.abort(left);
    expect(await leader.outcome).toMatchObject({ kind: 'abandoned' });
    expect(upstream.last.cancelled).toBe(false);
  });

  it('leaves when it stops reading', async () => {
    const { flight, upstream } = setUp();
    const [leader] = await joinTwo(flight, () => upstream.last.say('a', 'b'));
    for await (const chunk of leader.bytes) {
      expect(chunk).toHaveLength(1);
      break;
    }
    expect(await leader.outcome).toMatchObject({ kind: 'abandoned' });
  });

  it('is not kept waiting for a chunk', async () => {
    const { flight, upstream } = setUp();
    const [leader, follower] = await joinTwo(flight, () => upstream.last.say('a'));
    const reader = readerOf(leader);
    await reader.next();
    const pending = reader.next();
    leader.cancel(left);
    await expect(pending).rejects.toBe(left);
    await expect(reader.next()).rejects.toBe(left);
    upstream.last.say('END');
    expect(await readAll(follower)).toEqual(['a', 'END']);
  });

  it('cancels the upstream call when it is the last one', async () => {
    const { flight, upstream, ends } = setUp();
    const [leader, follower] = await joinTwo(flight, () => upstream.last.say('a'));
    leader.cancel(left);
    follower.cancel(left);
    expect(await follower.outcome).toMatchObject({ kind: 'abandoned' });
    expect(upstream.last.cancelled).toBe(true);
    expect(ends).toEqual([undefined]);
  });

  it('has missed nothing when it leaves as the last one after the last word of the provider', async () => {
    const { flight, upstream, ends } = setUp();
    const leader = flight.join(staying());
    upstream.last.say('a', 'FINISH');
    const reply = await leader;
    const reader = readerOf(reply);
    await reader.next();
    await reader.next();
    reply.cancel(left);
    expect(await reply.outcome).toMatchObject({ kind: 'complete' });
    expect(await reader.next()).toMatchObject({ done: true });
    expect(ends).toEqual([undefined]);
  });

  it('cancels the upstream call also when it has chunks unread', async () => {
    const { flight, upstream } = setUp();
    const [leader, follower] = await joinTwo(flight, () => upstream.last.say('a', 'b'));
    const reader = readerOf(leader);
    await reader.next();
    await reader.next();
    leader.cancel(left);
    follower.cancel(left);
    expect(await follower.outcome).toMatchObject({ kind: 'abandoned' });
    expect(upstream.last.cancelled).toBe(true);
  });

  it('changes nothing by leaving again', async () => {
    const { flight, upstream } = setUp();
    const [leader] = await joinTwo(flight, () => upstream.last.say('END'));
    await readAll(leader);
    leader.cancel(left);
    expect(await leader.outcome).toMatchObject({ kind: 'complete' });
  });
});

describe('a reader that the others have left far behind', () => {
  const large = 'x'.repeat(600_000);
  const leaveBehind = async () => {
    const setUpBoth = setUp();
    const [fast, slow] = await joinTwo(setUpBoth.flight, () => setUpBoth.upstream.last.say(large, large, large, 'END'));
    const reader = readerOf(slow);
    await reader.next();
    await readAll(fast);
    return { ...setUpBoth, fast, slow, reader };
  };

  it('fails, and never takes the end of the others for its own', async () => {
    const { slow, reader } = await leaveBehind();
    expect(await slow.outcome).toMatchObject({ kind: 'failed', cause: codeOf('stream_broken') });
    await expect(reader.next()).rejects.toMatchObject({ code: 'stream_broken' });
  });

  it('does not hold the others', async () => {
    const { fast } = await leaveBehind();
    expect(await fast.outcome).toMatchObject({ kind: 'complete', receivedBytes: 1_800_003 });
  });

  it('is paid for by the next one, where it was the first', async () => {
    const { flight, upstream } = setUp();
    const [slow, fast] = await joinTwo(flight, () => upstream.last.say(large, large, large, 'END'));
    await readAll(fast);
    expect([(await slow.outcome).share, (await fast.outcome).share]).toEqual([
      { cache: 'coalesced', attempts: 0 },
      { cache: 'miss', attempts: 1 },
    ]);
  });
});
