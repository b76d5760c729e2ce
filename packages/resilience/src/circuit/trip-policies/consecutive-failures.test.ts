import { describe, expect, it } from '@jest/globals';

import { createConsecutiveFailures } from './consecutive-failures.js';

const see = (policy: ReturnType<typeof createConsecutiveFailures>, startedAtMs: number, failed: boolean | undefined) =>
  policy.see({ atMs: startedAtMs, startedAtMs, failed, slow: undefined });

describe('failures in a row', () => {
  it.each([
    ['---', '3 calls in a row failed'],
    ['++++++++---', '3 calls in a row failed'],
    ['--+--', undefined],
    ['--', undefined],
  ])('after %s say %s', (calls, expected) => {
    const policy = createConsecutiveFailures(() => 3);
    [...calls].forEach((call, index) => see(policy, index, call === '-'));
    expect(policy.shouldTrip()).toBe(expected);
  });

  it('are not interrupted by the end of an answer that began before them', () => {
    const policy = createConsecutiveFailures(() => 3);
    see(policy, 100, true);
    see(policy, 110, true);
    see(policy, 99, false);
    see(policy, 120, true);
    expect(policy.shouldTrip()).toBe('3 calls in a row failed');
  });

  it('are not interrupted by a stream that is slow', () => {
    const policy = createConsecutiveFailures(() => 2);
    see(policy, 0, true);
    see(policy, 1, undefined);
    see(policy, 2, true);
    expect(policy.shouldTrip()).toBe('2 calls in a row failed');
  });

  it('follow a change of their limit', () => {
    let limit = 3;
    const policy = createConsecutiveFailures(() => limit);
    see(policy, 0, true);
    see(policy, 1, true);
    expect(policy.shouldTrip()).toBeUndefined();
    limit = 2;
    expect(policy.shouldTrip()).toBe('2 calls in a row failed');
  });

  it('are forgotten when told to', () => {
    const policy = createConsecutiveFailures(() => 1);
    see(policy, 0, true);
    policy.reset();
    expect(policy.shouldTrip()).toBeUndefined();
  });
});
