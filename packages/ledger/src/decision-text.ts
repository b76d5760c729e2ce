import type { AttemptRecord, Candidate, DecisionRecord, DialectId, ExchangeRecord, Plan } from '@claudette/core';

/*
 * Rows of values instead of objects, and whole numbers instead of fractions: it takes a third of the time and a fifth of
 * the space. Durations are in microseconds, scores and shares in ten-thousandths.
 */

type TargetRow = readonly [backend: string, model: string, provider: string, dialect: DialectId];

type CandidateRow = readonly [
  ...target: TargetRow,
  score: number,
  priority: number,
  position: number,
  isAvailable: 0 | 1,
  latency: number | null,
  successRate: number,
  inFlight: number,
  costStanding: number | null,
  latencyStanding: number | null,
  availabilityStanding: number,
  inputTokens: number,
  outputTokens: number,
  costNano: number | null,
  firstContent: number | null,
  duration: number | null,
  notes: readonly string[],
];

type PlanRow = readonly [
  strategy: string,
  candidates: readonly CandidateRow[],
  rejected: readonly (readonly [...target: TargetRow, reason: string])[],
  affinity: NonNullable<Plan['affinity']> | null,
  hedgeAfter: number | null,
];

type AttemptRow = readonly [
  backend: string,
  model: string,
  reason: AttemptRecord['reason'],
  started: number,
  waited: number,
  duration: number,
  firstContent: number | null,
  outcome: AttemptRecord['outcome'],
  errorCode: NonNullable<AttemptRecord['errorCode']> | null,
  isOrphaned: 0 | 1,
];

type DecisionRow = readonly [
  format: number,
  plan: PlanRow | null,
  planned: readonly [started: number, took: number] | null,
  attempts: readonly AttemptRow[],
];

/** Goes up when a row changes its meaning. */
const FORMAT = 1;

const PER_MS = 1_000;
const PER_UNIT = 10_000;

const toMicroseconds = (ms: number): number => Math.round(ms * PER_MS);
const toParts = (share: number): number => Math.round(share * PER_UNIT);

const toOptional = (value: number | undefined, perUnit: number): number | null =>
  value === undefined ? null : Math.round(value * perUnit);

const fromOptional = (value: number | null, perUnit: number): number | undefined =>
  value === null ? undefined : value / perUnit;

const toCandidateRow = ({ target, score, measures, estimate, notes }: Candidate): CandidateRow => [
  target.backend,
  target.model,
  target.provider,
  target.dialect,
  toParts(score),
  measures.priority,
  measures.position,
  measures.available ? 1 : 0,
  toOptional(measures.latencyMs, PER_MS),
  toParts(measures.successRate),
  measures.inFlight,
  toOptional(measures.standing.cost, PER_UNIT),
  toOptional(measures.standing.latency, PER_UNIT),
  toParts(measures.standing.availability),
  estimate.inputTokens,
  estimate.outputTokens,
  estimate.costNano ?? null,
  toOptional(estimate.firstContentMs, PER_MS),
  toOptional(estimate.durationMs, PER_MS),
  notes,
];

const fromCandidateRow = ([
  backend,
  model,
  provider,
  dialect,
  score,
  priority,
  position,
  isAvailable,
  latency,
  successRate,
  inFlight,
  costStanding,
  latencyStanding,
  availabilityStanding,
  inputTokens,
  outputTokens,
  costNano,
  firstContent,
  duration,
  notes,
]: CandidateRow): Candidate => ({
  target: { backend, model, provider, dialect },
  score: score / PER_UNIT,
  measures: {
    priority,
    position,
    available: isAvailable === 1,
    latencyMs: fromOptional(latency, PER_MS),
    successRate: successRate / PER_UNIT,
    inFlight,
    standing: {
      cost: fromOptional(costStanding, PER_UNIT),
      latency: fromOptional(latencyStanding, PER_UNIT),
      availability: availabilityStanding / PER_UNIT,
    },
  },
  estimate: {
    inputTokens,
    outputTokens,
    costNano: costNano ?? undefined,
    firstContentMs: fromOptional(firstContent, PER_MS),
    durationMs: fromOptional(duration, PER_MS),
  },
  notes,
});

const toPlanRow = ({ strategy, candidates, rejected, affinity, hedgeAfterMs }: Plan): PlanRow => [
  strategy,
  candidates.map(toCandidateRow),
  rejected.map(({ target, reason }) => [target.backend, target.model, target.provider, target.dialect, reason]),
  affinity ?? null,
  toOptional(hedgeAfterMs, PER_MS),
];

const fromPlanRow = ([strategy, candidates, rejected, affinity, hedgeAfter]: PlanRow): Plan => ({
  strategy,
  candidates: candidates.map(fromCandidateRow),
  rejected: rejected.map(([backend, model, provider, dialect, reason]) => ({
    target: { backend, model, provider, dialect },
    reason,
  })),
  affinity: affinity ?? undefined,
  hedgeAfterMs: fromOptional(hedgeAfter, PER_MS),
});

const toAttemptRow = (attempt: AttemptRecord): AttemptRow => [
  attempt.target.backend,
  attempt.target.model,
  attempt.reason,
  toMicroseconds(attempt.startedMs),
  toMicroseconds(attempt.waitedMs),
  toMicroseconds(attempt.durationMs),
  toOptional(attempt.firstContentMs, PER_MS),
  attempt.outcome,
  attempt.errorCode ?? null,
  attempt.orphaned ? 1 : 0,
];

const fromAttemptRow = ([
  backend,
  model,
  reason,
  started,
  waited,
  duration,
  firstContent,
  outcome,
  errorCode,
  isOrphaned,
]: AttemptRow): AttemptRecord => ({
  target: { backend, model },
  reason,
  startedMs: started / PER_MS,
  waitedMs: waited / PER_MS,
  durationMs: duration / PER_MS,
  firstContentMs: fromOptional(firstContent, PER_MS),
  outcome,
  errorCode: errorCode ?? undefined,
  orphaned: isOrphaned === 1,
});

/** A decision as text, without its exchange, of which the ledger has a row already. */
export function formatDecision({ plan, planned, attempts }: DecisionRecord): string {
  const row: DecisionRow = [
    FORMAT,
    plan === undefined ? null : toPlanRow(plan),
    planned === undefined ? null : [toMicroseconds(planned.startedMs), toMicroseconds(planned.tookMs)],
    attempts.map(toAttemptRow),
  ];
  return JSON.stringify(row);
}

/**
 * The decision that a text of `formatDecision` and its exchange's row stand for.
 *
 * @throws Error when the text is damaged or written by a newer version
 */
export function parseDecision(text: string, exchange: ExchangeRecord): DecisionRecord {
  const [format, plan, planned, attempts]: DecisionRow = JSON.parse(text);
  if (format !== FORMAT) throw new Error(`its format is ${String(format)} instead of ${FORMAT}`);
  return {
    exchange,
    plan: plan === null ? undefined : fromPlanRow(plan),
    planned: planned === null ? undefined : { startedMs: planned[0] / PER_MS, tookMs: planned[1] / PER_MS },
    attempts: attempts.map(fromAttemptRow),
  };
}
