import { byPriority } from './strategy.js';
import type { StrategyRule } from './strategy.js';

/** Each in turn: the candidate whose last turn is longest ago. Lower priority numbers come first. */
export const roundRobin: StrategyRule = {
  tierOf: byPriority,
  scoreOf: (_measures, target, { turnsSince }) => turnsSince(target),
  explores: false,
};
