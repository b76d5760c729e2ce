import type { Clock, Interceptor } from '@claudette/core';

import type { Planner } from './routing-options.js';

export interface WithRoutingOptions {
  readonly planner: Planner;
  readonly clock: Pick<Clock, 'now'>;
}

/** Gives each call its plan, the targets to try, best first, and tells it. Rejects with what the planner throws. */
export const withRouting =
  ({ planner, clock }: WithRoutingOptions): Interceptor =>
  (next) =>
  async (call) => {
    const startedAt = clock.now();
    const plan = planner.plan(call);
    planner.take(plan);
    const { id, observe } = call.context;
    observe({ kind: 'plan', id, plan, tookMs: clock.now() - startedAt });
    return next({ ...call, plan });
  };
