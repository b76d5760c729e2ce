import { GatewayError } from '@claudette/core';
import type { Call, CallContext, Candidate, ChatRequest, Plan, Target } from '@claudette/core';

import type { Catalog } from './catalog.js';
import { chooseDialects, formatReasons } from './choose-dialect.js';
import type { Spoken, Supports } from './choose-dialect.js';
import { resolveModel } from './resolve-model.js';
import type { ResolvedTarget } from './resolve-model.js';
import { scoreCandidates } from './score.js';
import type { Measures, Scored, Weights } from './score.js';
import type { TargetStatistics } from './target-statistics.js';

/**
 * How targets are put in order. `weighted`: by priority, then by score. `priority`: as they stand in the alias, then by
 * priority. What is still equal stays in the order of the configuration. A preset such as `auto:cheap` is always weighted.
 */
export type Strategy = 'weighted' | 'priority';

/** Whether a target can be tried now, and if not, why: what its breaker says. */
export interface Availability {
  readonly available: boolean;
  readonly reason?: string;
}

export interface RoutingOptions {
  readonly catalog: Catalog;
  readonly strategy: Strategy;
  readonly weights: Weights;
  readonly statistics: Pick<TargetStatistics, 'of'>;
  /** What a typical request costs there, in any unit that is the same for all. Undefined: unknown, which is not free. */
  readonly priceOf: (target: Target) => number | undefined;
  readonly isAvailable: (target: Target) => Availability;
  /** False: only the best candidate is tried. */
  readonly fallback: boolean;
  /** Asked in strict mode only: what of the request the target could not carry. Undefined: it carries all of it. */
  readonly findLoss?: (call: PlannedCall, target: Target) => string | undefined;
  /** @default every dialect can do everything */
  readonly supports?: Supports;
}

/** What a plan depends on. */
export interface PlannedCall extends Pick<Call, 'original' | 'operation' | 'request'> {
  readonly context: Pick<CallContext, 'pinnedBackend' | 'strict'>;
}

/**
 * Says which targets would be tried, best first, and why. Sends nothing. Throws what `resolveModel` throws, and
 * `translation_refused` with every target's reason when none can do what is asked.
 */
export type Planner = (call: PlannedCall) => Plan;

/** Names come from clients; what they resolve to is remembered for so many, then forgotten at once. */
const MAX_REMEMBERED_NAMES = 1000;

/** Creates the function that ranks targets: those that are available first, then as the strategy says. */
export function createPlanner(options: RoutingOptions): Planner {
  const { statistics, priceOf, isAvailable, fallback, findLoss } = options;
  const resolve = rememberResolutions(options.catalog, options.supports ?? (() => true));

  const measure = (entry: ResolvedTarget): Measured => {
    const seen = statistics.of(entry.target);
    const { available, reason = 'unavailable' } = isAvailable(entry.target);
    return {
      entry,
      available,
      reason,
      price: priceOf(entry.target),
      latencyMs: seen?.latencyMs,
      successRate: seen?.successRate ?? 1,
    };
  };

  return (call) => {
    const { request, context } = call;
    const resolution = resolve(call);
    const rejected = [...resolution.rejected];
    let { targets } = resolution;
    if (context.strict || request.heldByProvider !== undefined) {
      targets = targets.filter(({ target }) => {
        const reason = whyUnknowable(request, target) ?? (context.strict ? findLoss?.(call, target) : undefined);
        if (reason !== undefined) rejected.push({ target, reason });
        return reason === undefined;
      });
    }
    if (targets.length === 0) throw new GatewayError('translation_refused', formatReasons(rejected));
    const strategy = resolution.weights === undefined ? options.strategy : 'weighted';
    const candidates = scoreCandidates(targets.map(measure), resolution.weights ?? options.weights)
      .sort(strategy === 'weighted' ? byScore : byPosition)
      .map((each) => toCandidate(each, strategy));
    if (!fallback) {
      for (const { target } of candidates.splice(1)) rejected.push({ target, reason: 'fallback is switched off' });
    }
    return { strategy, candidates, rejected };
  };
}

/** Earlier turns that another dialect's provider holds cannot be known here, let alone carried. */
const whyUnknowable = ({ heldByProvider: held }: ChatRequest, target: Target): string | undefined =>
  held === undefined || held.dialect === target.dialect
    ? undefined
    : `${held.path} refers to earlier turns that only ${held.dialect} backends hold`;

interface Measured extends Measures {
  readonly entry: ResolvedTarget;
  readonly available: boolean;
  readonly reason: string;
}

type Ranked = Scored<Measured>;

// Array.prototype.sort is stable: what compares as equal stays in the order of the configuration.
const byScore = (a: Ranked, b: Ranked): number =>
  byAvailability(a.candidate, b.candidate) ||
  a.candidate.entry.priority - b.candidate.entry.priority ||
  b.score.total - a.score.total;

const byPosition = ({ candidate: a }: Ranked, { candidate: b }: Ranked): number =>
  byAvailability(a, b) || a.entry.position - b.entry.position || a.entry.priority - b.entry.priority;

const byAvailability = (a: Measured, b: Measured): number => Number(b.available) - Number(a.available);

const toCandidate = ({ candidate, score }: Ranked, strategy: Strategy): Candidate => {
  const { entry, available, reason } = candidate;
  const standing =
    strategy === 'weighted'
      ? [
          `priority ${entry.priority}`,
          `cost ${formatShare(score.cost)}`,
          `latency ${formatShare(score.latency)}`,
          `availability ${formatShare(score.availability)}`,
        ]
      : [`position ${entry.position}`, `priority ${entry.priority}`];
  return { target: entry.target, score: score.total, reasons: available ? standing : [reason, ...standing] };
};

/** Every share with two decimals, written once: formatting numbers would be most of the cost of a decision. */
const shares = Array.from({ length: 101 }, (_, percent) => (percent / 100).toFixed(2));

const formatShare = (share: number | undefined): string =>
  share === undefined ? 'unknown' : String(shares[Math.round(share * 100)]);

/** Clients of each dialect have names of their own: what is chosen for a name depends on who asks, and for what. */
const rememberResolutions = (catalog: Catalog, supports: Supports): ((call: PlannedCall) => Spoken) => {
  const remembered = new Map<string, Map<string, Spoken>>();

  const namesFor = (asker: string): Map<string, Spoken> => {
    const known = remembered.get(asker);
    if (known !== undefined) return known;
    const names = new Map<string, Spoken>();
    remembered.set(asker, names);
    return names;
  };

  return ({ original, operation, request: { model }, context: { pinnedBackend } }) => {
    const dialect = original?.dialect;
    const names = namesFor(operation === 'generate' ? (dialect ?? 'native') : `${operation} ${dialect}`);
    const key = pinnedBackend === undefined ? model : `${pinnedBackend}\0${model}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const spoken = chooseDialects(resolveModel(catalog, model, pinnedBackend), { dialect, operation }, supports);
    if (names.size >= MAX_REMEMBERED_NAMES) names.clear();
    names.set(key, spoken);
    return spoken;
  };
};
