import { estimateAt } from '@claudette/core';
import type { Call, Clock } from '@claudette/core';
import type { ConcurrencyLimits, RateLimits } from '@claudette/resilience';
import { createConcurrencyLimits, createRateLimits } from '@claudette/resilience';
import type { RetryBudget } from '@claudette/routing';
import { createRetryBudget } from '@claudette/routing';

import type { BackendConfig, Config } from './config/schema.js';
import { shareLimits } from './share-limits.js';

/** What is not to be exceeded: towards backends, and by our own attempts to help. */
export interface Limits {
  readonly rateLimits: RateLimits;
  readonly concurrency: ConcurrencyLimits;
  readonly retryBudget: RetryBudget;
}

/** Calls that may wait for one target's slot before more are refused. */
const MAX_QUEUE = 1_000;

/** So many extra calls are allowed however little traffic there is, or the first fault would not be recovered. */
const RETRY_FLOOR = 10;
const RETRY_WINDOW_MS = 10_000;

/** What the plan expects an attempt to use. */
function expectedTokens({ plan, target }: Call): number {
  const estimate = target && estimateAt(plan, target);
  return estimate === undefined ? 0 : estimate.inputTokens + estimate.outputTokens;
}

const unlimited = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null };

/** Keeps to the limits of whichever configuration is in effect; what is counted goes on from one to the next. */
export function createLimits(inEffect: () => Config, clock: Clock): Limits {
  const limitsOf = (name: string): BackendConfig['limits'] => {
    const { backends, server } = inEffect();
    return shareLimits(backends[name]?.limits ?? unlimited, server.workers);
  };
  return {
    rateLimits: createRateLimits({ limitsFor: ({ backend }) => limitsOf(backend), tokensFor: expectedTokens, clock }),
    concurrency: createConcurrencyLimits({
      limitFor: ({ backend }) => limitsOf(backend).concurrency,
      maxQueue: MAX_QUEUE,
      get queueTimeoutMs() {
        return inEffect().pool.queueTimeoutMs;
      },
      clock,
    }),
    retryBudget: createRetryBudget({
      clock,
      get ratio() {
        return inEffect().routing.retryBudgetRatio;
      },
      floor: RETRY_FLOOR,
      windowMs: RETRY_WINDOW_MS,
    }),
  };
}
