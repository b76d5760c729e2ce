import { describe, expect, it } from '@jest/globals';

import { shareLimits } from './share-limits.js';

const limits = { requestsPerMinute: 100, tokensPerMinute: 1_000, concurrency: 3 };

describe('limits of a backend', () => {
  it('are whole for a process that is alone', () => {
    expect(shareLimits(limits, 1)).toBe(limits);
  });

  it('are divided among several, and not exceeded by all of them together', () => {
    expect(shareLimits(limits, 3)).toEqual({ requestsPerMinute: 33, tokensPerMinute: 333, concurrency: 1 });
  });

  it('leave at least one to each', () => {
    expect(shareLimits(limits, 8).concurrency).toBe(1);
  });

  it('that do not exist are not made', () => {
    const none = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null };
    expect(shareLimits(none, 4)).toEqual(none);
  });

  it('are worked out once', () => {
    expect(shareLimits(limits, 4)).toBe(shareLimits(limits, 4));
  });
});
