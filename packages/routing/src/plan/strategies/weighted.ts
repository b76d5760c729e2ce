import type { Candidate } from '@claudette/core';

import type { Weights } from '../score.js';
import { costsTheSame } from './costs-the-same.js';
import { byPriority } from './strategy.js';
import type { StrategyRule } from './strategy.js';

/** Of the highest score that there can be. */
const NEAR = 0.15;

/** Estimates for the same price differ by what was learned of each target. */
const SAME_COST = 1.25;

const isNear = (candidate: Candidate, best: Candidate, { cost, latency, availability }: Weights): boolean =>
  best.score - candidate.score <= NEAR * (cost + latency + availability);

/**
 * The best compromise: the weighted sum of cost, latency and availability, each from 0 to 1 among the candidates. Lower
 * priority numbers come first. What is unknown counts as the mean of what is known. A conversation stays with a candidate
 * that is no more than 15 % of the highest possible score below the best; it begins with one that costs about the same, too.
 */
export const weighted: StrategyRule = {
  tierOf: byPriority,
  scoreOf: ({ standing }, _target, { weights, meanCost, meanLatency }) =>
    weights.cost * (standing.cost ?? meanCost) +
    weights.latency * (standing.latency ?? meanLatency) +
    weights.availability * standing.availability,
  explores: true,
  conversations: {
    isAlike: (candidate, best, weights) => isNear(candidate, best, weights) && costsTheSame(candidate, best, SAME_COST),
    isNear,
  },
};
