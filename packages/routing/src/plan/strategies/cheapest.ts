import type { Candidate } from '@claudette/core';

import { costsTheSame } from './costs-the-same.js';
import { byPriority } from './strategy.js';
import type { StrategyRule } from './strategy.js';

/** Estimates for the same price differ by what was learned of each target. */
const SAME_COST = 1.05;

const isSame = (candidate: Candidate, best: Candidate): boolean => costsTheSame(candidate, best, SAME_COST);

/**
 * The candidate at which this very call is estimated to cost least; one whose price is unknown comes last. Lower priority
 * numbers come first. A conversation stays with a candidate that costs the same, within 5 %.
 */
export const cheapest: StrategyRule = {
  tierOf: byPriority,
  scoreOf: ({ standing }) => standing.cost ?? -1,
  explores: true,
  conversations: { isAlike: isSame, isNear: isSame },
};
