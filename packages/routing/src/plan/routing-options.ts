import type { Call, CallContext, Clock, Estimate, Plan, Principal, Target } from '@claudette/core';

import type { Capabilities } from './capabilities.js';
import type { Catalog } from '../names/catalog.js';
import type { Supports } from '../names/choose-dialect.js';
import type { Weights } from './score.js';
import type { Strategy } from './strategies/strategy.js';
import type { TargetStatistics } from '../learning/target-statistics.js';

/** Whether a target can be tried now, and if not, why: what its breaker, its limits and its keys say. */
export interface Availability {
  readonly available: boolean;
  readonly reason?: string;
}

/** What a plan depends on. */
export interface PlannedCall extends Pick<Call, 'original' | 'operation' | 'request'> {
  readonly context: Pick<
    CallContext,
    'pinnedBackend' | 'strict' | 'session' | 'costLimit' | 'deadlineAtMs' | 'principal'
  >;
}

export interface RoutingOptions {
  readonly catalog: Catalog;
  readonly strategy: Strategy;
  /** Of the weighted strategy. */
  readonly weights: Weights;
  /** False: only the best candidate is tried. */
  readonly fallback: boolean;
  /** Whether calls of one conversation go to one target where targets are about equal. */
  readonly affinity: boolean;
  /** Of the first candidate's usual latency, 0 to 100: when the second one is asked too. Absent: never. */
  readonly hedgeAfterPercentile?: number;
  readonly clock: Clock;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  readonly statistics: Pick<TargetStatistics, 'of'>;
  /** Asked once for each candidate of a call. */
  readonly estimate: (call: PlannedCall, target: Target) => Estimate;
  /** Whether who asks may use a target at all. @default everybody may use every target */
  readonly isAllowed?: (principal: Principal, target: Target) => boolean;
  readonly isAvailable: (target: Target, estimate: Estimate) => Availability;
  readonly inFlight: (target: Target) => number;
  readonly capabilitiesOf: (target: Target) => Capabilities | undefined;
  /** Asked in strict mode only: what of the request the target could not carry. Undefined: it carries all of it. */
  readonly findLoss?: (call: PlannedCall, target: Target) => string | undefined;
  /** @default every dialect can do everything */
  readonly supports?: Supports;
}

/** Decides where calls go. Sends nothing, owns no timer. */
export interface Planner {
  /**
   * The targets that would be tried, best first, and why. Changes nothing, so that asking costs nobody a turn.
   * @throws GatewayError what `resolveModel` throws; `model_not_allowed` when who asks may use none; with every target's reason `translation_refused` when none can do
   * what is asked, `cost_limit_exceeded` when each is likely to cost more, `deadline_exceeded` when none was ever so fast
   */
  plan(call: PlannedCall): Plan;
  /** Notes that a plan is carried out: its first target has had its turn. */
  take(plan: Plan): void;
}
