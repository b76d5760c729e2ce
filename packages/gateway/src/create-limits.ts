import { estimateAt } from '@claudette/core';
import type { Call, Clock } from '@claudette/core';
import type { ConcurrencyLimits, RateLimits } from '@claudette/resilience';
import { createConcurrencyLimits, createRateLimits } from '@claudette/resilience';
import type { RetryBudget } from '@claudette/routing';
import { createRetryBudget } from '@claudette/routing';

import type { Backend } from './backend.js';
import type { Config } from './config/schema.js';

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

export function createLimits(config: Config, backends: ReadonlyMap<string, Backend>, clock: Clock): Limits {
  const unlimited = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null };
  const limitsOf = (name: string): Backend['config']['limits'] => backends.get(name)?.config.limits ?? unlimited;
  return {
    rateLimits: createRateLimits({ limitsFor: ({ backend }) => limitsOf(backend), tokensFor: expectedTokens, clock }),
    concurrency: createConcurrencyLimits({
      limitFor: ({ backend }) => limitsOf(backend).concurrency,
      maxQueue: MAX_QUEUE,
      queueTimeoutMs: config.pool.queueTimeoutMs,
      clock,
    }),
    retryBudget: createRetryBudget({
      clock,
      ratio: config.routing.retryBudgetRatio,
      floor: RETRY_FLOOR,
      windowMs: RETRY_WINDOW_MS,
    }),
  };
}
