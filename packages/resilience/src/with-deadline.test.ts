import { GatewayError } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { aCall, readAll, scriptedUpstream } from './__fixtures__/calls.js';
import { withDeadline } from './with-deadline.js';

const setUp = (totalMs = 1_000) => {
  const clock = createFakeClock();
  const upstream = scriptedUpstream();
  return { clock, upstream, exchange: withDeadline({ totalMs, clock })(upstream.exchange) };
};

describe('a deadline', () => {
  it('ends an exchange that has no content in time', async () => {
    const { clock, exchange } = setUp();
    const answer = exchange(aCall());
    clock.advance(1_000);
    await expect(answer).rejects.toMatchObject({ code: 'deadline_exceeded', detail: '1000 ms' });
    expect(clock.pending).toBe(0);
  });

  it('ends a stream that is still under way', async () => {
    const { clock, exchange, upstream } = setUp();
    const answer = exchange(aCall());
    upstream.last.say();
    const reply = await answer;
    clock.advance(1_000);
    await expect(readAll(reply)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await expect(reply.outcome).resolves.toMatchObject({ kind: 'failed', cause: { code: 'deadline_exceeded' } });
  });

  it.each([
    ['shorter', 200, '200 ms'],
    ['longer', 5_000, '1000 ms'],
  ])('follows the call when it asks for a %s one', async (_, timeoutMs, detail) => {
    const { clock, exchange } = setUp();
    const answer = exchange(aCall({}, { timeoutMs }));
    clock.advance(1_000);
    await expect(answer).rejects.toMatchObject({ detail });
  });

  it('tells those below when it ends', async () => {
    const { clock, exchange, upstream } = setUp();
    clock.advance(5_000);
    void exchange(aCall({}, { timeoutMs: 300 }));
    expect(upstream.last.call.context.deadlineAtMs).toBe(5_300);
  });

  it.each([
    ['a nearer', 400, 400],
    ['a farther', 4_000, 1_000],
  ])('keeps the nearest: %s one was there', (_, deadlineAtMs, expected) => {
    const { exchange, upstream } = setUp();
    void exchange(aCall({}, { deadlineAtMs }));
    expect(upstream.last.call.context.deadlineAtMs).toBe(expected);
  });

  it('is over when the reply is', async () => {
    const { clock, exchange, upstream } = setUp();
    const answer = exchange(aCall());
    upstream.last.say();
    upstream.last.finish();
    const reply = await answer;
    expect(await readAll(reply)).toBe(2);
    await reply.outcome;
    expect(clock.pending).toBe(0);
  });

  it('is over when the exchange fails', async () => {
    const { clock, exchange, upstream } = setUp();
    const answer = exchange(aCall());
    upstream.last.fail(new GatewayError('internal', 'x'));
    await expect(answer).rejects.toMatchObject({ code: 'internal' });
    expect(clock.pending).toBe(0);
  });

  it('passes on that the client has left', async () => {
    const { exchange } = setUp();
    const client = new AbortController();
    const answer = exchange(aCall({}, { signal: client.signal }));
    client.abort(new GatewayError('client_aborted', 'gone'));
    await expect(answer).rejects.toMatchObject({ code: 'client_aborted' });
  });
});
