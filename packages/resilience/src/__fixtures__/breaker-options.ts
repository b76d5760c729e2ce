import type { Clock, Observe } from '@claudette/core';

import type { BreakerOptions } from '../circuit/breaker-options.js';

/** Limits that are easy to reckon with: a first wait of 1 s or, at the lower end of chance, of 750 ms; 4 of 5 probes. */
export const breakerOptions = (
  clock: Clock,
  observe: Observe = () => undefined,
  overrides: Partial<BreakerOptions> = {},
): BreakerOptions => ({
  ...{ clock, observe, random: () => 0 },
  ...{ failureRate: 0.5, volume: 4, windowCalls: 10, windowMs: 10_000 },
  ...{ openMs: 32_000, halfOpenCalls: 5, successRate: 0.8 },
  ...{ slowFirstContentMs: 5_000, slowCallRate: 0.5 },
  ...overrides,
});
