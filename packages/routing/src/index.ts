export { createCatalog } from './names/catalog.js';
export type { Catalog, CatalogOptions, RoutableTarget } from './names/catalog.js';
export type { Supports } from './names/choose-dialect.js';
export { createPlanner, strategies } from './plan/create-planner.js';
export type {
  Availability,
  Capabilities,
  PlannedCall,
  Planner,
  RoutingOptions,
  Strategy,
} from './plan/create-planner.js';
export { nearestNames } from './names/nearest-names.js';
export { presetWeights, resolveModel } from './names/resolve-model.js';
export type { Resolution, ResolvedTarget } from './names/resolve-model.js';
export type { Weights } from './plan/score.js';
export { createTargetStatistics } from './learning/target-statistics.js';
export type { TargetStatistic, TargetStatistics, TargetStatisticsOptions } from './learning/target-statistics.js';
export { withRouting } from './plan/with-routing.js';
export type { WithRoutingOptions } from './plan/with-routing.js';
export type { TargetAccuracy } from './learning/estimate-errors.js';
export { createEstimator } from './learning/estimator.js';
export type { Estimator, EstimatorOptions } from './learning/estimator.js';
export { explainDecision } from './explain/explain-decision.js';
export type {
  ExplainedAttempt,
  ExplainedDecision,
  ExplainedTimings,
  Prediction,
  Predictions,
} from './explain/explain-decision.js';
export { explainPlan } from './explain/explain-plan.js';
export type { ExplainedCandidate, ExplainedPlan } from './explain/explain-plan.js';
export { simulate } from './explain/simulate.js';
export type { SimulationOptions } from './explain/simulate.js';
export type { Compared, LatencySummary, SimulationReport, TargetShare } from './explain/simulation-report.js';
export type { TokenPrice } from './learning/token-price.js';

export { isFinal, isUpstreamCall, mayHaveRun } from './attempts/attempt-faults.js';
export { decide } from './attempts/attempt-policy.js';
export type { AttemptStep, NextStep } from './attempts/attempt-policy.js';
export type { AttemptPolicy, AttemptState, FailedAttempt, RunningAttempt } from './attempts/attempt-state.js';
export { createRetryBudget } from './attempts/retry-budget.js';
export type { RetryBudget, RetryBudgetOptions } from './attempts/retry-budget.js';
export { withAttempts } from './attempts/with-attempts.js';
export type { AttemptsOptions } from './attempts/with-attempts.js';
