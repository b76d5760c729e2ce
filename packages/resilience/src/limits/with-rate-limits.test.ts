import { GatewayError, noUsage, UpstreamError } from '@claudette/core';
import type { Exchange, GatewayErrorCode, Outcome, OutcomeKind, Usage } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { aCall, callWithoutTarget, scriptedUpstream, target } from '../__fixtures__/calls.js';
import { createRateLimits } from './with-rate-limits.js';
import type { MinuteLimits } from './with-rate-limits.js';

const setUp = (initial: Partial<MinuteLimits>, tokens = 100) => {
  const clock = createFakeClock();
  const setting = {
    limits: { requestsPerMinute: null, tokensPerMinute: null, ...initial } as MinuteLimits,
    tokens,
    outcome: { kind: 'complete', receivedBytes: 1 } as Outcome,
    failure: undefined as Error | undefined,
    asked: 0,
  };
  const limits = createRateLimits({
    limitsFor: () => setting.limits,
    tokensFor() {
      setting.asked += 1;
      return setting.tokens;
    },
    clock,
  });
  const upstream = scriptedUpstream();
  /** A provider that answers at once, or fails at once. */
  const next: Exchange = async (call) => {
    if (setting.failure !== undefined) throw setting.failure;
    const answer = upstream.exchange(call);
    upstream.last.say();
    return { ...(await answer), outcome: Promise.resolve(setting.outcome) };
  };
  const exchange = limits.withRateLimits(next);
  const send = (call = aCall()): Promise<unknown> => exchange(call).catch((thrown: unknown) => thrown);
  const settled = async (call = aCall()): Promise<void> => {
    await send(call);
    await clock.advanceAsync(0);
  };
  return { clock, setting, limits, upstream, exchange, send, settled };
};

const usage = (overrides: Partial<Usage>): Usage => ({ ...noUsage, ...overrides });

const used = ({ limits }: ReturnType<typeof setUp>) => limits.usage()[0];

describe('a limit of requests per minute', () => {
  it('refuses a call over it and says when there is room again', async () => {
    const { clock, exchange, send, upstream } = setUp({ requestsPerMinute: 2 });
    await send();
    clock.advance(10_000);
    await send();
    clock.advance(39_000);
    await expect(exchange(aCall())).rejects.toMatchObject({
      code: 'backend_limit_reached',
      detail: 'claude: its 2 requests a minute are used up; free again in 12 s',
    });
    expect(upstream.attempts).toHaveLength(2);
  });

  it('lets a call in at the time that it named', async () => {
    const { clock, exchange, send } = setUp({ requestsPerMinute: 1 });
    await send();
    clock.advance(61_000);
    await expect(exchange(aCall())).resolves.toBeDefined();
  });

  it('is shared by all models of a backend', async () => {
    const { exchange, send } = setUp({ requestsPerMinute: 1 });
    await send();
    const other = aCall({ target: { ...target, model: 'haiku' } });
    await expect(exchange(other)).rejects.toMatchObject({ code: 'backend_limit_reached' });
  });

  it('does not concern other backends', async () => {
    const { exchange, send } = setUp({ requestsPerMinute: 1 });
    await send();
    await expect(exchange(aCall({ target: { ...target, backend: 'other' } }))).resolves.toBeDefined();
  });

  it('applies as it is now', async () => {
    const { exchange, send, setting } = setUp({ requestsPerMinute: 1 });
    await send();
    setting.limits = { requestsPerMinute: 2, tokensPerMinute: null };
    await expect(exchange(aCall())).resolves.toBeDefined();
    setting.limits = { requestsPerMinute: 1, tokensPerMinute: null };
    await expect(exchange(aCall())).rejects.toMatchObject({ code: 'backend_limit_reached' });
  });

  it('asks nobody about tokens', async () => {
    const { settled, setting } = setUp({ requestsPerMinute: 1 });
    await settled();
    expect(setting.asked).toBe(0);
  });

  it('is never passed in any 60 seconds, and is used up when there are calls enough', async () => {
    const gaps = fc.array(
      fc.oneof(fc.nat(400), fc.nat(400), fc.nat(20_000), fc.integer({ min: 58_000, max: 61_000 })),
      {
        maxLength: 200,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), gaps, async (requestsPerMinute, waits) => {
        const { clock, exchange } = setUp({ requestsPerMinute });
        const sentAt: number[] = [];
        for (const waitMs of waits) {
          clock.advance(waitMs);
          const nowMs = clock.now();
          const sent = await exchange(aCall()).then(
            () => true,
            () => false,
          );
          if (sent) sentAt.push(nowMs);
          const within = (ms: number): number => sentAt.filter((atMs) => atMs > nowMs - ms).length;
          expect(within(60_000)).toBeLessThanOrEqual(requestsPerMinute);
          if (!sent) expect(within(61_000)).toBeGreaterThanOrEqual(requestsPerMinute);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a limit of tokens per minute', () => {
  it('refuses a call over it and says when there is room again', async () => {
    const { exchange, send, clock } = setUp({ tokensPerMinute: 250 });
    await send();
    await send();
    clock.advance(1_000);
    await expect(exchange(aCall())).rejects.toMatchObject({
      code: 'backend_limit_reached',
      detail: 'claude: 250 tokens a minute have no room for about 100 more; free again in 60 s',
    });
  });

  it('refuses a call that will never have room', async () => {
    const { exchange } = setUp({ tokensPerMinute: 99 }, 99.5);
    await expect(exchange(aCall())).rejects.toMatchObject({
      detail: 'claude: about 100 tokens are more than the 99 it may use a minute',
    });
  });

  it('counts a call as what it used, whatever the kind of its tokens', async () => {
    const run = setUp({ tokensPerMinute: 1_000 });
    const measured = { inputTokens: 1, cachedInputTokens: 2, cacheWriteTokens: 3, cacheWrite1hTokens: 4 };
    run.setting.outcome = {
      kind: 'complete',
      receivedBytes: 1,
      usage: usage({ ...measured, outputTokens: 5, reasoningTokens: 6 }),
    };
    await run.settled();
    expect(used(run)).toEqual({ backend: 'claude', requests: 1, tokens: 21 });
  });

  it('gives back what was reserved too much, at the time it was reserved', async () => {
    const run = setUp({ tokensPerMinute: 1_000 });
    run.setting.outcome = { kind: 'complete', receivedBytes: 1, usage: usage({ outputTokens: 40 }) };
    await run.settled();
    run.clock.advance(61_000);
    expect(used(run)).toMatchObject({ tokens: 0 });
  });

  it('counts what was used beyond the reservation from the moment it is known', async () => {
    const run = setUp({ tokensPerMinute: 1_000 });
    let end: (outcome: Outcome) => void = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => (end = resolve));
    const reply = await run.exchange(aCall());
    await run.limits.withRateLimits(() => Promise.resolve({ ...reply, outcome }))(aCall());
    run.clock.advance(120_000);
    end({ kind: 'complete', receivedBytes: 1, usage: usage({ outputTokens: 130 }) });
    await outcome;
    expect(used(run)).toMatchObject({ requests: 0, tokens: 30 });
  });

  it('keeps the reservation when the provider has counted nothing', async () => {
    const run = setUp({ tokensPerMinute: 1_000 });
    await run.settled();
    expect(used(run)).toMatchObject({ tokens: 100 });
  });

  it.each<[OutcomeKind, number, number]>([
    ['failed', 10, 100],
    ['abandoned', 10, 100],
    ['abandoned', 170, 170],
  ])('takes the count of an answer that was %s after %i tokens for %i', async (kind, outputTokens, counted) => {
    const run = setUp({ tokensPerMinute: 1_000 });
    run.setting.outcome = { kind, receivedBytes: 1, usage: usage({ outputTokens }) };
    await run.settled();
    expect(used(run)).toMatchObject({ tokens: counted });
  });

  it('lets a call in again after smaller ones than expected', async () => {
    const { exchange, settled, setting } = setUp({ tokensPerMinute: 100 });
    setting.outcome = { kind: 'complete', receivedBytes: 1, usage: usage({ outputTokens: 10 }) };
    await settled();
    setting.tokens = 90;
    await expect(exchange(aCall())).resolves.toBeDefined();
  });

  it('is never passed in any 60 seconds when no call uses more than expected', async () => {
    const step = fc.record({
      waitMs: fc.oneof(fc.nat(400), fc.integer({ min: 58_000, max: 61_000 })),
      tokens: fc.nat(400),
      share: fc.nat(100),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(step, { maxLength: 150, size: 'max' }),
        async (limit, steps) => {
          const { clock, exchange, setting } = setUp({ tokensPerMinute: limit });
          const sent: { readonly atMs: number; readonly tokens: number }[] = [];
          for (const { waitMs, tokens, share } of steps) {
            clock.advance(waitMs);
            const outputTokens = Math.floor((tokens * share) / 100);
            setting.tokens = tokens;
            setting.outcome = { kind: 'complete', receivedBytes: 1, usage: usage({ outputTokens }) };
            const atMs = clock.now();
            await exchange(aCall()).then(
              async ({ outcome }) => {
                await outcome;
                sent.push({ atMs, tokens: outputTokens });
              },
              () => undefined,
            );
            const lately = sent.filter((one) => one.atMs > atMs - 60_000);
            expect(lately.reduce((sum, one) => sum + one.tokens, 0)).toBeLessThanOrEqual(limit);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('an attempt that fails', () => {
  const failures: readonly [string, GatewayError][] = [
    ['upstream_unreachable', new UpstreamError('upstream_unreachable', 'x', { backend: 'claude' })],
    ['upstream_rate_limited', new UpstreamError('upstream_rate_limited', 'x', { backend: 'claude', status: 429 })],
    ['before a byte was sent', new UpstreamError('upstream_broken', 'x', { backend: 'claude', unsent: true })],
    ...(
      ['target_busy', 'circuit_open', 'backend_limit_reached', 'credential_missing', 'translation_refused'] as const
    ).map((code: GatewayErrorCode): [string, GatewayError] => [code, new GatewayError(code, 'x')]),
  ];

  it.each(failures)('gives its reservation back when nothing was executed: %s', async (_, failure) => {
    const run = setUp({ requestsPerMinute: 1, tokensPerMinute: 100 });
    run.setting.failure = failure;
    expect(await run.send()).toBe(failure);
    expect(used(run)).toEqual({ backend: 'claude', requests: 0, tokens: 0 });
  });

  const executed: readonly [string, Error][] = [
    ['a failure of the provider', new UpstreamError('upstream_failed', 'x', { backend: 'claude', status: 500 })],
    ['a connection that broke', new UpstreamError('upstream_broken', 'x', { backend: 'claude', unsent: false })],
    ['a client that left', new GatewayError('client_aborted', 'x')],
    ['anything else', new Error('x')],
  ];

  it.each(executed)('keeps it when something may have been executed: %s', async (_, failure) => {
    const run = setUp({ requestsPerMinute: 1, tokensPerMinute: 100 });
    run.setting.failure = failure;
    expect(await run.send()).toBe(failure);
    expect(used(run)).toEqual({ backend: 'claude', requests: 1, tokens: 100 });
  });
});

describe('room', () => {
  it('is said to be there or not, without reserving any', async () => {
    const run = setUp({ requestsPerMinute: 1, tokensPerMinute: 100 });
    expect(run.limits.hasRoom(target, 100)).toEqual({ available: true });
    expect(run.limits.hasRoom(target, 100.5)).toEqual({
      available: false,
      reason: 'about 101 tokens are more than the 100 it may use a minute',
    });
    expect(used(run)).toMatchObject({ requests: 0, tokens: 0 });
    await run.send();
    expect(run.limits.hasRoom(target, 1)).toEqual({
      available: false,
      reason: 'its 1 requests a minute are used up; free again in 61 s',
    });
  });

  it('is always there without a limit, and nothing is counted', async () => {
    const { limits, send, setting } = setUp({});
    await send();
    expect(limits.hasRoom(target, 1e9)).toBe(limits.hasRoom({ ...target, backend: 'other' }, 1));
    expect([limits.usage(), setting.asked]).toEqual([[], 0]);
  });

  it('is not asked for by calls without a target', async () => {
    const { limits, send, upstream } = setUp({ requestsPerMinute: 1 });
    await send(callWithoutTarget());
    await send(callWithoutTarget());
    expect([upstream.attempts.length, limits.usage()]).toEqual([2, []]);
  });
});
