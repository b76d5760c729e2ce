import { cheapest } from './cheapest.js';
import { fastest } from './fastest.js';
import { leastBusy } from './least-busy.js';
import { priority } from './priority.js';
import { roundRobin } from './round-robin.js';
import type { Strategy, StrategyRule } from './strategy.js';
import { weighted } from './weighted.js';

/** What each name in the configuration means. */
export const strategyRules: Readonly<Record<Strategy, StrategyRule>> = {
  weighted,
  cheapest,
  fastest,
  priority,
  'round-robin': roundRobin,
  'least-busy': leastBusy,
};
