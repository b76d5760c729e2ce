import { GatewayError } from '@claudette/core';
import type { UpstreamError } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { fault, SLOW_MS, startBreakers, WINDOW_MS } from '../__fixtures__/breaker-run.js';
import { aCall, readAll, target } from '../__fixtures__/calls.js';

describe('a closed circuit', () => {
  it('hands a reply on before its outcome is known', async () => {
    const run = startBreakers();
    const reply = await run.begin();
    expect(run.snapshot()).toMatchObject({ calls: 0 });
    run.upstream.last.finish();
    expect(await readAll(reply)).toBe(2);
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 1, failureRate: 0 });
  });

  it('opens when the failure rate is reached', async () => {
    const run = startBreakers();
    await run.succeed();
    await run.succeed();
    await run.fail();
    expect(run.state()).toBe('closed');
    await run.fail();
    expect(run.changes()).toEqual([['open', '2 of 4 calls failed']]);
  });

  it('counts a stream that breaks after its first content', async () => {
    const run = startBreakers({ volume: 1 });
    const reply = await run.begin();
    run.upstream.last.fail(fault('upstream_broken'));
    await expect(readAll(reply)).rejects.toMatchObject({ code: 'upstream_broken' });
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'open', failureClass: 'connection' });
  });

  it.each<[string, GatewayError]>([
    ['a client that leaves', new GatewayError('client_aborted', 'x')],
    ['a hedge that lost', new GatewayError('superseded', 'x')],
    ['a busy target', new GatewayError('target_busy', 'x')],
    ['a limit of our own', new GatewayError('backend_limit_reached', 'x')],
    ['a used-up budget', new GatewayError('deadline_exceeded', 'x')],
    ['an error that is not ours', new GatewayError('internal', 'x')],
  ])('takes no notice of %s', async (_, error) => {
    const run = startBreakers({ volume: 1 });
    await run.fail(error);
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
  });

  it.each<[string, GatewayError]>([
    ['a refused request', fault('upstream_rejected', { status: 400 })],
    ['a rate limit', fault('upstream_rate_limited', { status: 429 })],
  ])('takes %s for a sign of life', async (_, error) => {
    const run = startBreakers({ volume: 1 });
    await run.fail(error);
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 1, failureRate: 0 });
  });

  it('does not blame the target for a reader that leaves', async () => {
    const run = startBreakers({ volume: 1 });
    const reply = await run.begin();
    reply.cancel(new GatewayError('client_aborted', 'gone'));
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 1, failureRate: 0 });
  });

  it('does not blame the target for a caller without patience', async () => {
    const run = startBreakers({ volume: 1 });
    await run.fail(fault('upstream_timeout'), { commitWithinMs: SLOW_MS - 1 });
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
  });

  it.each<[string, UpstreamError, number]>([
    ['waited long enough', fault('upstream_timeout'), SLOW_MS],
    ['was told so by the backend', fault('upstream_timeout', { status: 504 }), 10],
  ])('blames the target for a time-out when the caller %s', async (_, error, commitWithinMs) => {
    const run = startBreakers({ volume: 1 });
    await run.fail(error, { commitWithinMs });
    expect(run.state()).toBe('open');
  });

  it('is not diluted by calls under way', async () => {
    const run = startBreakers();
    for (let i = 0; i < 20; i += 1) await run.begin();
    await run.failTimes(4);
    expect(run.state()).toBe('open');
  });

  it('forgets what happened before its window', async () => {
    const run = startBreakers();
    await run.failTimes(3);
    await run.clock.advanceAsync(WINDOW_MS + 1);
    await run.fail();
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 1 });
  });
});

describe('slow streams', () => {
  const hang = async (run: ReturnType<typeof startBreakers>, times: number): Promise<void> => {
    for (let i = 0; i < times; i += 1) void run.exchange(aCall()).catch(() => undefined);
    await run.clock.advanceAsync(SLOW_MS);
  };

  it('open the circuit when their first content comes late', async () => {
    const run = startBreakers();
    await hang(run, 4);
    for (const attempt of run.upstream.attempts) attempt.say();
    await run.settle();
    expect(run.snapshot()).toMatchObject({
      ...{ state: 'open', slowRate: 1, failureClass: 'timeout' },
      reason: '4 of 4 streams gave no content within 5000 ms',
    });
  });

  it('are noticed by the next call while they hang', async () => {
    const run = startBreakers();
    await hang(run, 4);
    expect(run.state()).toBe('closed');
    void run.exchange(aCall()).catch(() => undefined);
    expect(run.changes()[0]).toEqual(['open', '4 of 4 streams gave no content within 5000 ms']);
  });

  it('are not counted twice', async () => {
    const run = startBreakers({ slowCallRate: 1 });
    await hang(run, 3);
    for (const attempt of run.upstream.attempts) attempt.say();
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'closed', slowRate: 1 });
    for (const attempt of run.upstream.attempts) attempt.finish();
    await run.settle();
    expect(run.state()).toBe('closed');
  });

  it('are not what takes long after its first content', async () => {
    const run = startBreakers({ volume: 1 });
    const reply = await run.begin();
    await run.clock.advanceAsync(10 * SLOW_MS);
    run.upstream.last.finish();
    await readAll(reply);
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'closed', slowRate: 0, calls: 1 });
  });

  it('are not whole replies, however long they take', async () => {
    const run = startBreakers({ volume: 1 });
    const whole = { request: { ...aCall().request, stream: false } };
    const answer = run.exchange(aCall(whole));
    await run.clock.advanceAsync(10 * SLOW_MS);
    const reply = await run.begin(whole);
    run.upstream.attempts.forEach((attempt) => attempt.say());
    run.upstream.attempts.forEach((attempt) => attempt.finish());
    await readAll(reply);
    await readAll(await answer);
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'closed', slowRate: 0, calls: 2 });
  });

  it('have no say after a trip that they were not the cause of', async () => {
    const run = startBreakers();
    void run.exchange(aCall()).catch(() => undefined);
    await run.failTimes(4);
    await run.clock.advanceAsync(SLOW_MS);
    void run.exchange(aCall()).catch(() => undefined);
    expect(run.snapshot()).toMatchObject({ state: 'half-open', slowRate: 0 });
  });
});

describe('an open circuit', () => {
  it('refuses calls without making them', async () => {
    const run = startBreakers();
    await run.failTimes(4);
    const made = run.upstream.attempts.length;
    await run.refusal();
    expect(run.upstream.attempts).toHaveLength(made);
  });

  it('lets one probe through after its time', async () => {
    const run = startBreakers();
    await run.toProbe();
    void run.exchange(aCall());
    expect(run.upstream.attempts).toHaveLength(5);
    await run.refusal();
    expect(run.upstream.attempts).toHaveLength(5);
  });

  it('heeds Retry-After', async () => {
    const run = startBreakers({ volume: 1 });
    await run.fail(fault('upstream_overloaded', { status: 503, retryAfterMs: 20_000 }));
    expect(run.snapshot()?.nextProbeAtMs).toBe(1_000 + 20_000);
  });

  it('concerns its own target only', async () => {
    const run = startBreakers();
    await run.failTimes(4);
    await run.begin({ target: { ...target, model: 'haiku' } });
    await run.begin({ target: { ...target, backend: 'other' } });
    expect(run.breakers.states().map(({ state }) => state)).toEqual(['open', 'closed', 'closed']);
  });

  it('takes no notice of calls that began before it opened', async () => {
    const run = startBreakers();
    const early = await run.begin();
    const attempt = run.upstream.last;
    await run.failTimes(4);
    attempt.finish();
    await readAll(early);
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'open', calls: 4 });
  });
});

describe('a half-open circuit', () => {
  it('closes when enough probes have begun to answer', async () => {
    const run = startBreakers();
    await run.toProbe();
    for (let probe = 0; probe < 3; probe += 1) await run.begin();
    expect(run.state()).toBe('half-open');
    await run.begin();
    expect(run.changes()).toEqual([
      ['open', '4 of 4 calls failed'],
      ['half-open', '750 ms have passed'],
      ['closed', 'its probes were answered'],
    ]);
  });

  it('counts its probes as calls when they end after it closed', async () => {
    const run = startBreakers();
    await run.toProbe();
    const replies = [await run.begin(), await run.begin(), await run.begin(), await run.begin()];
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
    for (const attempt of run.upstream.attempts.slice(-4)) attempt.finish();
    for (const reply of replies) await readAll(reply);
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 4, failureRate: 0 });
  });

  it('counts a probe once, at the beginning of its answer', async () => {
    const run = startBreakers();
    await run.toProbe();
    await run.succeed();
    await run.succeed();
    expect(run.state()).toBe('half-open');
    await run.succeed();
    await run.succeed();
    expect(run.state()).toBe('closed');
  });

  it('opens again when its first probe fails', async () => {
    const run = startBreakers();
    await run.toProbe();
    await run.fail(fault('upstream_timeout'));
    expect(run.snapshot()).toMatchObject({
      ...{ state: 'open', reason: 'the probe failed: upstream_timeout', failureClass: 'timeout', openings: 2 },
    });
  });

  it('opens again when the answer of its only probe breaks off', async () => {
    const run = startBreakers();
    await run.toProbe();
    const reply = await run.begin();
    run.upstream.last.fail(new GatewayError('stream_broken', 'x'));
    await expect(readAll(reply)).rejects.toMatchObject({ code: 'stream_broken' });
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'open', failureClass: 'stream-broken' });
  });

  it('opens again when a probe hangs, and does not hear of it twice', async () => {
    const run = startBreakers();
    await run.toProbe();
    const hanging = run.exchange(aCall());
    await run.clock.advanceAsync(SLOW_MS);
    void run.exchange(aCall()).catch(() => undefined);
    expect(run.changes().at(-2)).toEqual(['open', 'the probe failed: no content in 5000 ms']);
    run.upstream.attempts.at(-2)?.fail(fault('upstream_timeout'));
    await expect(hanging).rejects.toMatchObject({ code: 'upstream_timeout' });
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'half-open', openings: 2 });
  });

  it('judges a probe that hangs beside good ones once', async () => {
    const run = startBreakers();
    await run.toProbe();
    await run.begin();
    const hanging = run.exchange(aCall());
    await run.clock.advanceAsync(SLOW_MS);
    await run.begin();
    run.upstream.attempts.at(-2)?.fail(fault('upstream_timeout'));
    await expect(hanging).rejects.toMatchObject({ code: 'upstream_timeout' });
    await run.settle();
    expect(run.state()).toBe('half-open');
  });

  it.each<[string, GatewayError]>([
    ['a bad request', fault('upstream_rejected', { status: 400 })],
    ['a rate limit', fault('upstream_rate_limited', { status: 429 })],
  ])('takes a probe that is refused as %s for one that passed: the target answers', async (_, error) => {
    const run = startBreakers({ halfOpenCalls: 1 });
    await run.toProbe();
    await run.fail(error);
    expect(run.state()).toBe('closed');
  });

  it('waits for another probe when the client of this one leaves', async () => {
    const run = startBreakers({ halfOpenCalls: 1 });
    await run.toProbe();
    await run.fail(new GatewayError('client_aborted', 'gone'));
    await run.fail(new GatewayError('client_aborted', 'gone'));
    expect(run.state()).toBe('half-open');
    await run.begin();
    expect(run.state()).toBe('closed');
  });

  it('takes no notice of the probes of an earlier phase', async () => {
    const run = startBreakers();
    const whole = { request: { ...aCall().request, stream: false } };
    await run.toProbe();
    const early = run.exchange(aCall(whole));
    const attempt = run.upstream.last;
    await run.clock.advanceAsync(run.options.openMs);
    void run.exchange(aCall(whole));
    expect(run.changes().filter(([state]) => state === 'half-open')).toHaveLength(2);
    attempt.fail(fault('upstream_failed'));
    await expect(early).rejects.toMatchObject({ code: 'upstream_failed' });
    await run.settle();
    expect(run.state()).toBe('half-open');
  });

  it('takes no notice of calls from before it opened', async () => {
    const run = startBreakers();
    const early = await run.begin();
    const attempt = run.upstream.last;
    await run.toProbe();
    await run.begin();
    attempt.fail(fault('upstream_broken'));
    await expect(readAll(early)).rejects.toMatchObject({ code: 'upstream_broken' });
    await run.settle();
    expect(run.state()).toBe('half-open');
  });
});
