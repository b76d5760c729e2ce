import { totalOutputTokens } from '@claudette/core';
import type { Estimate, ExchangeRecord, Observe, Plan, Target, Usage } from '@claudette/core';

import { createEstimateErrors } from './estimate-errors.js';
import type { EstimateErrors, TargetAccuracy } from './estimate-errors.js';
import { createMovingAverage } from './moving-average.js';
import type { MovingAverage } from './moving-average.js';
import { createHabits, learnHabits } from './request-habits.js';
import type { Habits } from './request-habits.js';
import { kindOf, traitsOf } from './request-traits.js';
import type { RequestTraits } from './request-traits.js';
import type { PlannedCall } from '../plan/routing-options.js';
import { createTargetMap } from './target-map.js';
import type { TargetStatistics } from './target-statistics.js';
import { costNanoOf } from './token-price.js';
import type { TokenPrice } from './token-price.js';

export interface EstimatorOptions {
  /** The prices for a prompt of so many tokens. Undefined: unknown, which is not free. */
  readonly priceOf: (target: Target, inputTokens: number) => TokenPrice | undefined;
  readonly statistics: Pick<TargetStatistics, 'of'>;
  /** How much the newest exchange counts, 0 to 1, once there were enough for a mean. @default 0.05 */
  readonly smoothing?: number;
  /** Most targets to remember; the one that was first seen earliest is forgotten. Clients can name models freely. @default 1000 */
  readonly maxTargets?: number;
}

/** Predicts what calls will use, cost and take, and learns from what they did. Holds numbers only, and the plans under way. */
export interface Estimator {
  /**
   * What a call is likely to use and take at a target. Of a target that was never used: what such requests used elsewhere.
   * Asking for all targets of one call in a row is cheapest.
   */
  readonly estimate: (call: PlannedCall, target: Target) => Estimate;
  /** Feed it every observation; it takes plans and the ends of exchanges. */
  readonly observe: Observe;
  /** How far the estimates were off lately, for each target that answered. */
  accuracy(): readonly TargetAccuracy[];
}

/** By kind of request; undefined: none of this kind was seen. */
type HabitsOfModel = (Habits | undefined)[];

/**
 * What requests use is the model's habit, not the backend's. If each account for a model had its own, the one that happened
 * to get a conversation would look cheaper for its cached prompts, get all the others for it, and look cheaper still.
 */
const modelOf = ({ provider, model }: Target): Pick<Target, 'backend' | 'model'> => ({ backend: provider, model });

type HabitsByKind = readonly [Habits, Habits, Habits, Habits, Habits];

/** Two means whose ratio is the time per output token: long answers count for more than short ones. */
interface Speed {
  readonly ms: MovingAverage;
  readonly tokens: MovingAverage;
}

const createSpeed = (smoothing: number): Speed => ({
  ms: createMovingAverage(smoothing, 0, 0),
  tokens: createMovingAverage(smoothing, 0, 0),
});

interface Learned {
  readonly target: Pick<Target, 'backend' | 'model'>;
  /** After the first content of a stream. */
  readonly streamSpeed: Speed;
  /** Of whole replies, from their beginning, by kind of request: what comes before the first token is in it. */
  readonly wholeSpeeds: (Speed | undefined)[];
  readonly errors: EstimateErrors;
}

interface Planned {
  readonly plan: Plan;
  /** Undefined when the plan was made from other estimates than this estimator's. */
  readonly traits: RequestTraits | undefined;
}

/** Creates an estimator that has seen nothing. */
export function createEstimator(options: EstimatorOptions): Estimator {
  const { priceOf, statistics, smoothing = 0.05, maxTargets = 1000 } = options;
  const known = createTargetMap<Learned>(maxTargets);
  const models = createTargetMap<HabitsOfModel>(maxTargets);
  const oldestFirst = new Set<Learned>();
  const begin = (): Habits => createHabits(smoothing);
  const everywhere: HabitsByKind = [begin(), begin(), begin(), begin(), begin()];
  const underWay = new Map<string, Planned>();

  /** A call is estimated for each of its targets in a row: what is told from it is read once. */
  let request: PlannedCall['request'] | undefined;
  let traits: RequestTraits | undefined;
  let estimates: Estimate[] = [];

  const read = (call: PlannedCall): RequestTraits => {
    if (call.request === request && traits !== undefined) return traits;
    request = call.request;
    estimates = [];
    traits = traitsOf(call);
    return traits;
  };

  const takePlan = (id: string, plan: Plan): void => {
    const isOurs = plan.candidates.some(({ estimate }) => estimates.includes(estimate));
    underWay.set(id, { plan, traits: isOurs ? traits : undefined });
    request = undefined;
    traits = undefined;
    estimates = [];
  };

  const remember = (target: Target): Learned => {
    const found = known.get(target);
    if (found !== undefined) return found;
    const created: Learned = {
      target,
      streamSpeed: createSpeed(smoothing),
      wholeSpeeds: [],
      errors: createEstimateErrors(smoothing),
    };
    known.add(target, created);
    oldestFirst.add(created);
    for (const oldest of oldestFirst) {
      if (oldestFirst.size <= maxTargets) break;
      oldestFirst.delete(oldest);
    }
    return created;
  };

  const habitsOf = (target: Target): HabitsOfModel => {
    const found = models.get(modelOf(target));
    if (found !== undefined) return found;
    const created: HabitsOfModel = [];
    models.add(modelOf(target), created);
    return created;
  };

  const learn = (record: ExchangeRecord, target: Target, usage: Usage, planned: Planned | undefined): void => {
    const learned = remember(target);
    const kind = planned?.traits?.kind ?? kindOf(record.operation, record.requestBytes, false);
    const habits = (habitsOf(target)[kind] ??= createHabits(smoothing, everywhere[kind]));
    const textBytes = planned?.traits === undefined ? record.requestBytes : plainBytes(planned.traits);
    learnHabits(habits, record, usage, textBytes);
    learnHabits(everywhere[kind], record, usage, textBytes);
    if (record.stream) learnSpeed(learned.streamSpeed, record.firstContentMs, record, usage);
    // What other attempts took is not this target's.
    else if (record.attempts === 1) {
      learnSpeed((learned.wholeSpeeds[kind] ??= createSpeed(smoothing)), 0, record, usage);
    }
    const predicted = planned?.plan.candidates.find((candidate) => isSame(candidate.target, target))?.estimate;
    if (predicted !== undefined) learned.errors.learn(predicted, record, usage);
  };

  return {
    estimate(call, target) {
      const { kind, textBytes, attachedTokens } = read(call);
      const { operation, request: asked } = call;
      const learned = known.get(target);
      const habits = models.get(modelOf(target))?.[kind] ?? everywhere[kind];
      const inputTokens = Math.ceil(textBytes * habits.tokensPerByte.value) + attachedTokens;
      const outputTokens = operation === 'generate' ? expectedOutput(habits, asked.maxOutputTokens) : 0;
      const usualMs = statistics.of(target, asked.stream)?.latencyMs;
      const durationMs = asked.stream
        ? plus(usualMs, timeFor(outputTokens, learned?.streamSpeed))
        : (timeFor(outputTokens, learned?.wholeSpeeds[kind]) ?? usualMs);
      const estimate: Estimate = {
        inputTokens,
        outputTokens,
        costNano: costOf(operation, priceOf(target, inputTokens), habits, inputTokens, outputTokens),
        firstContentMs: asked.stream ? usualMs : durationMs,
        durationMs,
      };
      estimates.push(estimate);
      return estimate;
    },
    observe(observation) {
      if (observation.kind === 'plan') takePlan(observation.id, observation.plan);
      if (observation.kind !== 'exchange-end') return;
      const { record } = observation;
      const planned = underWay.get(record.id);
      underWay.delete(record.id);
      const { target, usage, outcome, cache } = record;
      if (target === undefined || usage?.source !== 'measured' || outcome !== 'complete') return;
      if (cache === 'miss' || cache === 'bypass') learn(record, target, usage, planned);
    },
    accuracy: () => [...oldestFirst].map(({ errors, target }) => errors.read(target)),
  };
}

const isSame = (one: Target, other: Target): boolean => one.backend === other.backend && one.model === other.model;

const plainBytes = ({ isPlain, textBytes }: RequestTraits): number | undefined => (isPlain ? textBytes : undefined);

/** Some clients say "no limit" with a limit below 1. */
const expectedOutput = ({ outputTokens }: Habits, limit: number | undefined): number => {
  const usual = Math.round(outputTokens.value);
  return limit === undefined || limit < 1 ? usual : Math.min(usual, limit);
};

/** Counting tokens is free wherever it is offered. */
const costOf = (
  operation: PlannedCall['operation'],
  price: TokenPrice | undefined,
  { cachedShare, cacheWriteShare, reasoningShare }: Habits,
  inputTokens: number,
  outputTokens: number,
): number | undefined => {
  if (operation === 'count') return 0;
  if (price === undefined) return undefined;
  const cached = inputTokens * cachedShare.value;
  const written = inputTokens * cacheWriteShare.value;
  const reasoning = outputTokens * reasoningShare.value;
  return costNanoOf(price, inputTokens - cached - written, cached, written, outputTokens - reasoning, reasoning);
};

const learnSpeed = (speed: Speed, beganMs: number | undefined, record: ExchangeRecord, usage: Usage): void => {
  const tokens = totalOutputTokens(usage);
  if (beganMs === undefined || tokens === 0) return;
  speed.ms.learn(record.durationMs - beganMs);
  speed.tokens.learn(tokens);
};

const timeFor = (outputTokens: number, speed: Speed | undefined): number | undefined =>
  speed === undefined || speed.tokens.count === 0 ? undefined : (outputTokens * speed.ms.value) / speed.tokens.value;

const plus = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one + other;
