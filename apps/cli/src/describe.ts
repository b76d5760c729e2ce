import type { ExplainedAttempt, ExplainedDecision, PlanAnswer, SimulationReport } from '@claudette/gateway';

import { formatTable } from './output.js';

type Rows = readonly (readonly string[])[];

/** Lines of a report; what is undefined is no line. */
const join = (...lines: readonly (string | undefined)[]): string =>
  lines.filter((line) => line !== undefined).join('\n');

const indent = (text: string): string => text.replace(/^/gm, '  ');

const section = (heading: string, rows: Rows): string | undefined =>
  rows.length <= 1 ? undefined : `\n${heading}\n${indent(formatTable(rows))}`;

const orDash = (value: string | number | undefined): string => (value === undefined ? '-' : String(value));

const ms = (value: number | undefined): string => (value === undefined ? '-' : `${value} ms`);

type Candidates = PlanAnswer['candidates'];

const candidateRows = (candidates: Candidates): Rows => [
  ['TARGET', 'SCORE', 'TOKENS', 'COST', 'FIRST CONTENT', 'WHY'],
  ...candidates.map(({ backend, model, score, estimate, reasons }) => [
    `${backend}/${model}`,
    String(score),
    `${estimate.inputTokens} + ${estimate.outputTokens}`,
    estimate.cost ?? 'unknown',
    estimate.firstContentMs === undefined ? 'unknown' : ms(estimate.firstContentMs),
    reasons.join(', '),
  ]),
];

const rejectedRows = (rejected: PlanAnswer['rejected']): Rows => [
  ['TARGET', 'WHY'],
  ...rejected.map(({ backend, model, reason }) => [`${backend}/${model}`, reason]),
];

const lossRows = (candidates: Candidates): Rows => [
  ['TARGET', 'WHAT WOULD NOT ARRIVE'],
  ...candidates.flatMap(({ backend, model, losses }) =>
    losses === undefined ? [] : [[`${backend}/${model}`, losses]],
  ),
];

/** A plan for people. */
export const describePlan = (plan: PlanAnswer): string =>
  join(
    `${plan.model} by ${plan.strategy}: ${plan.execution}${plan.affinity === undefined ? '' : `, ${plan.affinity}`}`,
    section('candidates', candidateRows(plan.candidates)),
    section('rejected', rejectedRows(plan.rejected)),
    section('losses', lossRows(plan.candidates)),
  );

const attemptRows = (attempts: readonly ExplainedAttempt[]): Rows => [
  ['TARGET', 'KIND', 'AT', 'WAITED', 'TOOK', 'FIRST CONTENT', 'OUTCOME'],
  ...attempts.map((attempt) => [
    `${attempt.backend}/${attempt.model}`,
    attempt.reason,
    ms(attempt.startedMs),
    ms(attempt.waitedMs),
    ms(attempt.durationMs),
    ms(attempt.firstContentMs),
    `${attempt.errorCode ?? attempt.outcome}${attempt.orphaned ? ' (likely billed)' : ''}`,
  ]),
];

const timingRows = ({ timings }: ExplainedDecision): Rows => [
  ['PART', 'TIME'],
  ['before the plan', ms(timings.beforePlanMs)],
  ['the plan', ms(timings.planMs)],
  ['before the first attempt', ms(timings.beforeFirstAttemptMs)],
  ['waits before attempts', ms(timings.waitedMs)],
  ['until the first content', ms(timings.firstContentMs)],
  ['from there to the end', ms(timings.streamMs)],
  ['in all', ms(timings.totalMs)],
];

const predictionRows = ({ predictions }: ExplainedDecision): Rows => {
  if (predictions === undefined) return [];
  const { inputTokens, outputTokens, cost, firstContentMs, durationMs } = predictions;
  const named = [
    ['input tokens', inputTokens],
    ['output tokens', outputTokens],
    ['cost', cost],
    ['ms to first content', firstContentMs],
    ['ms in all', durationMs],
  ] as const;
  return [
    ['WHAT', 'PREDICTED', 'ACTUAL', 'OFF BY'],
    ...named.map(([what, { predicted, actual, offByPercent }]) => [
      what,
      orDash(predicted),
      orDash(actual),
      offByPercent === undefined ? '-' : `${offByPercent} %`,
    ]),
  ];
};

/** Why an exchange went as it did, for people. */
export const describeDecision = (decision: ExplainedDecision): string => {
  const { asked, chosen, plan, losses } = decision;
  const answerer = chosen === undefined ? 'nobody' : `${chosen.backend}/${chosen.model}`;
  const money = [
    ['cost', decision.cost],
    ['saved', decision.saved],
    ['wasted', decision.wasted],
  ] as const;
  return join(
    `${decision.id} at ${decision.startedAt}`,
    `asked for ${asked.requestedModel} (${asked.dialect}${asked.stream ? ', stream' : ''}), answered by ${answerer}: ${decision.errorCode ?? decision.outcome}, cache ${decision.cache}`,
    `why: ${decision.why}`,
    ...money.map(([name, amount]) => (amount === undefined ? undefined : `${name}: ${amount}`)),
    losses.length === 0 ? undefined : `lost: ${losses.map(({ path, reason }) => `${path} (${reason})`).join(', ')}`,
    plan &&
      section('candidates', candidateRows(plan.candidates.map((candidate) => ({ ...candidate, losses: undefined })))),
    plan && section('rejected', rejectedRows(plan.rejected)),
    section('attempts', attemptRows(decision.attempts)),
    section('time', timingRows(decision)),
    section('predicted and actual', predictionRows(decision)),
  );
};

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** What another configuration would have changed, for people. */
export const describeSimulation = (report: SimulationReport): string => {
  const { replayed, changed, unanswered, leftOut, targets, cost, latency, notReplayed } = report;
  return join(
    `${replayed} exchanges replayed, ${changed} answered by another target, ${unanswered} by nobody; ${leftOut} needed no target`,
    section('shares', [
      ['TARGET', 'BEFORE', 'AFTER'],
      ...targets.map(({ backend, model, shareBefore, shareAfter }) => [
        `${backend}/${model}`,
        percent(shareBefore),
        percent(shareAfter),
      ]),
    ]),
    section('what it comes to', [
      ['WHAT', 'BEFORE', 'AFTER', 'EXCHANGES', 'UNKNOWN'],
      ['cost', cost.before, cost.after, String(cost.exchanges), String(cost.unknownBefore + cost.unknownAfter)],
      ...(['meanMs', 'p95Ms'] as const).map((part) => [
        part === 'meanMs' ? 'latency, mean' : 'latency, p95',
        ms(latency.before[part]),
        ms(latency.after[part]),
        String(latency.exchanges),
        String(latency.unknownBefore + latency.unknownAfter),
      ]),
    ]),
    section('not replayed', [
      ['EXCHANGES', 'WHY'],
      ...notReplayed.map(({ reason, exchanges }) => [String(exchanges), reason]),
    ]),
  );
};
