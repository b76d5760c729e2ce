import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { GatewayError, UpstreamError } from '@claudette/core';
import type { GatewayErrorCode, Observation, Reply } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { aCall, callWithoutTarget, readAll, scriptedUpstream, target } from './__fixtures__/calls.js';
import { createBreakers } from './with-breaker.js';

const OPEN_MS = 30_000;
const WINDOW_MS = 10_000;
const NAME = 'claude/opus';

// opossum times the half-open state with the global setTimeout; all other time comes from the clock.
beforeEach(() => void jest.useFakeTimers({ now: 0, doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

const setUp = (options: { failureRate?: number; volume?: number } = {}) => {
  const clock = createFakeClock({ epochMs: 1_000 });
  const upstream = scriptedUpstream();
  const observations: Observation[] = [];
  const breakers = createBreakers({
    ...{ clock, failureRate: 0.5, volume: 4, windowMs: WINDOW_MS, openMs: OPEN_MS },
    observe: (observation) => observations.push(observation),
    ...options,
  });
  const exchange = breakers.withBreaker(upstream.exchange);
  const begin = async (): Promise<Reply> => {
    const answer = exchange(aCall());
    upstream.last.say();
    return answer;
  };
  const run = {
    ...{ clock, upstream, breakers, exchange, begin },
    settle: () => clock.advanceAsync(0),
    async succeed() {
      const reply = await begin();
      upstream.last.finish();
      await readAll(reply);
      await run.settle();
    },
    async fail(error: GatewayError = fault('upstream_failed')) {
      const answer = exchange(aCall());
      upstream.last.fail(error);
      await expect(answer).rejects.toBe(error);
      await run.settle();
    },
    async failTimes(times: number) {
      for (let i = 0; i < times; i += 1) await run.fail();
    },
    async toHalfOpen() {
      await run.failTimes(4);
      jest.advanceTimersByTime(OPEN_MS);
      expect(run.state()).toBe('half-open');
    },
    refusal: () => expect(exchange(aCall())).rejects.toMatchObject({ code: 'circuit_open', detail: NAME }),
    state: () => breakers.states()[0]?.state,
    changes: () => observations.flatMap((o) => (o.kind === 'circuit' ? [[o.state, o.reason]] : [])),
  };
  return run;
};

const fault = (code: GatewayErrorCode, status?: number): UpstreamError =>
  new UpstreamError(code, 'x', { backend: target.backend, ...(status !== undefined && { status }) });

describe('a closed circuit', () => {
  it('hands a reply on before its outcome is known', async () => {
    const run = setUp();
    const reply = await run.begin();
    expect(run.breakers.states()[0]?.calls).toBe(0);
    run.upstream.last.finish();
    expect(await readAll(reply)).toBe(2);
    await run.settle();
    expect(run.breakers.states()).toEqual([{ target, state: 'closed', calls: 1, failureRate: 0 }]);
  });

  it('opens when the failure rate is reached', async () => {
    const run = setUp();
    await run.succeed();
    await run.succeed();
    await run.fail();
    expect(run.state()).toBe('closed');
    await run.fail();
    expect(run.breakers.states()).toEqual([
      {
        target,
        state: 'open',
        calls: 4,
        failureRate: 0.5,
        openedAtMs: 1_000,
        nextProbeAtMs: 1_000 + OPEN_MS,
        reason: '2 of 4 calls failed',
      },
    ]);
    expect(run.changes()).toEqual([['open', '2 of 4 calls failed']]);
  });

  it('opens at a rate of 1 when every call fails', async () => {
    const run = setUp({ failureRate: 1 });
    await run.failTimes(4);
    expect(run.state()).toBe('open');
  });

  it('does not open on too few calls', async () => {
    const run = setUp({ volume: 5 });
    await run.failTimes(4);
    expect(run.state()).toBe('closed');
  });

  it('counts a stream that breaks after its first content', async () => {
    const run = setUp({ volume: 1 });
    const reply = await run.begin();
    run.upstream.last.fail(fault('upstream_broken'));
    await expect(readAll(reply)).rejects.toMatchObject({ code: 'upstream_broken' });
    await run.settle();
    expect(run.state()).toBe('open');
  });

  it.each<[string, GatewayError]>([
    ['a client that leaves', new GatewayError('client_aborted', 'x')],
    ['a busy target', new GatewayError('target_busy', 'x')],
    ['a used-up budget', new GatewayError('deadline_exceeded', 'x')],
    ['an error that is not ours', new GatewayError('internal', 'x')],
  ])('takes no notice of %s', async (_, error) => {
    const run = setUp({ volume: 1 });
    await run.fail(error);
    expect(run.breakers.states()).toMatchObject([{ state: 'closed', calls: 0 }]);
  });

  it.each<[string, GatewayError]>([
    ['a refused request', fault('upstream_rejected', 400)],
    ['a rate limit', fault('upstream_rate_limited', 429)],
  ])('takes %s for a sign of life', async (_, error) => {
    const run = setUp({ volume: 1 });
    await run.fail(error);
    expect(run.breakers.states()).toMatchObject([{ state: 'closed', calls: 1, failureRate: 0 }]);
  });

  it('does not blame the target for a reader that leaves', async () => {
    const run = setUp({ volume: 1 });
    const reply = await run.begin();
    reply.cancel(new GatewayError('client_aborted', 'gone'));
    await run.settle();
    expect(run.breakers.states()).toMatchObject([{ state: 'closed', calls: 1, failureRate: 0 }]);
  });

  it('is not diluted by calls under way', async () => {
    const run = setUp();
    for (let i = 0; i < 20; i += 1) await run.begin();
    await run.failTimes(4);
    expect(run.state()).toBe('open');
  });

  it('forgets what happened before its window', async () => {
    const run = setUp();
    await run.failTimes(3);
    await run.clock.advanceAsync(WINDOW_MS / 2);
    expect(run.breakers.states()[0]?.calls).toBe(3);
    await run.clock.advanceAsync(WINDOW_MS);
    await run.fail();
    expect(run.breakers.states()).toMatchObject([{ state: 'closed', calls: 1 }]);
  });

  it('counts right after thousands of calls', async () => {
    const run = setUp();
    for (let i = 0; i < 1_100; i += 1) await run.fail(fault('upstream_rejected', 400));
    expect(run.breakers.states()[0]?.calls).toBe(1_100);
  });
});

describe('an open circuit', () => {
  it('refuses calls without making them', async () => {
    const run = setUp();
    await run.failTimes(4);
    const made = run.upstream.attempts.length;
    await run.refusal();
    expect(run.upstream.attempts).toHaveLength(made);
  });

  it('lets one probe through after its time', async () => {
    const run = setUp();
    await run.failTimes(4);
    jest.advanceTimersByTime(OPEN_MS - 1);
    await run.refusal();
    jest.advanceTimersByTime(1);
    void run.exchange(aCall());
    expect(run.upstream.attempts).toHaveLength(5);
    await run.refusal();
    expect(run.upstream.attempts).toHaveLength(5);
  });

  it('concerns its own target only', async () => {
    const run = setUp();
    await run.failTimes(4);
    const other = run.exchange(aCall({ target: { ...target, model: 'haiku' } }));
    run.upstream.last.say();
    await other;
    expect(run.breakers.states().map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  it('takes no notice of calls that began before it opened', async () => {
    const run = setUp();
    const early = await run.begin();
    const attempt = run.upstream.last;
    await run.failTimes(4);
    attempt.finish();
    await readAll(early);
    await run.settle();
    expect(run.breakers.states()).toMatchObject([{ state: 'open', calls: 4 }]);
  });

  it('closes by force', async () => {
    const run = setUp();
    await run.failTimes(4);
    expect(run.breakers.forceClose(NAME)).toBe(true);
    await run.succeed();
    expect(run.breakers.states()).toMatchObject([{ state: 'closed', calls: 1, reason: 'forced' }]);
  });
});

describe('a half-open circuit', () => {
  it('closes when the probe succeeds, and begins with an empty window', async () => {
    const run = setUp();
    await run.toHalfOpen();
    expect(run.breakers.states()[0]).not.toHaveProperty('nextProbeAtMs');
    await run.succeed();
    expect(run.breakers.states()).toMatchObject([{ state: 'closed', calls: 0 }]);
    expect(run.changes()).toEqual([
      ['open', '4 of 4 calls failed'],
      ['half-open', '30000 ms have passed'],
      ['closed', 'the probe was answered'],
    ]);
    await run.fail();
    expect(run.state()).toBe('closed');
  });

  it('opens again when the probe fails', async () => {
    const run = setUp();
    await run.toHalfOpen();
    await run.clock.advanceAsync(5);
    await run.fail(fault('upstream_timeout'));
    expect(run.breakers.states()).toMatchObject([
      { state: 'open', openedAtMs: 1_005, reason: 'the probe failed: upstream_timeout' },
    ]);
    jest.advanceTimersByTime(OPEN_MS);
    expect(run.state()).toBe('half-open');
  });

  it('closes when the probe is refused as a bad request: the target answers', async () => {
    const run = setUp();
    await run.toHalfOpen();
    await run.fail(fault('upstream_rejected', 400));
    expect(run.state()).toBe('closed');
  });

  it('closes when the reader leaves after the first content', async () => {
    const run = setUp();
    await run.toHalfOpen();
    const reply = await run.begin();
    reply.cancel(new GatewayError('client_aborted', 'gone'));
    await run.settle();
    expect(run.state()).toBe('closed');
  });

  it('waits for another probe when the client of this one leaves', async () => {
    const run = setUp();
    await run.toHalfOpen();
    await run.fail(new GatewayError('client_aborted', 'gone'));
    expect(run.state()).toBe('half-open');
    await run.fail(new GatewayError('client_aborted', 'gone'));
    await run.succeed();
    expect(run.state()).toBe('closed');
  });

  it('stays closed by force when its probe says nothing', async () => {
    const run = setUp();
    await run.toHalfOpen();
    const probe = run.exchange(aCall());
    run.breakers.forceClose(NAME);
    run.upstream.last.fail(new GatewayError('client_aborted', 'gone'));
    await expect(probe).rejects.toMatchObject({ code: 'client_aborted' });
    await run.settle();
    expect(run.state()).toBe('closed');
  });

  it('takes no notice of calls from before it opened', async () => {
    const run = setUp();
    const early = await run.begin();
    const attempt = run.upstream.last;
    await run.toHalfOpen();
    await run.succeed();
    attempt.fail(fault('upstream_broken'));
    await expect(readAll(early)).rejects.toMatchObject({ code: 'upstream_broken' });
    await run.settle();
    expect(run.breakers.states()).toMatchObject([{ state: 'closed', calls: 0 }]);
  });
});

describe('a set of breakers', () => {
  it('opens a circuit by force', async () => {
    const run = setUp();
    await run.succeed();
    expect(run.breakers.forceOpen(NAME)).toBe(true);
    await run.refusal();
    expect(run.changes()).toEqual([['open', 'forced']]);
  });

  it('has no circuit for a target that was never called', () => {
    const { breakers } = setUp();
    expect(breakers.forceOpen('claude/unknown')).toBe(false);
    expect(breakers.forceClose('claude/unknown')).toBe(false);
    expect(breakers.states()).toEqual([]);
  });

  it('lets calls without a target pass', async () => {
    const run = setUp();
    const call = callWithoutTarget();
    void run.exchange(call);
    expect(run.upstream.attempts).toHaveLength(1);
    expect(run.breakers.states()).toEqual([]);
  });

  it('leaves no timer behind and refuses calls after its shutdown', async () => {
    const run = setUp();
    await run.failTimes(4);
    expect(jest.getTimerCount()).toBe(1);
    run.breakers.shutdown();
    expect(jest.getTimerCount()).toBe(0);
    await run.refusal();
  });
});

describe('opossum, on which the circuits stand', () => {
  it('does not keep the process alive while a circuit is open', async () => {
    const script = `
      import Breaker from 'opossum';
      const breaker = new Breaker(() => Promise.reject(new Error('x')), { timeout: false, enableSnapshots: false });
      await breaker.fire().catch(() => undefined);
      console.log(breaker.opened);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      timeout: 5_000,
      cwd: new URL('..', import.meta.url),
    });
    expect(stdout).toBe('true\n');
  });
});
