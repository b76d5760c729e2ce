import { describe, expect, it } from '@jest/globals';

import { createRestartPolicy, MOST_DEATHS } from './restart-policy.js';

const setUp = () => {
  const time = { now: 0 };
  return { time, policy: createRestartPolicy(() => time.now) };
};

describe('the restarts of workers', () => {
  it('come quickly after one death, and ever later after more', () => {
    const { policy } = setUp();
    expect([policy.died(), policy.died(), policy.died()]).toEqual([100, 200, 400]);
  });

  it('come within 5 s at the latest', () => {
    const { policy } = setUp();
    const rests = Array.from({ length: MOST_DEATHS - 1 }, () => policy.died());
    expect(Math.max(...rests.map(Number))).toBe(5_000);
  });

  it('end when too many died within a minute', () => {
    const { policy } = setUp();
    const rests = Array.from({ length: MOST_DEATHS }, () => policy.died());
    expect(rests.indexOf(undefined)).toBe(MOST_DEATHS - 1);
  });

  it('forget what is longer ago than a minute', () => {
    const { policy, time } = setUp();
    for (let death = 1; death < MOST_DEATHS; death += 1) policy.died();
    time.now = 60_000;
    expect(policy.died()).toBe(100);
  });
});
