import type { Interceptor } from '@claudette/core';

import { createPlanner } from './create-planner.js';
import type { RoutingOptions } from './create-planner.js';

/** Gives each call its plan: the targets to try, best first. Rejects with what the planner throws. */
export const withRouting = (options: RoutingOptions): Interceptor => {
  const plan = createPlanner(options);
  return (next) => async (call) => next({ ...call, plan: plan(call) });
};
