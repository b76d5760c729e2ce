import type { Candidate } from '@claudette/core';

import type { RoutingOptions } from './routing-options.js';
import { compareValues } from './score.js';
import type { Admitted } from './screen-targets.js';
import type { Ranking, StrategyRule } from './strategies/strategy.js';

const noNotes: readonly string[] = [];

/** How to put targets in order. */
export interface RankingOptions extends Pick<Ranking, 'weights' | 'turnsSince'> {
  readonly rule: StrategyRule;
  readonly options: Pick<RoutingOptions, 'isAvailable' | 'inFlight'>;
}

/** Puts targets in order: those that are available first, then as the strategy says. */
export function rankCandidates(
  admitted: readonly Admitted[],
  { rule, weights, turnsSince, options }: RankingOptions,
): Candidate[] {
  const { isAvailable, inFlight } = options;
  const costs = compareValues(admitted.map(({ estimate }) => estimate.costNano));
  const likely = likelyLatencies(admitted);
  const latencies = compareValues(likely);
  const ranking: Ranking = { weights, meanCost: costs.mean, meanLatency: latencies.mean, turnsSince };

  const candidates: Candidate[] = [];
  for (const [place, { entry, estimate, statistic }] of admitted.entries()) {
    const { target, priority, position } = entry;
    const { available, reason = 'unavailable' } = isAvailable(target, estimate);
    const latencyMs = statistic?.latencyMs;
    const successRate = statistic?.successRate ?? 1;
    const measures = {
      priority,
      position,
      available,
      latencyMs,
      successRate,
      inFlight: inFlight(target),
      standing: {
        cost: costs.standing(estimate.costNano),
        latency: latencies.standing(likely[place]),
        availability: successRate,
      },
    };
    const score = rule.scoreOf(measures, target, ranking);
    candidates.push({ target, score, measures, estimate, notes: available ? noNotes : [reason] });
  }
  // Stable: what compares as equal stays in the order of the configuration.
  return candidates.sort(
    ({ measures: a, score: scoreA }, { measures: b, score: scoreB }) =>
      Number(b.available) - Number(a.available) || rule.tierOf(a) - rule.tierOf(b) || scoreB - scoreA,
  );
}

/** So many attempts say as much about a target as all the others do together. */
const PRIOR = 5;

/** Added to every latency before they are compared: of two that nobody can tell apart, neither is twice as good. */
const UNNOTICED_MS = 100;

/** Latencies as they are likely to be: one that was seen a few times only is nearer to the mean of all than it looked. */
const likelyLatencies = (admitted: readonly Admitted[]): readonly (number | undefined)[] => {
  let sum = 0;
  let known = 0;
  for (const { statistic } of admitted) {
    if (statistic?.latencyMs === undefined) continue;
    sum += statistic.latencyMs;
    known += 1;
  }
  return admitted.map(({ statistic }) => {
    if (statistic?.latencyMs === undefined) return undefined;
    const { latencyMs, attempts } = statistic;
    return UNNOTICED_MS + (attempts * latencyMs + PRIOR * (sum / known)) / (attempts + PRIOR);
  });
};
