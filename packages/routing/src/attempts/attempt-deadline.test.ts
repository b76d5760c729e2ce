import { describe, expect, it } from '@jest/globals';

import { planOf, target, upstream } from '../__fixtures__/attempts.js';
import { commitWithinMs } from './attempt-deadline.js';
import type { ShareFacts } from './attempt-deadline.js';
import type { AttemptState, FailedAttempt } from './attempt-state.js';

const failed = (backend: string, againAtMs?: number): FailedAttempt => ({
  target: target(backend),
  error: upstream('upstream_failed'),
  failedAtMs: 0,
  waitedMs: 0,
  againAtMs,
});

interface Facts extends Partial<Omit<ShareFacts, 'plan' | 'state'>> {
  readonly backends?: readonly string[];
  readonly state?: Partial<AttemptState>;
}

/** The share of a target that is `a` unless named, with 1,200 ms left. */
const share = ({ backends = ['a', 'b', 'c'], state, ...facts }: Facts = {}, backend = 'a'): number | undefined =>
  commitWithinMs(target(backend), {
    state: { stream: false, deadlineAtMs: 2_200, failed: [], running: [], charged: 0, ...state },
    plan: planOf(backends),
    policy: {},
    callsLeft: 5,
    nowMs: 1_000,
    ...facts,
  });

describe('the share of an attempt in the time that is left', () => {
  it('is as large as that of any target that could follow', () => {
    expect(share()).toBe(400);
  });

  it('leaves out targets that have failed for good', () => {
    expect(share({ state: { failed: [failed('a')] } }, 'b')).toBe(600);
  });

  it('takes in targets that could be tried again', () => {
    expect(share({ state: { failed: [failed('a', 1_500)] } }, 'b')).toBe(400);
  });

  it('leaves out targets that could be tried again too late', () => {
    expect(share({ state: { failed: [failed('a', 2_200)] } }, 'b')).toBe(600);
  });

  it('leaves out targets that are not available', () => {
    expect(share({ backends: ['a', '!b', 'c'] })).toBe(600);
  });

  it('leaves out a target that runs', () => {
    expect(share({ state: { running: [{ target: target('a'), startedAtMs: 900 }] } }, 'b')).toBe(600);
  });

  it('is never smaller than the calls that are left demand', () => {
    expect(share({ callsLeft: 2 })).toBe(600);
  });

  it('is at least half as much again as the target usually takes at most', () => {
    expect(share({ policy: { expectedMs: () => 500 } })).toBe(750);
    expect(share({ policy: { expectedMs: () => 100 } })).toBe(400);
    expect(share({ policy: { expectedMs: () => undefined } })).toBe(400);
  });

  it('asks for what is usual of that target and kind of reply', () => {
    const asked: unknown[] = [];
    const expectedMs = (...facts: unknown[]): undefined => void asked.push(facts);
    share({ policy: { expectedMs }, state: { stream: true } });
    expect(asked).toEqual([[target('a'), true]]);
  });

  it.each<[string, Facts]>([
    ['there is no deadline', { state: { deadlineAtMs: undefined } }],
    ['no other call may follow', { callsLeft: 1 }],
    ['no other target could follow', { backends: ['a', '!b'] }],
    ['the target needs all of it', { policy: { expectedMs: () => 800 } }],
  ])('is not limited when %s', (_, facts) => {
    expect(share(facts)).toBeUndefined();
  });
});
