import { describe, expect, it } from '@jest/globals';

import { GatewayError, targetName } from '@claudette/core';

import { budgetOf, planOf, target, upstream } from '../__fixtures__/attempts.js';
import { decide } from './attempt-policy.js';
import type { NextStep } from './attempt-policy.js';
import { toFailedAttempt } from './attempt-state.js';
import type { AttemptPolicy, AttemptState, FailedAttempt } from './attempt-state.js';

const standard: AttemptPolicy = { maxAttempts: 3, backoffMs: (_, failures) => 100 * failures };

interface Facts extends Partial<AttemptState> {
  readonly policy?: Partial<AttemptPolicy>;
  readonly budgetLeft?: number;
  readonly hedgeAfterMs?: number;
  readonly nowMs?: number;
}

/** A failure at 0, unless it says otherwise. */
type Failure = readonly [backend: string, error: GatewayError, facts?: Partial<FailedAttempt>];

const history = (failures: readonly Failure[], policy: AttemptPolicy): FailedAttempt[] =>
  failures.reduce<FailedAttempt[]>((before, [backend, error, facts]) => {
    const { failedAtMs = 0, waitedMs = 0 } = facts ?? {};
    return [...before, toFailedAttempt(before, policy, { target: target(backend), waitedMs }, error, failedAtMs)];
  }, []);

const step = (failures: readonly Failure[], backends: readonly string[], facts: Facts = {}): NextStep => {
  const { policy, budgetLeft = 10, hedgeAfterMs, nowMs = 0, ...state } = facts;
  const all = { ...standard, ...policy };
  const failed = history(failures, all);
  return decide(
    { stream: false, failed, running: [], charged: failed.length, ...state },
    planOf(backends, hedgeAfterMs),
    all,
    budgetOf(budgetLeft),
    nowMs,
  );
};

/** The decision in a word or two: `b`, `wait 100`, `wait` or `stop`. */
const next = (...input: Parameters<typeof step>): string => {
  const decided = step(...input);
  if (decided.kind === 'attempt') return decided.target.backend;
  return decided.kind === 'wait' && decided.untilMs !== undefined ? `wait ${decided.untilMs}` : decided.kind;
};

describe('the next attempt', () => {
  it('is the best candidate at first', () => {
    expect(step([], ['a', 'b'], { charged: 0 })).toEqual({
      kind: 'attempt',
      target: target('a'),
      reason: 'first',
      after: undefined,
      commitWithinMs: undefined,
      extra: false,
    });
  });

  it.each<[string, GatewayError, string, string]>([
    ['an unreachable backend', upstream('upstream_unreachable'), 'b', 'wait 100'],
    ['a rate limit', upstream('upstream_rate_limited', { status: 429 }), 'b', 'wait 100'],
    ['an overload', upstream('upstream_overloaded', { status: 529 }), 'b', 'wait 100'],
    ['an HTTP 5xx', upstream('upstream_failed', { status: 500 }), 'b', 'wait 100'],
    ['a fault inside the reply', upstream('upstream_failed'), 'b', 'stop'],
    ['a circumstance that any layer may report', new GatewayError('upstream_unreachable', 'x'), 'b', 'wait 100'],
    ['a failure of unknown origin', new GatewayError('upstream_failed', 'x'), 'b', 'stop'],
    ['a connection that broke after the request was written', upstream('upstream_broken'), 'b', 'stop'],
    ['a connection that broke before that', upstream('upstream_broken', { unsent: true }), 'b', 'wait 100'],
    ['a backend that was too slow', upstream('upstream_timeout'), 'b', 'stop'],
    ['an invalid answer', upstream('upstream_invalid_reply'), 'b', 'stop'],
    ['an answer that ended too early', new GatewayError('stream_broken', 'x'), 'b', 'stop'],
    ['a refused credential', upstream('upstream_unauthorized', { status: 401 }), 'b', 'stop'],
    ['a missing credential', new GatewayError('credential_missing', 'x'), 'b', 'stop'],
    ['an open circuit', new GatewayError('circuit_open', 'a/m'), 'b', 'stop'],
    ['a limit of the backend', new GatewayError('backend_limit_reached', 'a'), 'b', 'wait 100'],
    ['a busy target, though nothing was sent', upstream('target_busy', { unsent: true }), 'b', 'stop'],
    ['a request that it cannot be sent', new GatewayError('translation_refused', 'x'), 'b', 'stop'],
    ["a caller's fault", upstream('upstream_rejected', { status: 400 }), 'stop', 'stop'],
    ['a limit of the cost', new GatewayError('cost_limit_exceeded', 'x'), 'stop', 'stop'],
    ['the deadline', new GatewayError('deadline_exceeded', '1 ms'), 'stop', 'stop'],
    ['a fault of our own', new GatewayError('internal', 'x'), 'stop', 'stop'],
  ])('after %s', (_, error, withOther, alone) => {
    expect(next([['a', error]], ['a', 'b'])).toBe(withOther);
    expect(next([['a', error]], ['a'])).toBe(alone);
  });

  it('says what it follows', () => {
    const failure: Failure = ['a', upstream('upstream_overloaded')];
    expect(step([failure], ['a', 'b'])).toMatchObject({ reason: 'failover', target: target('b'), after: target('a') });
    expect(step([failure], ['a'], { nowMs: 100 })).toMatchObject({ reason: 'retry', after: target('a') });
  });

  it('is never beyond the limit of upstream calls', () => {
    const failures = ['a', 'b', 'c'].map((backend): Failure => [backend, upstream('upstream_timeout')]);
    expect(next(failures, ['a', 'b', 'c', 'd'])).toBe('stop');
    expect(next(failures, ['a', 'b', 'c', 'd'], { policy: { maxAttempts: 4 } })).toBe('d');
  });

  it('does not count refusals that sent nothing as upstream calls', () => {
    const failures = ['a', 'b', 'c'].map((backend): Failure => [backend, new GatewayError('circuit_open', backend)]);
    expect(next(failures, ['a', 'b', 'c', 'd'], { policy: { maxAttempts: 1 } })).toBe('d');
  });

  it('tries every other target before one is tried again', () => {
    const failures: Failure[] = [
      ['a', upstream('upstream_overloaded')],
      ['b', upstream('upstream_timeout')],
    ];
    expect(next(failures, ['a', 'b', 'c'])).toBe('c');
  });

  it('goes to the target that may be tried again soonest', () => {
    const failures: Failure[] = [
      ['a', upstream('upstream_rate_limited')],
      ['b', upstream('upstream_overloaded')],
    ];
    const backoffMs: AttemptPolicy['backoffMs'] = ({ code }) => (code === 'upstream_rate_limited' ? 2000 : 100);
    expect(next(failures, ['a', 'b'], { policy: { backoffMs } })).toBe('wait 100');
    expect(next(failures, ['a', 'b'], { policy: { backoffMs }, nowMs: 100 })).toBe('b');
  });

  it('goes to the better of two targets that may be tried again now', () => {
    const failures: Failure[] = [
      ['b', upstream('upstream_overloaded'), { failedAtMs: 0 }],
      ['a', upstream('upstream_overloaded'), { failedAtMs: 50 }],
    ];
    expect(next(failures, ['a', 'b'], { nowMs: 900 })).toBe('a');
  });

  it('does not go back to a target whose last error forbids it', () => {
    const failures: Failure[] = [
      ['a', upstream('upstream_overloaded')],
      ['a', new GatewayError('circuit_open', 'a/m')],
    ];
    expect(next(failures, ['a'])).toBe('stop');
  });

  it('takes one of two targets with equal names for the same', () => {
    const twin = { ...target('a') };
    const failed = [toFailedAttempt([], standard, { target: twin, waitedMs: 0 }, upstream('upstream_timeout'), 0)];
    expect(next([], ['a', 'b'], { failed })).toBe('b');
  });
});

describe('the wait before the same target', () => {
  const limited = upstream('upstream_rate_limited');
  const resting = (restMs: number): Facts => ({ policy: { backoffMs: () => restMs } });

  it('grows with the failures of that target', () => {
    const failures: Failure[] = [
      ['a', upstream('upstream_failed', { status: 503 })],
      ['a', upstream('upstream_unreachable')],
    ];
    expect(next(failures, ['a'])).toBe('wait 200');
  });

  it('asks for the rest of that target and that error', () => {
    const asked: unknown[] = [];
    const backoffMs: AttemptPolicy['backoffMs'] = (...facts) => asked.push(facts);
    step([['a', limited]], ['a'], { policy: { backoffMs } });
    expect(asked).toEqual([[limited, 1, target('a')]]);
  });

  it('does not ask for it when the target may not be asked again', () => {
    const backoffMs = (): number => {
      throw new Error('asked');
    };
    expect(next([['a', upstream('upstream_timeout')]], ['a', 'b'], { policy: { backoffMs } })).toBe('b');
  });

  it('is none where another key is free', () => {
    expect(next([['a', limited]], ['a'], resting(0))).toBe('a');
  });

  it('counts from the failure, not from the decision', () => {
    const failures: Failure[] = [['a', limited, { failedAtMs: 500 }]];
    expect(next(failures, ['a'], { ...resting(3000), nowMs: 1500 })).toBe('wait 3500');
    expect(next(failures, ['a'], { ...resting(3000), nowMs: 9000 })).toBe('a');
  });

  it('is not begun when it is longer than all waits may be', () => {
    expect(next([['a', limited]], ['a'], resting(10_000))).toBe('wait 10000');
    expect(next([['a', limited]], ['a'], resting(10_001))).toBe('stop');
    expect(next([['a', limited]], ['a'], { policy: { backoffMs: () => 10_001, maxRetryWaitMs: 20_000 } })).toBe(
      'wait 10001',
    );
  });

  it('is not begun when it is longer than what earlier waits left', () => {
    const failures: Failure[] = [
      ['a', limited],
      ['a', limited, { waitedMs: 6000 }],
    ];
    expect(next(failures, ['a'], resting(6000))).toBe('stop');
  });

  it('is not begun when it would last until the deadline', () => {
    expect(next([['a', limited]], ['a'], { ...resting(500), deadlineAtMs: 501 })).toBe('wait 500');
    expect(next([['a', limited]], ['a'], { ...resting(500), deadlineAtMs: 500 })).toBe('stop');
  });
});

describe('after the deadline', () => {
  it('nothing begins', () => {
    expect(next([], ['a'], { deadlineAtMs: 100, nowMs: 100 })).toBe('stop');
    expect(next([['a', upstream('upstream_timeout')]], ['a', 'b'], { deadlineAtMs: 100, nowMs: 200 })).toBe('stop');
  });
});

describe('the retry budget', () => {
  const broken: Failure = ['a', upstream('upstream_broken')];

  it('is not touched by the first call of an exchange', () => {
    expect(step([], ['a', 'b'], { charged: 0, budgetLeft: 0 })).toMatchObject({ kind: 'attempt', extra: false });
  });

  it('pays for every further one', () => {
    expect(step([broken], ['a', 'b'], { charged: 0, budgetLeft: 1 })).toMatchObject({ kind: 'attempt', extra: true });
  });

  it('stops an exchange when it is spent', () => {
    expect(step([broken], ['a', 'b'], { charged: 0, budgetLeft: 0 })).toEqual({ kind: 'stop', budgetSpent: true });
  });

  it('is not waited for', () => {
    const overloaded: Failure = ['a', upstream('upstream_overloaded')];
    expect(step([overloaded], ['a'], { charged: 0, budgetLeft: 0 })).toEqual({ kind: 'stop', budgetSpent: true });
  });

  it('has nothing to do with an exchange that has no target left', () => {
    expect(step([broken], ['a'], { charged: 0, budgetLeft: 0 })).toEqual({ kind: 'stop', budgetSpent: false });
  });

  it('is not touched to move on from a refusal', () => {
    const refused: Failure = ['a', new GatewayError('circuit_open', 'a/m')];
    expect(step([refused], ['a', 'b'], { charged: 0, budgetLeft: 0 })).toMatchObject({
      target: target('b'),
      extra: false,
    });
  });

  it('pays once for a call that was refused and made elsewhere', () => {
    const refused: Failure = ['b', new GatewayError('circuit_open', 'b/m')];
    expect(step([broken, refused], ['a', 'b', 'c'], { charged: 1, budgetLeft: 0 })).toMatchObject({
      target: target('c'),
      extra: false,
    });
  });
});

describe('while the first attempt runs', () => {
  const first = { target: target('a'), startedAtMs: 1_000 };
  const hedging = (facts: Facts = {}): Facts => ({ running: [first], charged: 0, hedgeAfterMs: 200, ...facts });

  it('nothing else is begun by a plan without a hedge', () => {
    expect(step([], ['a', 'b'], { running: [first], nowMs: 9_000 })).toEqual({
      kind: 'wait',
      untilMs: undefined,
      budgetSpent: false,
    });
  });

  it('the hedge is waited for until it is due', () => {
    expect(next([], ['a', 'b'], hedging({ nowMs: 1_000 }))).toBe('wait 1200');
    expect(next([], ['a', 'b'], hedging({ nowMs: 1_199 }))).toBe('wait 1200');
  });

  it('the second candidate is asked too when it is due', () => {
    expect(step([], ['a', 'b'], hedging({ nowMs: 1_200 }))).toEqual({
      kind: 'attempt',
      target: target('b'),
      reason: 'hedge',
      after: target('a'),
      commitWithinMs: undefined,
      extra: true,
    });
  });

  it('the hedge goes to a candidate that is available', () => {
    expect(next([], ['a', '!b', 'c'], hedging({ nowMs: 1_200 }))).toBe('c');
  });

  it.each<[string, readonly string[], Facts]>([
    ['there is no other candidate', ['a'], {}],
    ['no other candidate is available', ['a', '!b'], {}],
    ['one call is all that is allowed', ['a', 'b'], { policy: { maxAttempts: 1 } }],
    ['the deadline comes before it is due', ['a', 'b'], { deadlineAtMs: 1_200 }],
    ['the deadline has come', ['a', 'b'], { deadlineAtMs: 1_250, nowMs: 1_300 }],
    ['there was a hedge', ['a', 'b', 'c'], { running: [first, { target: target('b'), startedAtMs: 1_200 }] }],
  ])('no hedge is made when %s', (_, backends, facts) => {
    const decided = step([], backends, hedging({ nowMs: 1_200, ...facts }));
    expect(decided).toEqual({ kind: 'wait', untilMs: undefined, budgetSpent: false });
  });

  it('no hedge is made when something has failed', () => {
    const refused: Failure = ['a', new GatewayError('circuit_open', 'a/m')];
    const running = [{ target: target('b'), startedAtMs: 0 }];
    expect(next([refused], ['a', 'b', 'c'], hedging({ running, nowMs: 1_200 }))).toBe('wait');
  });

  it('a hedge that the budget does not allow is missed', () => {
    expect(step([], ['a', 'b'], hedging({ nowMs: 1_200, budgetLeft: 0 }))).toEqual({
      kind: 'wait',
      untilMs: undefined,
      budgetSpent: true,
    });
  });

  it('the other is waited for when one of two has failed, whatever its error', () => {
    const running = [{ target: target('b'), startedAtMs: 1_200 }];
    const rejected: Failure = ['a', upstream('upstream_rejected', { status: 400 })];
    expect(next([rejected], ['a', 'b', 'c'], hedging({ running, nowMs: 1_300 }))).toBe('wait');
  });

  it('it goes on as usual when both have failed', () => {
    const failures: Failure[] = [
      ['b', upstream('upstream_timeout')],
      ['a', upstream('upstream_timeout')],
    ];
    expect(next(failures, ['a', 'b', 'c'], { hedgeAfterMs: 200 })).toBe('c');
  });
});

describe('any script of failures', () => {
  const errors = [
    upstream('upstream_unreachable'),
    upstream('upstream_timeout'),
    upstream('upstream_overloaded'),
    upstream('target_busy', { unsent: true }),
    new GatewayError('circuit_open', 'x'),
  ];
  const policy: AttemptPolicy = { maxAttempts: 3, backoffMs: (_, failures) => 2_000 * failures };

  it.each(errors)('that begins with "$message" ends within the limits', (first) => {
    for (let script = 0; script < errors.length ** 2; script += 1) {
      const errorOf = (attempt: number): GatewayError =>
        attempt % 3 === 0
          ? first
          : (errors[Math.floor(script / errors.length ** (attempt % 2)) % errors.length] ?? first);
      const plan = planOf(['a', 'b']);
      const failed: FailedAttempt[] = [];
      let nowMs = 0;
      let waitedMs = 0;
      for (;;) {
        const state = { stream: false, failed, running: [], charged: failed.length };
        const decided = decide(state, plan, policy, budgetOf(100), nowMs);
        if (decided.kind === 'stop') break;
        if (decided.kind === 'wait') {
          waitedMs = (decided.untilMs ?? NaN) - nowMs;
          nowMs += waitedMs;
          continue;
        }
        failed.push(
          toFailedAttempt(failed, policy, { target: decided.target, waitedMs }, errorOf(failed.length), nowMs),
        );
        waitedMs = 0;
      }
      const calls = failed.filter(({ error: { code } }) => code !== 'circuit_open' && code !== 'target_busy');
      expect(calls.length).toBeLessThanOrEqual(policy.maxAttempts);
      expect(failed.reduce((sum, attempt) => sum + attempt.waitedMs, 0)).toBeLessThanOrEqual(10_000);
      expect(new Set(failed.map((attempt) => targetName(attempt.target))).size).toBe(2);
    }
  });
});
