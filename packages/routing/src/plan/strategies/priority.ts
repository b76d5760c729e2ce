import type { StrategyRule } from './strategy.js';

/**
 * As configured: the order of the alias, then lower priority numbers. Nothing that is measured counts except whether a
 * target is available.
 */
export const priority: StrategyRule = {
  tierOf: ({ position }) => position,
  scoreOf: (measures) => -measures.priority,
  explores: false,
};
