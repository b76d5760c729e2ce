import { GatewayError } from '@claudette/core';
import type { Reply, Target } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { aCall, callWithoutTarget, readAll, scriptedUpstream } from './__fixtures__/calls.js';
import { withAttemptTimeout } from './with-attempt-timeout.js';

const setUp = (framing?: Reply['framing']) => {
  const clock = createFakeClock();
  const upstream = scriptedUpstream(framing);
  const timeoutsFor = () => ({ firstContentMs: 100, idleMs: 50, totalMs: 1_000 });
  return { clock, upstream, exchange: withAttemptTimeout({ timeoutsFor, clock })(upstream.exchange) };
};

const wholeCall = () => aCall({ request: { ...aCall().request, stream: false } });

const committed = async ({ exchange, upstream }: ReturnType<typeof setUp>): Promise<AsyncIterator<Uint8Array>> => {
  const answer = exchange(aCall());
  upstream.last.say();
  const reader = (await answer).bytes[Symbol.asyncIterator]();
  await reader.next();
  return reader;
};

describe('the timeout of an attempt', () => {
  it('ends a stream without content in time', async () => {
    const { clock, exchange } = setUp();
    const answer = exchange(aCall());
    clock.advance(100);
    await expect(answer).rejects.toMatchObject({
      code: 'upstream_timeout',
      detail: 'claude/opus gave no content within 100 ms',
      fault: { backend: 'claude' },
    });
    expect(clock.pending).toBe(0);
  });

  it('gives a whole reply its total time', async () => {
    const { clock, exchange } = setUp('json');
    const answer = exchange(wholeCall());
    clock.advance(999);
    clock.advance(1);
    await expect(answer).rejects.toMatchObject({ detail: 'claude/opus gave no whole answer within 1000 ms' });
  });

  it.each([
    ['a stream', true, 40, 'claude/opus gave no content within 40 ms, its share of the time that is left'],
    [
      'a whole reply',
      false,
      300.4,
      'claude/opus gave no whole answer within 300 ms, its share of the time that is left',
    ],
  ])('gives %s no more than its share of the time that is left', async (_, stream, commitWithinMs, detail) => {
    const { clock, exchange } = setUp();
    const answer = exchange(aCall({ commitWithinMs, request: { ...aCall().request, stream } }));
    clock.advance(commitWithinMs);
    await expect(answer).rejects.toMatchObject({ code: 'upstream_timeout', detail });
  });

  it('is not prolonged by a share that is longer', async () => {
    const { clock, exchange } = setUp();
    const answer = exchange(aCall({ commitWithinMs: 5_000 }));
    clock.advance(100);
    await expect(answer).rejects.toMatchObject({ detail: 'claude/opus gave no content within 100 ms' });
  });

  it('does not end a stream that has begun within its share', async () => {
    const { clock, exchange, upstream } = setUp();
    const answer = exchange(aCall({ commitWithinMs: 40 }));
    upstream.last.say();
    const reply = await answer;
    clock.advance(1_000);
    upstream.last.finish();
    expect(await readAll(reply)).toBe(2);
  });

  it('hands on a whole reply as it is', async () => {
    const { clock, exchange, upstream } = setUp('json');
    const answer = exchange(wholeCall());
    upstream.last.finish();
    expect(await readAll(await answer)).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('asks for the timeouts of the target that is called', async () => {
    const clock = createFakeClock();
    const upstream = scriptedUpstream();
    const asked: string[] = [];
    const timeoutsFor = ({ model }: Target) => {
      asked.push(model);
      return { firstContentMs: 1, idleMs: 1, totalMs: 1 };
    };
    const answer = withAttemptTimeout({ timeoutsFor, clock })(upstream.exchange)(aCall());
    upstream.last.finish();
    await answer;
    expect(asked).toEqual(['opus']);
  });

  it('does not end a long stream that keeps coming', async () => {
    const run = setUp();
    const reader = await committed(run);
    for (let gap = 0; gap < 100; gap += 1) {
      const read = reader.next();
      run.clock.advance(49);
      run.upstream.last.say();
      expect((await read).done).toBe(false);
    }
  });

  it('ends a stream at a gap', async () => {
    const run = setUp();
    const reader = await committed(run);
    const read = reader.next();
    run.clock.advance(50);
    await expect(read).rejects.toMatchObject({
      code: 'upstream_timeout',
      detail: 'claude/opus sent nothing for 50 ms',
      fault: { backend: 'claude' },
    });
    expect(run.clock.pending).toBe(0);
  });

  it('counts a gap from the read, whenever the last one was', async () => {
    const run = setUp();
    const reader = await committed(run);
    run.clock.advance(30);
    const read = reader.next();
    run.clock.advance(49);
    run.upstream.last.say();
    expect((await read).done).toBe(false);
  });

  it('does not take a slow reader for a stalled backend', async () => {
    const run = setUp();
    const reader = await committed(run);
    await run.clock.advanceAsync(60_000);
    run.upstream.last.say();
    expect((await reader.next()).done).toBe(false);
  });

  it('passes on what breaks the stream, and does not count the time after it', async () => {
    const run = setUp();
    const reader = await committed(run);
    run.upstream.last.fail(new GatewayError('upstream_broken', 'cut'));
    await expect(reader.next()).rejects.toMatchObject({ code: 'upstream_broken' });
    expect(run.clock.pending).toBe(0);
  });

  it('starts no timer for reads after the end', async () => {
    const run = setUp();
    const reader = await committed(run);
    run.upstream.last.finish();
    await reader.next();
    await reader.next();
    expect(run.clock.pending).toBe(0);
  });

  it('cancels the attempt when the reader leaves', async () => {
    const { exchange, upstream } = setUp();
    const answer = exchange(aCall());
    upstream.last.say();
    const reply = await answer;
    await reply.bytes[Symbol.asyncIterator]().return?.();
    await expect(reply.outcome).resolves.toMatchObject({ kind: 'abandoned' });
  });

  it('passes on that the exchange was aborted', async () => {
    const { exchange } = setUp();
    const client = new AbortController();
    const answer = exchange(aCall({}, { signal: client.signal }));
    client.abort(new GatewayError('deadline_exceeded', '1 ms'));
    await expect(answer).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  it('lets calls without a target pass', async () => {
    const { clock, exchange, upstream } = setUp();
    const call = callWithoutTarget();
    const answer = exchange(call);
    expect(clock.pending).toBe(0);
    upstream.last.finish();
    await answer;
  });
});
