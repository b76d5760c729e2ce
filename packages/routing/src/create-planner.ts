import { GatewayError, targetName } from '@claudette/core';
import type { CallContext, Candidate, ChatRequest, Plan, Target } from '@claudette/core';

import type { Catalog } from './catalog.js';
import { resolveModel } from './resolve-model.js';
import type { Resolution, ResolvedTarget } from './resolve-model.js';
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
  readonly findLoss?: (request: ChatRequest, target: Target) => string | undefined;
}

/** Says which targets would be tried, best first, and why. Sends nothing. Throws what `resolveModel` throws, and `translation_refused`. */
export type Planner = (request: ChatRequest, context: Pick<CallContext, 'pinnedBackend' | 'strict'>) => Plan;

/** Names come from clients; what they resolve to is remembered for so many, then forgotten at once. */
const MAX_REMEMBERED_NAMES = 1000;

/** Creates the function that ranks targets: those that are available first, then as the strategy says. */
export function createPlanner(options: RoutingOptions): Planner {
  const { statistics, priceOf, isAvailable, fallback, findLoss } = options;
  const resolve = rememberResolutions(options.catalog);

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

  return (request, context) => {
    const resolution = resolve(request.model, context.pinnedBackend);
    const rejected = [...resolution.rejected];
    let { targets } = resolution;
    if (context.strict || request.heldByProvider !== undefined) {
      targets = targets.filter(({ target }) => {
        const reason = whyUnknowable(request, target) ?? (context.strict ? findLoss?.(request, target) : undefined);
        if (reason !== undefined) rejected.push({ target, reason });
        return reason === undefined;
      });
      if (targets.length === 0) throw translationRefused(rejected);
    }
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

const rememberResolutions = (catalog: Catalog): ((model: string, pinnedBackend?: string) => Resolution) => {
  const remembered = new Map<string, Resolution>();
  return (model, pinnedBackend) => {
    const key = pinnedBackend === undefined ? model : `${pinnedBackend}\0${model}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const resolution = resolveModel(catalog, model, pinnedBackend);
    if (remembered.size >= MAX_REMEMBERED_NAMES) remembered.clear();
    remembered.set(key, resolution);
    return resolution;
  };
};

const translationRefused = (rejected: Plan['rejected']): GatewayError =>
  new GatewayError(
    'translation_refused',
    rejected.map(({ target, reason }) => `${targetName(target)}: ${reason}`).join('; '),
  );
