import type { Candidate } from '@claudette/core';

import { byPriority } from './strategy.js';
import type { StrategyRule } from './strategy.js';

/** What two targets that are equal often differ by, as latencies scatter. */
const ALIKE = 0.3;

const isAlike = (candidate: Candidate, best: Candidate): boolean => best.score - candidate.score <= ALIKE;

/**
 * The candidate with the lowest usual latency: to first content for streams, to the end for whole replies. Lower priority
 * numbers come first. One that is unknown counts as the mean of the known ones, and is tried now and then. A conversation
 * stays with a candidate whose standing is within 0.3 of the best.
 */
export const fastest: StrategyRule = {
  tierOf: byPriority,
  scoreOf: ({ standing }, _target, { meanLatency }) => standing.latency ?? meanLatency,
  explores: true,
  conversations: { isAlike, isNear: isAlike },
};
