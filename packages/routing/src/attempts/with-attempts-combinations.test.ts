import { describe, expect, it } from '@jest/globals';

import { createFakeClock } from '@claudette/testing';

import { askAndWait, commits, fails, hangs, settled, startAttemptsBench, upstream } from '../__fixtures__/attempts.js';
import type { Step } from '../__fixtures__/attempts.js';
import { createRetryBudget } from './retry-budget.js';

/** The faults that come before a commit; for each, whether the same target may be sent the request again. */
const faults: readonly (readonly [name: string, step: Step, repeatable: boolean])[] = [
  ['an unreachable backend', fails(upstream('upstream_unreachable', { unsent: true })), true],
  ['a rate limit', fails(upstream('upstream_rate_limited', { status: 429 })), true],
  ['an overload', fails(upstream('upstream_overloaded', { status: 529 })), true],
  ['an HTTP 500', fails(upstream('upstream_failed', { status: 500 })), true],
  ['a broken connection', fails(upstream('upstream_broken', { unsent: false })), false],
  ['a timeout', fails(upstream('upstream_timeout')), false],
  ['an error inside the reply', fails(upstream('upstream_failed')), false],
  ['an invalid answer', fails(upstream('upstream_invalid_reply')), false],
  ['an answer that breaks off', fails(upstream('stream_broken')), false],
  ['a target that hangs', hangs, false],
];

describe.each([false, true])('upstream gets exactly what the plan says (stream: %s)', (stream) => {
  const ask = async (script: readonly Step[], backends: readonly string[], hedgeAfterMs?: number) => {
    const bench = startAttemptsBench(script, {
      backends,
      hedgeAfterMs,
      stream,
      deadlineMs: 10_000,
      policy: { backoffMs: () => 100 },
    });
    const end = await askAndWait(bench);
    return { ...end, bench };
  };

  it.each(faults)('one extra call, to another target, after %s', async (_, fault) => {
    const { reply, bench } = await ask([fault], ['a', 'b']);
    expect(reply).toMatchObject({ target: { backend: 'b' }, attempts: 2 });
    expect(bench.tried()).toEqual(['a', 'b']);
  });

  it.each(faults)('one extra call, or none, when there is no other target after %s', async (_, fault, repeatable) => {
    const { reply, bench } = await ask([fault], ['a']);
    expect(reply?.attempts).toBe(repeatable ? 2 : undefined);
    expect(bench.tried()).toEqual(repeatable ? ['a', 'a'] : ['a']);
  });

  it.each(faults)('a failover and then a retry where that is allowed, after %s', async (_, fault, repeatable) => {
    const { reply, bench } = await ask([fault, fails(upstream('upstream_timeout'))], ['a', 'b']);
    expect(bench.tried()).toEqual(repeatable ? ['a', 'b', 'a'] : ['a', 'b']);
    expect(reply?.attempts).toBe(repeatable ? 3 : undefined);
  });

  // A fault that comes before the hedge is due is a failover; one that comes later finds a hedge beside it.
  it.each(faults)('no call more with a hedge than without, after %s', async (_, fault) => {
    const { reply, bench } = await ask([fault], ['a', 'b'], 50);
    expect(reply).toMatchObject({ target: { backend: 'b' }, attempts: 2 });
    expect(bench.tried()).toEqual(['a', 'b']);
    expect(bench.ofKind('hedge')).toHaveLength(fault === hangs ? 1 : 0);
  });

  it.each(faults)('the first attempt answers when it is slow and the hedge ends in %s', async (_, fault) => {
    const { reply, bench } = await ask([commits(200), fault], ['a', 'b', 'c'], 50);
    expect(reply).toMatchObject({ target: { backend: 'a' }, attempts: 2 });
    expect(bench.tried()).toEqual(['a', 'b']);
  });

  it.each(faults)('a third target is asked when a slow one and its hedge fail, after %s', async (_, fault) => {
    const { reply, bench } = await ask([fails(upstream('upstream_broken'), 200), fault], ['a', 'b', 'c'], 50);
    expect(bench.tried()).toEqual(['a', 'b', 'c']);
    expect(reply?.attempts).toBe(3);
  });

  it('one call when nothing fails', async () => {
    const { reply, bench } = await ask([commits()], ['a', 'b'], 50);
    expect([reply?.attempts, bench.tried()]).toEqual([1, ['a']]);
  });
});

describe('a storm in which every call fails', () => {
  const EXCHANGES = 1_500;

  it.each<[string, number]>([
    ['all at once', 0],
    ['one after another', 1],
  ])('makes at most 1.1 upstream calls for each, %s', async (_, everyMs) => {
    const clock = createFakeClock();
    const budget = createRetryBudget({ clock, ratio: 0.1, floor: 10, windowMs: 10_000 });
    let calls = 0;
    let told = 0;
    const ends: Promise<unknown>[] = [];
    for (let begun = 0; begun < EXCHANGES; begun += 1) {
      const failing = Array.from({ length: 3 }, () => fails(upstream('upstream_failed', { status: 500 }), 0));
      const bench = startAttemptsBench(failing, { clock, budget, policy: { backoffMs: () => 5 } });
      ends.push(
        settled(bench.ask()).then(() => {
          calls += bench.sent.length;
          told += bench.ofKind('retry-budget-spent').length;
        }),
      );
      if (everyMs > 0) await clock.advanceAsync(everyMs);
    }
    await clock.advanceAsync(100);
    await Promise.all(ends);
    expect(calls / EXCHANGES).toBeLessThanOrEqual(1.1);
    expect(calls).toBeGreaterThan(EXCHANGES);
    expect(told).toBeGreaterThan(EXCHANGES * 0.8);
    expect(clock.pending).toBe(0);
  });
});
