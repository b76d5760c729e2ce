import { describe, expect, it } from '@jest/globals';

import { GatewayError } from '@claudette/core';
import fc from 'fast-check';

import { budgetOf, settled, startAttemptsBench, upstream } from '../__fixtures__/attempts.js';
import type { Step } from '../__fixtures__/attempts.js';
import { isUpstreamCall } from './attempt-faults.js';

const refusal = new GatewayError('circuit_open', 'x');
const errors = [
  upstream('upstream_unreachable', { unsent: true }),
  upstream('upstream_rate_limited', { status: 429 }),
  upstream('upstream_failed', { status: 500 }),
  upstream('upstream_broken'),
  upstream('upstream_timeout'),
  upstream('upstream_rejected', { status: 400 }),
  new GatewayError('backend_limit_reached', 'x'),
  refusal,
  new Error('bug'),
];

const afterMs = fc.integer({ min: 0, max: 400 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('commit' as const), afterMs }),
  fc.record({ does: fc.constant('fail' as const), afterMs, error: fc.constantFrom(...errors) }),
  fc.record({ does: fc.constant('hang' as const) }),
);
const script = fc.record({
  steps: fc.array(step, { maxLength: 8 }),
  backends: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '!d', 'e'), { minLength: 1 }),
  hedgeAfterMs: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined }),
  deadlineMs: fc.integer({ min: 0, max: 2_000 }),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  backoffs: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1 }),
  expectedMs: fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: undefined }),
  extra: fc.integer({ min: 0, max: 4 }),
  leavesAtMs: fc.option(fc.integer({ min: 0, max: 1_500 }), { nil: undefined }),
  stream: fc.boolean(),
});

describe('whatever happens upstream', () => {
  it('an exchange keeps its limits, ends in time and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (input) => {
        const { steps, deadlineMs, maxAttempts, backoffs, expectedMs, extra, leavesAtMs } = input;
        const budget = budgetOf(extra);
        let asked = 0;
        const bench = startAttemptsBench(steps, {
          ...input,
          budget,
          policy: {
            maxAttempts,
            backoffMs: () => backoffs[asked++ % backoffs.length] ?? 0,
            expectedMs: () => expectedMs,
          },
        });
        const { clock, client, seen, sent, ofKind } = bench;
        let endedAtMs = Infinity;
        let pendingAtEnd = Infinity;
        const end = settled(bench.ask()).finally(() => {
          endedAtMs = clock.now();
          pendingAtEnd = clock.pending;
        });
        if (leavesAtMs !== undefined) {
          await clock.advanceAsync(leavesAtMs);
          client.abort(new GatewayError('client_aborted', 'closed'));
        }
        await clock.advanceAsync(5_000);
        const { reply, error } = await end;

        // It ends in time, in one of two ways.
        expect(endedAtMs).toBeLessThanOrEqual(Math.min(deadlineMs, leavesAtMs ?? Infinity));
        expect(reply === undefined).toBe(error !== undefined);

        // Nothing runs on but the answer, and no timer is left.
        expect([pendingAtEnd, clock.pending]).toEqual([0, 0]);
        const liveReply = reply !== undefined && client.signal.aborted ? 0 : Number(reply !== undefined);
        expect(bench.live()).toBe(liveReply);
        sent.forEach(({ finish }) => finish({ kind: 'complete', receivedBytes: 0 }));
        await clock.advanceAsync(0);

        // What was begun was ended, once each, and told in order.
        const starts = ofKind('attempt-start');
        const ends = ofKind('attempt-end');
        expect(starts.map(({ number }) => number)).toEqual(sent.map((_, index) => index + 1));
        expect(ends.map(({ number }) => number).sort()).toEqual(starts.map(({ number }) => number));
        expect(seen.filter(({ kind }) => kind === 'retry' || kind === 'failover' || kind === 'hedge')).toHaveLength(
          Math.max(0, starts.length - 1),
        );

        // Attempts, deadline, budget and hedges keep their limits.
        const calls = ends.filter(({ errorCode }) => errorCode === undefined || isUpstreamCall({ code: errorCode }));
        expect(calls.length).toBeLessThanOrEqual(maxAttempts);
        expect(calls.length - 1).toBeLessThanOrEqual(extra);
        expect(extra - budget.left).toBeLessThanOrEqual(Math.max(0, sent.length - 1));
        expect(sent.every(({ atMs }) => atMs < deadlineMs)).toBe(true);
        expect(sent.every(({ atMs, commitWithinMs = 0 }) => atMs + commitWithinMs < deadlineMs)).toBe(true);
        expect(ofKind('hedge').length).toBeLessThanOrEqual(input.hedgeAfterMs === undefined ? 0 : 1);
        expect(ofKind('retry-budget-spent').length).toBeLessThanOrEqual(1);
        if (reply !== undefined) expect(reply.attempts).toBe(calls.length);

        // Only the answer is no orphan among those that may have run.
        const orphans = ends.filter(({ orphaned }) => orphaned);
        expect(orphans.length).toBeLessThanOrEqual(calls.length - Number(reply !== undefined));
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});
