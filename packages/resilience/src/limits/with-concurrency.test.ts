import { GatewayError } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { aCall, callWithoutTarget, readAll, scriptedUpstream, target } from '../__fixtures__/calls.js';
import { createConcurrencyLimits } from './with-concurrency.js';

const NAME = 'claude/opus';

const setUp = (initial: number | null, maxQueue = 10) => {
  const clock = createFakeClock();
  const upstream = scriptedUpstream();
  const setting = { limit: initial };
  const limits = createConcurrencyLimits({ limitFor: () => setting.limit, maxQueue, queueTimeoutMs: 500, clock });
  return { clock, upstream, setting, limits, exchange: limits.withConcurrency(upstream.exchange) };
};

describe('a concurrency limit', () => {
  it('holds a call back until a reply has ended', async () => {
    const { exchange, limits, upstream, clock } = setUp(1);
    const first = exchange(aCall());
    const second = exchange(aCall());
    expect(upstream.attempts).toHaveLength(1);
    expect(limits.queued().get(NAME)).toBe(1);
    upstream.last.say();
    const reply = await first;
    expect(upstream.attempts).toHaveLength(1);
    upstream.last.finish();
    await readAll(reply);
    await clock.advanceAsync(0);
    expect(upstream.attempts).toHaveLength(2);
    upstream.last.finish();
    await readAll(await second);
    expect(limits.inFlight().get(NAME)).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('lets the next call in when one fails', async () => {
    const { exchange, upstream, clock, limits } = setUp(1);
    const first = exchange(aCall());
    void exchange(aCall());
    upstream.last.fail(new GatewayError('upstream_failed', 'x'));
    await expect(first).rejects.toMatchObject({ code: 'upstream_failed' });
    await clock.advanceAsync(0);
    expect(upstream.attempts).toHaveLength(2);
    expect(limits.inFlight().get(NAME)).toBe(1);
  });

  it('lets calls in in the order they came', async () => {
    const { exchange, upstream, clock } = setUp(1);
    const ids = ['a', 'b', 'c'];
    for (const id of ids) void exchange(aCall({}, { id })).then(readAll);
    for (let turn = 0; turn < ids.length; turn += 1) {
      upstream.last.finish();
      await clock.advanceAsync(0);
    }
    expect(upstream.attempts.map(({ call }) => call.context.id)).toEqual(ids);
  });

  it('refuses a call that finds the queue full', async () => {
    const { exchange } = setUp(1, 1);
    void exchange(aCall());
    void exchange(aCall());
    await expect(exchange(aCall())).rejects.toMatchObject({ code: 'target_busy', detail: NAME });
  });

  it('refuses a call that has waited too long', async () => {
    const { exchange, clock, limits } = setUp(1);
    void exchange(aCall());
    const waiting = exchange(aCall());
    clock.advance(500);
    await expect(waiting).rejects.toMatchObject({ code: 'target_busy' });
    expect(limits.queued().get(NAME)).toBe(0);
  });

  it('forgets a waiting call that is aborted', async () => {
    const { exchange, clock, limits } = setUp(1);
    const client = new AbortController();
    void exchange(aCall());
    const waiting = exchange(aCall({}, { signal: client.signal }));
    client.abort(new GatewayError('client_aborted', 'gone'));
    await expect(waiting).rejects.toMatchObject({ code: 'client_aborted' });
    expect(limits.queued().get(NAME)).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('does not queue a call that is already aborted', async () => {
    const { exchange, limits } = setUp(1);
    void exchange(aCall());
    const signal = AbortSignal.abort(new GatewayError('client_aborted', 'gone'));
    await expect(exchange(aCall({}, { signal }))).rejects.toMatchObject({ code: 'client_aborted' });
    expect(limits.queued().get(NAME)).toBe(0);
  });

  it('that was raised lets several waiting calls in at once', async () => {
    const { exchange, upstream, clock, setting } = setUp(1);
    const first = exchange(aCall());
    for (let i = 0; i < 4; i += 1) void exchange(aCall());
    setting.limit = 3;
    upstream.last.finish();
    await readAll(await first);
    await clock.advanceAsync(0);
    expect(upstream.attempts).toHaveLength(1 + 3);
  });

  it('of null holds nobody back, and still counts', () => {
    const { exchange, upstream, limits } = setUp(null, 0);
    for (let i = 0; i < 5; i += 1) void exchange(aCall());
    expect(upstream.attempts).toHaveLength(5);
    expect(limits.inFlight().get(NAME)).toBe(5);
  });

  it('counts each target by itself', () => {
    const { exchange, limits } = setUp(null);
    const other = { ...target, model: 'haiku' };
    void exchange(aCall());
    void exchange(aCall());
    void exchange(aCall({ target: other }));
    expect([limits.inFlightOf(target), limits.inFlightOf({ ...other })]).toEqual([2, 1]);
    expect(limits.inFlight()).toEqual(
      new Map([
        [NAME, 2],
        ['claude/haiku', 1],
      ]),
    );
  });

  it('knows of nothing in flight where nothing was sent', () => {
    const { exchange, limits } = setUp(null);
    expect(limits.inFlightOf(target)).toBe(0);
    void exchange(aCall());
    expect(limits.inFlightOf({ ...target, model: 'haiku' })).toBe(0);
    expect([...limits.inFlight().keys()]).toEqual([NAME]);
  });

  it('does not concern calls without a target', () => {
    const { exchange, upstream, limits } = setUp(1, 0);
    const call = callWithoutTarget();
    void exchange(call);
    void exchange(call);
    expect(upstream.attempts).toHaveLength(2);
    expect(limits.inFlight().size).toBe(0);
  });
});
