import { describe, expect, it } from '@jest/globals';

import { createSlowCallRate } from './slow-call-rate.js';

const limits = { slowFirstContentMs: 5_000, slowCallRate: 0.8, volume: 5, windowCalls: 10, windowMs: 10_000 };

/** `s` is a slow stream, `q` a quick one, `.` a call that is no stream. */
const after = (calls: string) => {
  const policy = createSlowCallRate(() => limits);
  for (const call of calls) {
    policy.see({ atMs: 0, startedAtMs: 0, failed: false, slow: call === '.' ? undefined : call === 's' });
  }
  return policy;
};

describe('the rate of slow calls', () => {
  it.each([
    ['sssss', '5 of 5 streams gave no content within 5000 ms'],
    ['qssss', '4 of 5 streams gave no content within 5000 ms'],
    ['qqsss', undefined],
    ['ssss', undefined],
    ['ssss......', undefined],
  ])('after %s says %s', (calls, expected) => {
    expect(after(calls).shouldTrip()).toBe(expected);
  });

  it('can be read', () => {
    expect([after('').rate, after('sq').rate]).toEqual([0, 0.5]);
  });

  it('forgets everything when told to', () => {
    const policy = after('sssss');
    policy.reset();
    expect([policy.rate, policy.shouldTrip()]).toEqual([0, undefined]);
  });
});
