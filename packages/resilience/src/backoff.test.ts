import { describe, expect, it } from '@jest/globals';

import { backoffMs } from './backoff.js';
import type { FailureClass } from './failure-class.js';

const latest = (): number => 0.999_999;
const bounds = (failureClass: FailureClass, attempts: readonly number[]): number[] =>
  attempts.map((attempt) => Math.ceil(backoffMs({ attempt, failureClass, random: latest, baseMs: 100 }) / 100) * 100);

describe('the wait before the next attempt', () => {
  it.each<[FailureClass, readonly number[]]>([
    ['rate-limit', [100, 200, 400, 800, 1600, 1600]],
    ['server', [100, 200, 400, 800, 1600, 1600]],
    ['stream-broken', [100, 200, 400, 800, 1600, 1600]],
    ['local', [100, 200, 400, 800, 1600, 1600]],
    ['connection', [100, 200, 300, 400, 500, 600]],
    ['timeout', [0, 100, 200, 400, 800, 1600]],
    ['caller', [0, 0, 0, 0, 0, 0]],
    ['cancelled', [0, 0, 0, 0, 0, 0]],
  ])('after failures of class %s is at most %j', (failureClass, expected) => {
    expect(bounds(failureClass, [1, 2, 3, 4, 5, 6])).toEqual(expected);
  });

  it('stops growing after a long row of connection failures', () => {
    expect(bounds('connection', [16, 17, 500])).toEqual([1600, 1600, 1600]);
  });

  it('is anything from 0 to the bound', () => {
    const wait = (random: number): number => backoffMs({ attempt: 3, failureClass: 'server', random: () => random });
    expect([0, 0.25, 0.5].map(wait)).toEqual([0, 250, 500]);
  });

  it('is never shorter than the backend asked for', () => {
    const wait = { attempt: 1, failureClass: 'rate-limit', random: () => 0.5, retryAfterMs: 2_000 } as const;
    expect(backoffMs(wait)).toBe(2_000);
  });

  it('is not cut short by an early Retry-After', () => {
    expect(backoffMs({ attempt: 5, failureClass: 'rate-limit', random: () => 0.5, retryAfterMs: 10 })).toBe(2_000);
  });
});
