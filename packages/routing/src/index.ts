export { createCatalog } from './catalog.js';
export type { Catalog, CatalogOptions, RoutableTarget } from './catalog.js';
export type { Supports } from './choose-dialect.js';
export { createPlanner, strategies } from './create-planner.js';
export type { Availability, Capabilities, PlannedCall, Planner, RoutingOptions, Strategy } from './create-planner.js';
export { nearestNames } from './nearest-names.js';
export { presetWeights, resolveModel } from './resolve-model.js';
export type { Resolution, ResolvedTarget } from './resolve-model.js';
export type { Weights } from './score.js';
export { createTargetStatistics } from './target-statistics.js';
export type { TargetStatistic, TargetStatistics, TargetStatisticsOptions } from './target-statistics.js';
export { withRouting } from './with-routing.js';
export type { WithRoutingOptions } from './with-routing.js';
export type { TargetAccuracy } from './estimate-errors.js';
export { createEstimator } from './estimator.js';
export type { Estimator, EstimatorOptions } from './estimator.js';
export { explainDecision } from './explain-decision.js';
export type {
  ExplainedAttempt,
  ExplainedDecision,
  ExplainedTimings,
  Prediction,
  Predictions,
} from './explain-decision.js';
export { explainPlan } from './explain-plan.js';
export type { ExplainedCandidate, ExplainedPlan } from './explain-plan.js';
export { simulate } from './simulate.js';
export type { SimulationOptions } from './simulate.js';
export type { Compared, LatencySummary, SimulationReport, TargetShare } from './simulation-report.js';
export type { TokenPrice } from './token-price.js';

export { isFinal, isUpstreamCall, mayHaveRun } from './attempt-faults.js';
export { decide } from './attempt-policy.js';
export type { AttemptStep, NextStep } from './attempt-policy.js';
export type { AttemptPolicy, AttemptState, FailedAttempt, RunningAttempt } from './attempt-state.js';
export { createRetryBudget } from './retry-budget.js';
export type { RetryBudget, RetryBudgetOptions } from './retry-budget.js';
export { withAttempts } from './with-attempts.js';
export type { AttemptsOptions } from './with-attempts.js';
