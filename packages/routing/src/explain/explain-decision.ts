import { targetName, totalInputTokens, totalOutputTokens } from '@claudette/core';
import type {
  AttemptReason,
  AttemptRecord,
  Candidate,
  DecisionRecord,
  ExchangeRecord,
  GatewayErrorCode,
  Loss,
  Money,
  OutcomeKind,
  Plan,
} from '@claudette/core';

import { relativeError } from '../learning/estimate-errors.js';
import { explainPlace, explainPlan } from './explain-plan.js';
import type { ExplainedPlan } from './explain-plan.js';
import { formatAmount, formatUsd, roundMs } from './plain-numbers.js';

/** One attempt in plain numbers. */
export interface ExplainedAttempt {
  readonly backend: string;
  readonly model: string;
  readonly reason: AttemptReason;
  /** In milliseconds after the exchange. */
  readonly startedMs: number;
  readonly waitedMs: number;
  readonly durationMs: number;
  /** From its own start. Absent when no content came. */
  readonly firstContentMs: number | undefined;
  readonly outcome: OutcomeKind;
  readonly errorCode: GatewayErrorCode | undefined;
  /** It is likely to be billed though nobody got its answer. */
  readonly orphaned: boolean;
}

/** Where the time went. A part that the exchange never came to is absent. */
export interface ExplainedTimings {
  readonly beforePlanMs: number | undefined;
  readonly planMs: number | undefined;
  /** From the plan to the first attempt. */
  readonly beforeFirstAttemptMs: number | undefined;
  /** Before all attempts together: backoff and Retry-After. */
  readonly waitedMs: number;
  /** From the call's arrival. */
  readonly firstContentMs: number | undefined;
  /** From the first content to the end. */
  readonly streamMs: number | undefined;
  readonly totalMs: number;
}

/** What was expected and what came; what is unknown is absent. */
export interface Prediction<T> {
  readonly predicted: T | undefined;
  readonly actual: T | undefined;
  /** By how many percent of the actual value the prediction was off, either way. */
  readonly offByPercent: number | undefined;
}

/** What was expected of the target that answered, against what came of it. */
export interface Predictions {
  readonly inputTokens: Prediction<number>;
  readonly outputTokens: Prediction<number>;
  /** Decimal numbers and their currency. */
  readonly cost: Prediction<string>;
  /** Of the attempt that answered, without what was before it. */
  readonly firstContentMs: Prediction<number>;
  readonly durationMs: Prediction<number>;
}

/** An exchange in plain words and numbers: JSON as it is. */
export interface ExplainedDecision {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly asked: Pick<
    ExchangeRecord,
    'requestedModel' | 'dialect' | 'operation' | 'stream' | 'requestBytes' | 'principalId' | 'tags'
  >;
  /** Who answered. Absent when nobody did. */
  readonly chosen: { readonly backend: string; readonly model: string } | undefined;
  /** Why it was this one, or nobody, in one line. */
  readonly why: string;
  readonly outcome: OutcomeKind;
  readonly errorCode: GatewayErrorCode | undefined;
  readonly finishReason: ExchangeRecord['finishReason'];
  readonly cache: ExchangeRecord['cache'];
  readonly plan: ExplainedPlan | undefined;
  readonly attempts: readonly ExplainedAttempt[];
  readonly timings: ExplainedTimings;
  /** Absent where nothing was predicted, or nobody answered it anew. */
  readonly predictions: Predictions | undefined;
  /** Decimal numbers and their currency. Absent: unknown, or none. */
  readonly cost: string | undefined;
  readonly saved: string | undefined;
  readonly wasted: string | undefined;
  readonly losses: readonly Loss[];
}

/** Says in words what a record holds: what was asked, who was chosen and why, and what came of it. */
export function explainDecision(record: DecisionRecord): ExplainedDecision {
  const { exchange, plan, attempts } = record;
  const { target } = exchange;
  return {
    id: exchange.id,
    startedAt: new Date(exchange.startedAtMs).toISOString(),
    asked: {
      requestedModel: exchange.requestedModel,
      dialect: exchange.dialect,
      operation: exchange.operation,
      stream: exchange.stream,
      requestBytes: exchange.requestBytes,
      principalId: exchange.principalId,
      tags: exchange.tags,
    },
    chosen: target && { backend: target.backend, model: target.model },
    why: explainChoice(record),
    outcome: exchange.outcome,
    errorCode: exchange.errorCode,
    finishReason: exchange.finishReason,
    cache: exchange.cache,
    plan: plan && explainPlan(plan),
    attempts: attempts.map(explainAttempt),
    timings: explainTimings(record),
    predictions: comparePredictions(record),
    cost: formatKnown(exchange.cost),
    saved: formatKnown(exchange.saved),
    wasted: formatKnown(exchange.wasted),
    losses: exchange.losses,
  };
}

const formatKnown = (money: Money | undefined): string | undefined => money && formatAmount(money);

const explainAttempt = (attempt: AttemptRecord): ExplainedAttempt => ({
  backend: attempt.target.backend,
  model: attempt.target.model,
  reason: attempt.reason,
  startedMs: roundMs(attempt.startedMs),
  waitedMs: roundMs(attempt.waitedMs),
  durationMs: roundMs(attempt.durationMs),
  firstContentMs: roundMs(attempt.firstContentMs),
  outcome: attempt.outcome,
  errorCode: attempt.errorCode,
  orphaned: attempt.orphaned,
});

const explainTimings = ({ exchange, planned, attempts }: DecisionRecord): ExplainedTimings => {
  const { firstContentMs, durationMs } = exchange;
  const [first] = attempts;
  return {
    beforePlanMs: roundMs(planned?.startedMs),
    planMs: roundMs(planned?.tookMs),
    beforeFirstAttemptMs: planned && first && roundMs(first.startedMs - planned.startedMs - planned.tookMs),
    waitedMs: roundMs(attempts.reduce((sum, { waitedMs }) => sum + waitedMs, 0)),
    firstContentMs: roundMs(firstContentMs),
    streamMs: firstContentMs === undefined ? undefined : roundMs(durationMs - firstContentMs),
    totalMs: roundMs(durationMs),
  };
};

const isAnsweredBy = ({ target }: ExchangeRecord, { target: other }: Pick<AttemptRecord, 'target'>): boolean =>
  target?.backend === other.backend && target.model === other.model;

const answerOf = ({ exchange, attempts }: DecisionRecord): AttemptRecord | undefined =>
  attempts.findLast((attempt) => isAnsweredBy(exchange, attempt));

const candidateOf = ({ exchange, plan }: DecisionRecord): Candidate | undefined =>
  plan?.candidates.find((candidate) => isAnsweredBy(exchange, candidate));

const comparePredictions = (record: DecisionRecord): Predictions | undefined => {
  const { usage, cost, cache } = record.exchange;
  const predicted = candidateOf(record)?.estimate;
  if (predicted === undefined || (cache !== 'miss' && cache !== 'bypass')) return undefined;
  const answer = answerOf(record);
  const costNano = predicted.costNano;
  const firstContentMs = compare(predicted.firstContentMs, answer?.firstContentMs);
  const durationMs = compare(predicted.durationMs, answer?.durationMs);
  return {
    inputTokens: compare(predicted.inputTokens, usage && totalInputTokens(usage)),
    outputTokens: compare(predicted.outputTokens, usage && totalOutputTokens(usage)),
    cost: {
      predicted: formatUsd(costNano),
      actual: formatKnown(cost),
      offByPercent: compare(costNano, cost && Number(cost.nano)).offByPercent,
    },
    firstContentMs: roundBoth(firstContentMs),
    durationMs: roundBoth(durationMs),
  };
};

const compare = (predicted: number | undefined, actual: number | undefined): Prediction<number> => ({
  predicted,
  actual,
  offByPercent:
    predicted === undefined || actual === undefined ? undefined : Math.round(100 * relativeError(predicted, actual)),
});

const roundBoth = ({ predicted, actual, offByPercent }: Prediction<number>): Prediction<number> => ({
  predicted: roundMs(predicted),
  actual: roundMs(actual),
  offByPercent,
});

const explainChoice = (record: DecisionRecord): string => {
  const { exchange, plan, attempts } = record;
  if (exchange.cache === 'hit') return 'answered from the cache';
  if (exchange.cache === 'coalesced') return 'shares the answer to an equal call that was under way';
  if (exchange.cache === 'stale') return `an expired answer stands in: ${listFailures(attempts)}`;
  const error = exchange.errorCode ?? exchange.outcome;
  if (plan === undefined)
    return exchange.outcome === 'complete' ? 'answered by the gateway itself' : `it ended before routing: ${error}`;
  if (exchange.target === undefined) return [`nobody answered: ${error}`, ...attempts.map(failureOf)].join('; ');
  const answer = answerOf(record);
  const before = attempts.filter((attempt) => attempt !== answer);
  const place = explainRank(candidateOf(record), plan);
  switch (answer?.reason) {
    case 'retry':
      return `${place}; asked again after ${listFailures(before)}`;
    case 'failover':
      return `${place}; asked after ${listFailures(before)}`;
    case 'hedge':
      return `${place}; asked too because the first showed nothing, and was faster`;
    default:
      return place;
  }
};

const failureOf = ({ target, errorCode, outcome }: AttemptRecord): string =>
  `${targetName(target)}: ${errorCode ?? outcome}`;

const listFailures = (attempts: readonly AttemptRecord[]): string => attempts.map(failureOf).join('; ');

const explainRank = (candidate: Candidate | undefined, { candidates, strategy }: Plan): string => {
  if (candidate === undefined) return 'it was not in the plan';
  const rank = `${candidates.indexOf(candidate) + 1} of ${candidates.length} by ${strategy}`;
  return `${rank}: ${explainPlace(candidate, strategy).join(', ')}`;
};
