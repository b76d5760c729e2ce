import { GatewayError, UpstreamError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { breakerOptions } from '../__fixtures__/breaker-options.js';
import { aCall, readAll, scriptedUpstream, target } from '../__fixtures__/calls.js';
import type { ScriptedAttempt } from '../__fixtures__/calls.js';
import { createBreakers } from './with-breaker.js';

const NAME = 'claude/opus';
const PROBES = 3;
const NEEDED = 2;
const LONGEST_WAIT_MS = 600_000;
const SLOW_MS = 5_000;
/** Small ones, so that few steps lead everywhere. */
const limits = { slowFirstContentMs: SLOW_MS, volume: 2, halfOpenCalls: PROBES, successRate: 0.6 };

/** What becomes known of a call under way; `pick` chooses the call. */
type CallStep =
  | { readonly kind: 'answer'; readonly pick: number }
  | { readonly kind: 'finish'; readonly pick: number }
  | { readonly kind: 'abort'; readonly pick: number }
  | { readonly kind: 'fail'; readonly pick: number; readonly code: GatewayErrorCode; readonly retryAfterMs: number };
/** Whatever can happen to one target. */
type Step =
  | CallStep
  | { readonly kind: 'call'; readonly stream: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'open' | 'close' | 'reset' };

const pick = fc.nat(30);
const waits = fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 40_000 }));
const codes = fc.constantFrom('upstream_failed', 'upstream_timeout', 'upstream_unreachable', 'upstream_overloaded');
const retryAfterMs = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 60_000 }));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('call'), stream: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait'), ms: waits }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('answer', 'finish', 'abort'), pick }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('fail'), pick, code: codes, retryAfterMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('open', 'close', 'reset') }) },
);

/** What the model knows of a call: in which phase it was a probe, and what it has shown there. */
interface ModelCall {
  readonly attempt: ScriptedAttempt;
  readonly startedAtMs: number;
  readonly phase: number | undefined;
  shown: 'nothing' | 'answer' | 'end';
}

const setUp = () => {
  const clock = createFakeClock({ epochMs: 0 });
  const upstream = scriptedUpstream();
  const phases: { entered: number; left: number; passed: number }[] = [];
  const passedLast = (): number => phases.at(-1)?.passed ?? 0;
  /** What was seen to go wrong where a test cannot throw. */
  const broken: string[] = [];
  const breakers = createBreakers(
    breakerOptions(
      clock,
      (seen) => {
        if (seen.kind !== 'circuit') return;
        if (seen.state === 'half-open') phases.push({ entered: 0, left: 0, passed: 0 });
        if (seen.reason === 'its probes were answered' && passedLast() < NEEDED) broken.push('closed too early');
      },
      limits,
    ),
  );
  const exchange = breakers.withBreaker(upstream.exchange);
  const calls: ModelCall[] = [];
  const settle = (): Promise<void> => clock.advanceAsync(0);
  const snapshot = () => breakers.states()[0];

  /** Makes a call and checks that it is let in exactly when it should be. */
  const call = async (stream: boolean): Promise<void> => {
    const before = snapshot();
    const { available } = breakers.isAvailable(target);
    const made = upstream.attempts.length;
    exchange(aCall({ request: { ...aCall().request, stream } }))
      .then(readAll)
      .catch(() => undefined);
    const entered = upstream.attempts.length > made;
    const { state, forced, nextProbeAtMs = 0, ramp } = before ?? { state: 'closed', forced: false };

    if (state === 'closed' && ramp === undefined && snapshot()?.state === 'closed') expect(entered).toBe(true);
    // A stream that hangs may be noticed now, and its target be probed at once.
    if (forced) expect([entered, available]).toEqual([false, false]);
    else if (state === 'open') expect([entered, available]).toEqual(Array(2).fill(clock.epochMs() >= nextProbeAtMs));

    const phase = snapshot()?.state === 'half-open' ? phases.length - 1 : undefined;
    if (entered) calls.push({ phase, shown: 'nothing', attempt: upstream.last, startedAtMs: clock.now() });
    const present = phases.at(-1);
    if (entered && phase !== undefined && present !== undefined) {
      present.entered += 1;
      expect(present.entered - present.left).toBeLessThanOrEqual(PROBES);
    }
    await settle();
  };

  /** Something becomes known of a call under way. */
  const tell = async (step: CallStep): Promise<void> => {
    const live = calls.filter(({ shown }) => shown !== 'end');
    const known = live.at(step.pick % live.length);
    if (known === undefined) return;
    const { attempt } = known;
    const phase = phases[known.phase ?? -1];
    const before = snapshot()?.state;
    const isGood = step.kind === 'answer' || step.kind === 'finish';
    if (phase !== undefined && known.shown === 'nothing') {
      if (isGood) phase.passed += 1;
      if (step.kind === 'abort') phase.left += 1;
    }
    known.shown = step.kind === 'answer' ? 'answer' : 'end';
    if (step.kind === 'answer') attempt.say();
    else if (step.kind === 'finish') attempt.finish();
    else if (step.kind === 'abort') attempt.fail(new GatewayError('client_aborted', 'gone'));
    else attempt.fail(new UpstreamError(step.code, 'x', { backend: 'claude', retryAfterMs: step.retryAfterMs }));
    await settle();
    // An answer is also the moment in which others are found to hang.
    const hang = live.some(({ startedAtMs }) => clock.now() - startedAtMs >= SLOW_MS);
    if (isGood && before !== 'open' && !hang) expect(snapshot()?.state).not.toBe('open');
  };

  const take = async (step: Step): Promise<void> => {
    if (step.kind === 'call') return call(step.stream);
    if (step.kind === 'wait') return clock.advanceAsync(step.ms);
    if ('pick' in step) return tell(step);
    if (step.kind === 'open') return breakers.open(target, 'by hand');
    if (step.kind === 'close') return void breakers.close(NAME);
    return void breakers.reset(NAME);
  };

  /** A target that answers every call from now on. Probes that hang since before may cost it one more wait. */
  const recover = async (): Promise<void> => {
    if (snapshot()?.forced === true) breakers.close(NAME);
    for (let round = 0; round < 2; round += 1) {
      await clock.advanceAsync(LONGEST_WAIT_MS);
      for (let probe = 0; probe < PROBES; probe += 1) {
        await call(true);
        await tell({ kind: 'answer', pick: -1 });
      }
    }
  };
  return { take, recover, snapshot, broken };
};

describe('a circuit, whatever happens to its calls', () => {
  it('keeps its promises: probes are few, a success opens nothing, one closes nothing, and it is never stuck', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 100, maxLength: 200 }), async (sequence) => {
        const run = setUp();
        for (const step of sequence) await run.take(step);
        await run.recover();
        expect([run.snapshot()?.state, ...run.broken]).toEqual(['closed']);
      }),
      { numRuns: 80 },
    );
  }, 60_000);
});
