import { describe, expect, it } from '@jest/globals';

import { GatewayError, targetName, UpstreamError } from '@claudette/core';
import type { GatewayErrorCode, Plan, Target, UpstreamFault } from '@claudette/core';

import { decide } from './attempt-policy.js';
import type { AttemptPolicy, FailedAttempt } from './attempt-policy.js';

const target = (backend: string): Target => ({ backend, model: 'm', provider: 'openai', dialect: 'openai-chat' });
const planOf = (...backends: string[]): Plan => ({
  strategy: 'weighted',
  candidates: backends.map((backend) => ({ target: target(backend), score: 1, reasons: [] })),
  rejected: [],
});
const upstream = (code: GatewayErrorCode, fault: Partial<UpstreamFault> = {}): UpstreamError =>
  new UpstreamError(code, 'detail', { backend: 'a', ...fault });
const failed = (backend: string, error: GatewayError, facts: Partial<FailedAttempt> = {}): FailedAttempt => ({
  target: target(backend),
  error,
  failedAtMs: 0,
  waitedMs: 0,
  ...facts,
});
const policy: AttemptPolicy = { maxAttempts: 3, backoffMs: (_, failures) => 100 * failures };

/** The decision in one word: `b`, `a+100` (after a wait) or `stop`. */
const next = (history: FailedAttempt[], plan: Plan, options: Partial<AttemptPolicy> = {}, nowMs = 0): string => {
  const step = decide(history, plan, { ...policy, ...options }, nowMs);
  if (step.kind === 'stop') return 'stop';
  return step.waitMs === 0 ? step.target.backend : `${step.target.backend}+${step.waitMs}`;
};

describe('the next attempt', () => {
  it('is the best candidate at first', () => {
    expect(next([], planOf('a', 'b'))).toBe('a');
  });

  it.each<[string, GatewayError, string, string]>([
    ['an unreachable backend', upstream('upstream_unreachable'), 'b', 'a+100'],
    ['a rate limit', upstream('upstream_rate_limited', { status: 429 }), 'b', 'a+100'],
    ['an overload', upstream('upstream_overloaded', { status: 529 }), 'b', 'a+100'],
    ['an HTTP 5xx', upstream('upstream_failed', { status: 500 }), 'b', 'a+100'],
    ['a fault inside the reply', upstream('upstream_failed'), 'b', 'stop'],
    ['a circumstance that any layer may report', new GatewayError('upstream_unreachable', 'x'), 'b', 'a+100'],
    ['a failure of unknown origin', new GatewayError('upstream_failed', 'x'), 'b', 'stop'],
    ['a connection that broke after the request was written', upstream('upstream_broken'), 'b', 'stop'],
    ['a connection that broke before that', upstream('upstream_broken', { unsent: true }), 'b', 'a+100'],
    ['a backend that was too slow', upstream('upstream_timeout'), 'b', 'stop'],
    ['an invalid answer', upstream('upstream_invalid_reply'), 'b', 'stop'],
    ['an answer that ended too early', new GatewayError('stream_broken', 'x'), 'b', 'stop'],
    ['a refused credential', upstream('upstream_unauthorized', { status: 401 }), 'b', 'stop'],
    ['a missing credential', new GatewayError('credential_missing', 'x'), 'b', 'stop'],
    ['an open circuit', new GatewayError('circuit_open', 'a/m'), 'b', 'stop'],
    ['a busy target, though nothing was sent', upstream('target_busy', { unsent: true }), 'b', 'stop'],
    ['a request that it cannot be sent', new GatewayError('translation_refused', 'x'), 'b', 'stop'],
    ["a caller's fault", upstream('upstream_rejected', { status: 400 }), 'stop', 'stop'],
    ['the deadline', new GatewayError('deadline_exceeded', '1 ms'), 'stop', 'stop'],
    ['a fault of our own', new GatewayError('internal', 'x'), 'stop', 'stop'],
  ])('after %s', (_, error, withOther, alone) => {
    expect(next([failed('a', error)], planOf('a', 'b'))).toBe(withOther);
    expect(next([failed('a', error)], planOf('a'))).toBe(alone);
  });

  it('is never beyond the limit of upstream calls', () => {
    const error = upstream('upstream_timeout');
    const history = ['a', 'b', 'c'].map((backend) => failed(backend, error));
    expect(next(history, planOf('a', 'b', 'c', 'd'))).toBe('stop');
    expect(next(history, planOf('a', 'b', 'c', 'd'), { maxAttempts: 4 })).toBe('d');
  });

  it('does not count refusals that sent nothing as upstream calls', () => {
    const history = ['a', 'b', 'c'].map((backend) => failed(backend, new GatewayError('circuit_open', backend)));
    expect(next(history, planOf('a', 'b', 'c', 'd'), { maxAttempts: 1 })).toBe('d');
  });

  it('tries every other target before one is tried again', () => {
    const busy = upstream('upstream_overloaded');
    expect(next([failed('a', busy), failed('b', upstream('upstream_timeout'))], planOf('a', 'b', 'c'))).toBe('c');
  });

  it('goes to the target that may be tried again soonest', () => {
    const history = [
      failed('a', upstream('upstream_rate_limited', { retryAfterMs: 2000 })),
      failed('b', upstream('upstream_overloaded')),
    ];
    expect(next(history, planOf('a', 'b'))).toBe('b+100');
  });

  it('does not go back to a target whose last error forbids it', () => {
    const history = [
      failed('a', upstream('upstream_overloaded')),
      failed('a', new GatewayError('circuit_open', 'a/m')),
    ];
    expect(next(history, planOf('a'))).toBe('stop');
  });
});

describe('the wait before the same target', () => {
  const limited = (retryAfterMs: number) => upstream('upstream_rate_limited', { retryAfterMs });

  it('grows with the failures of that target', () => {
    const history = [
      failed('a', upstream('upstream_failed', { status: 503 })),
      failed('a', upstream('upstream_unreachable')),
    ];
    expect(next(history, planOf('a'))).toBe('a+200');
  });

  it('is as long as the backend asked for', () => {
    expect(next([failed('a', limited(3000))], planOf('a'))).toBe('a+3000');
  });

  it('is the backoff when the backend asked for less', () => {
    expect(next([failed('a', limited(1))], planOf('a'))).toBe('a+100');
  });

  it('counts from the failure, not from the decision', () => {
    const history = [failed('a', limited(3000), { failedAtMs: 500 })];
    expect(next(history, planOf('a'), {}, 1500)).toBe('a+2000');
    expect(next(history, planOf('a'), {}, 9000)).toBe('a');
  });

  it('is not begun when it is longer than all waits may be', () => {
    expect(next([failed('a', limited(10_001))], planOf('a'))).toBe('stop');
    expect(next([failed('a', limited(10_001))], planOf('a'), { maxRetryWaitMs: 20_000 })).toBe('a+10001');
  });

  it('is not begun when it is longer than what earlier waits left', () => {
    const history = [failed('a', limited(6000)), failed('a', limited(6000), { waitedMs: 6000 })];
    expect(next(history, planOf('a'))).toBe('stop');
  });
});

describe('any script of failures', () => {
  const errors = [
    upstream('upstream_unreachable'),
    upstream('upstream_timeout'),
    upstream('upstream_overloaded', { retryAfterMs: 4000 }),
    upstream('target_busy', { unsent: true }),
    new GatewayError('circuit_open', 'x'),
  ];

  it.each(errors)('that begins with "$message" ends within the limits', (first) => {
    for (let script = 0; script < errors.length ** 2; script += 1) {
      const errorOf = (attempt: number): GatewayError =>
        attempt % 3 === 0
          ? first
          : (errors[Math.floor(script / errors.length ** (attempt % 2)) % errors.length] ?? first);
      const plan = planOf('a', 'b');
      const history: FailedAttempt[] = [];
      let nowMs = 0;
      for (let step = decide(history, plan, policy, nowMs); step.kind === 'attempt';) {
        nowMs += step.waitMs;
        history.push({ target: step.target, error: errorOf(history.length), failedAtMs: nowMs, waitedMs: step.waitMs });
        step = decide(history, plan, policy, nowMs);
      }
      const calls = history.filter(({ error: { code } }) => code !== 'circuit_open' && code !== 'target_busy');
      const targets = new Set(history.map((attempt) => targetName(attempt.target)));
      expect(calls.length).toBeLessThanOrEqual(policy.maxAttempts);
      expect(history.reduce((sum, { waitedMs }) => sum + waitedMs, 0)).toBeLessThanOrEqual(10_000);
      expect(targets.size).toBe(2);
    }
  });
});
