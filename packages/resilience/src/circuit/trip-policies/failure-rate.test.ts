import { describe, expect, it } from '@jest/globals';

import { createFailureRate } from './failure-rate.js';
import type { CallSign } from './trip-policy.js';

const limits = { failureRate: 0.5, volume: 4, windowCalls: 10, windowMs: 10_000 };
const sign = (failed: boolean | undefined, atMs = 0): CallSign => ({
  atMs,
  startedAtMs: atMs,
  failed,
  slow: undefined,
});

/** `+` is a success, `-` a failure. */
const after = (calls: string, options = limits): string | undefined => {
  const policy = createFailureRate(() => options);
  for (const call of calls) policy.see(sign(call === '-'));
  return policy.shouldTrip();
};

describe('the failure rate', () => {
  it.each([
    ['----', '4 of 4 calls failed'],
    ['++--', '2 of 4 calls failed'],
    ['+++--', undefined],
    ['---', undefined],
    ['++++++++++-----', '5 of 10 calls failed'],
    ['++++++++++----', undefined],
    ['-----++++++', undefined],
  ])('after %s says %s', (calls, expected) => {
    expect(after(calls)).toBe(expected);
  });

  it('of 1 asks for nothing but failures', () => {
    expect(after('+---', { ...limits, failureRate: 1 })).toBeUndefined();
    expect(after('----', { ...limits, failureRate: 1 })).toBe('4 of 4 calls failed');
  });

  it('looks at as many calls as the volume, where the window is smaller', () => {
    expect(after('------------', { ...limits, volume: 12 })).toBe('12 of 12 calls failed');
  });

  it('forgets calls that are too old', () => {
    const policy = createFailureRate(() => limits);
    for (const atMs of [0, 1, 5_000]) policy.see(sign(true, atMs));
    policy.see(sign(true, 10_001));
    expect(policy.shouldTrip()).toBeUndefined();
    policy.see(sign(true, 10_001));
    expect(policy.shouldTrip()).toBe('4 of 4 calls failed');
  });

  it('takes no notice of calls that have not ended', () => {
    const policy = createFailureRate(() => ({ ...limits, volume: 1 }));
    policy.see({ ...sign(undefined), slow: true });
    expect(policy.shouldTrip()).toBeUndefined();
  });

  it('follows a change of its limits', () => {
    let present = { ...limits, volume: 5 };
    const policy = createFailureRate(() => present);
    for (let call = 0; call < 4; call += 1) policy.see(sign(true));
    expect(policy.shouldTrip()).toBeUndefined();
    present = limits;
    expect(policy.shouldTrip()).toBe('4 of 4 calls failed');
  });

  it('forgets everything when told to', () => {
    const policy = createFailureRate(() => limits);
    for (let call = 0; call < 4; call += 1) policy.see(sign(true));
    policy.reset();
    expect(policy.shouldTrip()).toBeUndefined();
  });
});
