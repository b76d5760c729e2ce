import type { Candidate, Measures, Target } from '@claudette/core';

import type { Weights } from '../score.js';

/** How candidates can be put in order. Each has a file of its own that says what it promises. */
export const strategies = ['weighted', 'cheapest', 'fastest', 'priority', 'round-robin', 'least-busy'] as const;

export type Strategy = (typeof strategies)[number];

/** What a score is made of besides the candidate's own measures. */
export interface Ranking {
  readonly weights: Weights;
  /** What an unknown cost or latency counts as. */
  readonly meanCost: number;
  readonly meanLatency: number;
  /** How many turns ago the target had its last one. */
  readonly turnsSince: (target: Target) => number;
}

/**
 * How one strategy ranks. Targets that are available come before all others, whatever the strategy; then the lower tier,
 * then the higher score; what is still equal stays in the order of the configuration.
 */
export interface StrategyRule {
  /** What outweighs every score; the lower one is preferred. */
  readonly tierOf: (measures: Measures) => number;
  /** Higher is better. A finite number. */
  readonly scoreOf: (measures: Measures, target: Target, ranking: Ranking) => number;
  /** Whether a target of which nothing is known lately is tried now and then all the same. */
  readonly explores: boolean;
  /** Which candidates are for conversations, which are best answered where the provider's cache knows them. Absent: none. */
  readonly conversations?: {
    /** As good as the best one: a conversation may begin there. */
    readonly isAlike: (candidate: Candidate, best: Candidate, weights: Weights) => boolean;
    /** Good enough for one that was answered there last: its prompt is cached, of which no estimate knows. */
    readonly isNear: (candidate: Candidate, best: Candidate, weights: Weights) => boolean;
  };
  /**
   * Which of the peers (the available candidates of the best tier, in order of score, at least two) goes first. Absent: the
   * one with the highest score.
   */
  readonly draw?: (peers: readonly Candidate[], random: () => number) => Candidate | undefined;
}

/** The configured priority outweighs the score. */
export const byPriority = ({ priority }: Measures): number => priority;
