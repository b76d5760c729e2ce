import { toGatewayError, totalInputTokens } from '@claudette/core';
import type { Candidate, Clock, DecisionRecord, ExchangeRecord, Measures, Plan, Target, Usage } from '@claudette/core';

import { createPlanner } from '../plan/create-planner.js';
import { createEstimator } from '../learning/estimator.js';
import type { EstimatorOptions } from '../learning/estimator.js';
import { createLatencyBook, latencyOf } from './latency-book.js';
import type { LatencyBook } from './latency-book.js';
import { presetWeights } from '../names/resolve-model.js';
import type { PlannedCall, RoutingOptions } from '../plan/routing-options.js';
import { createSeededRandom } from './seeded-random.js';
import { isSame, summarize } from './simulation-report.js';
import type { ReplayedExchange, SimulationReport } from './simulation-report.js';
import { strategyRules } from '../plan/strategies/strategy-rules.js';
import type { StrategyRule } from '../plan/strategies/strategy.js';
import { createTargetStatistics } from '../learning/target-statistics.js';
import type { TargetStatistic } from '../learning/target-statistics.js';
import { costNanoOf } from '../learning/token-price.js';

/** The other routing configuration, and what its targets cost. */
export interface SimulationOptions
  extends
    Pick<RoutingOptions, 'catalog' | 'strategy' | 'weights' | 'fallback' | 'affinity' | 'capabilitiesOf' | 'supports'>,
    Pick<EstimatorOptions, 'priceOf'> {}

/**
 * What would have changed if another routing configuration had decided. Each recorded exchange is planned anew, in the
 * order of time, with what was known then: of targets that were candidates, the recorded availability, latency and
 * success; of others, what the records before have shown. Nothing is explored. Pure: the same records and options give the
 * same report.
 *
 * Taken for granted: a target fails now if it failed in that very exchange; a prompt uses the same tokens everywhere, and
 * other prompt caches would have served as well; a target takes as long as it took in other exchanges on record. Records
 * hold no prompts: pins, limits of cost and time and what a request needs besides room for its prompt are not known, and
 * a conversation stays where it was if the other configuration keeps conversations together and the target is about as
 * good as its best.
 */
export function simulate(decisions: Iterable<DecisionRecord>, options: SimulationOptions): SimulationReport {
  const records = [...decisions].sort((a, b) => a.exchange.startedAtMs - b.exchange.startedAtMs);
  const latencies = createLatencyBook(records);
  const past = createPast(options);
  const replayed: ReplayedExchange[] = [];
  const notReplayed = new Map<string, number>();
  let leftOut = 0;

  for (const record of records) {
    const { exchange, plan } = record;
    if (isWithoutTarget(exchange)) leftOut += 1;
    else {
      const result = plan === undefined ? whyEnded(exchange) : past.replan(record, plan);
      if (typeof result === 'string') notReplayed.set(result, (notReplayed.get(result) ?? 0) + 1);
      else replayed.push(compareAnswers(exchange, result, latencies, options));
    }
    past.learn(record);
  }
  return {
    ...summarize(replayed),
    leftOut,
    notReplayed: [...notReplayed]
      .map(([reason, exchanges]) => ({ reason, exchanges }))
      .sort((a, b) => b.exchanges - a.exchanges),
  };
}

const isWithoutTarget = ({ cache }: ExchangeRecord): boolean => cache !== 'miss' && cache !== 'bypass';

const whyEnded = ({ errorCode, outcome }: ExchangeRecord): string => `it ended before routing: ${errorCode ?? outcome}`;

/** Who answered, and who would have. */
interface Answers {
  readonly before: Target;
  readonly after: Target | undefined;
}

/** What was known at each point of the records, and how the other configuration would have planned with it. */
interface Past {
  /** A text says why it cannot be told. */
  replan(record: DecisionRecord, plan: Plan): Answers | string;
  learn(record: DecisionRecord): void;
}

const createPast = (options: SimulationOptions): Past => {
  let nowMs = 0;
  let candidates: readonly Candidate[] = [];
  const clock: Clock = { now: () => nowMs, epochMs: () => nowMs, after: () => () => undefined };
  const statistics = createTargetStatistics({ clock });
  const find = (target: Target): Candidate | undefined => candidates.find((each) => isSame(each.target, target));
  const known = {
    of: (target: Target, stream: boolean): TargetStatistic =>
      recall(find(target)?.measures, statistics.of(target, stream), nowMs),
  };
  const estimator = createEstimator({ priceOf: options.priceOf, statistics: known });
  const planner = createPlanner({
    ...options,
    // Prompts are not known: what they have in common cannot be either.
    affinity: false,
    clock,
    random: createSeededRandom(1),
    statistics: known,
    estimate: estimator.estimate,
    isAvailable(target) {
      const candidate = find(target);
      if (candidate === undefined || candidate.measures.available) return { available: true };
      return { available: false, reason: candidate.notes.join(', ') };
    },
    inFlight: (target) => find(target)?.measures.inFlight ?? 0,
  });

  return {
    replan(record, recorded) {
      const { exchange } = record;
      if (exchange.target === undefined) return `nobody answered it: ${exchange.errorCode ?? exchange.outcome}`;
      nowMs = exchange.startedAtMs;
      candidates = recorded.candidates;
      try {
        const plan = planner.plan(toCall(exchange));
        planner.take(plan);
        const order = options.affinity ? keepTogether(plan, recorded, weightsOf(exchange, options)) : plan.candidates;
        return { before: exchange.target, after: order.find(({ target }) => !hasFailed(record, target))?.target };
      } catch (thrown) {
        return toGatewayError(thrown).message;
      }
    },
    learn({ exchange, plan, attempts }) {
      nowMs = exchange.startedAtMs + exchange.durationMs;
      for (const [index, attempt] of attempts.entries()) {
        const target = plan?.candidates.find((each) => isSame(each.target, attempt.target))?.target;
        if (target === undefined) continue;
        const { id, stream } = exchange;
        statistics.observe({ ...attempt, kind: 'attempt-end', id, target, number: index + 1, stream });
      }
      estimator.observe({ kind: 'exchange-end', record: exchange });
    },
  };
};

/** Enough for a latency on record to count in full. */
const MANY_ATTEMPTS = 1000;

/** What was known of a target: its measures on record, if any. It counts as fresh, so that nothing is explored. */
const recall = (
  measures: Measures | undefined,
  learned: TargetStatistic | undefined,
  nowMs: number,
): TargetStatistic => ({
  latencyMs: measures === undefined ? learned?.latencyMs : measures.latencyMs,
  p95Ms: undefined,
  fastestMs: undefined,
  successRate: measures?.successRate ?? learned?.successRate ?? 1,
  attempts: measures === undefined ? (learned?.attempts ?? 0) : MANY_ATTEMPTS,
  lastAttemptAtMs: nowMs,
  percentile: () => undefined,
});

/** A call that is like the recorded one in everything that the record tells. */
const toCall = (exchange: ExchangeRecord): PlannedCall => {
  const { requestedModel: model, operation, dialect, requestBytes, stream, principalId } = exchange;
  const text = dialect === 'native' ? ' '.repeat(requestBytes) : '';
  return {
    ...(dialect !== 'native' && { original: { dialect, body: new Uint8Array(requestBytes), headers: {} } }),
    operation,
    request: {
      model,
      messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
      stream,
      streamUsage: stream,
      tools: [],
      foreign: [],
    },
    context: { principal: { id: principalId, name: principalId }, strict: false },
  };
};

const weightsOf = ({ requestedModel }: ExchangeRecord, { weights }: SimulationOptions): SimulationOptions['weights'] =>
  presetWeights.get(requestedModel) ?? weights;

/** What kept a conversation on its target then keeps it there now, if the target is about as good as the best. */
const keepTogether = (
  { strategy, candidates }: Plan,
  recorded: Plan,
  weights: SimulationOptions['weights'],
): readonly Candidate[] => {
  const rules: Readonly<Record<string, StrategyRule>> = strategyRules;
  const rule = rules[strategy];
  const [best] = candidates;
  const [then] = recorded.candidates;
  if (recorded.affinity === undefined || then === undefined || best === undefined) return candidates;
  const kept = candidates.find(
    (each) =>
      isSame(each.target, then.target) &&
      each.measures.available &&
      rule?.tierOf(each.measures) === rule?.tierOf(best.measures) &&
      rule?.conversations?.isNear(each, best, weights) === true,
  );
  return kept === undefined ? candidates : [kept, ...candidates];
};

const hasFailed = ({ exchange, attempts }: DecisionRecord, target: Target): boolean =>
  exchange.target !== undefined &&
  !isSame(exchange.target, target) &&
  attempts.some((attempt) => attempt.outcome === 'failed' && isSame(attempt.target, target));

const compareAnswers = (
  exchange: ExchangeRecord,
  { before, after }: Answers,
  latencies: LatencyBook,
  { priceOf }: SimulationOptions,
): ReplayedExchange => {
  const { stream, durationMs, firstContentMs, cost, usage } = exchange;
  const costNano = cost?.currency === 'USD' ? Number(cost.nano) : undefined;
  const latencyMs = latencyOf(stream, durationMs, firstContentMs);
  const hasMoved = after !== undefined && !isSame(before, after);
  return {
    before,
    after,
    costNano: { before: costNano, after: hasMoved ? usage && costAt(after, usage, priceOf) : costNano },
    latencyMs: { before: latencyMs, after: hasMoved ? latencies.next(after, stream) : latencyMs },
  };
};

const costAt = (target: Target, usage: Usage, priceOf: SimulationOptions['priceOf']): number | undefined => {
  const price = priceOf(target, totalInputTokens(usage));
  const written = usage.cacheWriteTokens + usage.cacheWrite1hTokens;
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = usage;
  return price && costNanoOf(price, inputTokens, cachedInputTokens, written, outputTokens, reasoningTokens);
};
