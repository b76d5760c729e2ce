import type { AffinityKind, Candidate, Plan } from '@claudette/core';

import { formatUsd, roundMs, roundShare } from './plain-numbers.js';

/** A candidate of a plan in plain words and numbers. What is unknown is absent. */
export interface ExplainedCandidate {
  readonly backend: string;
  readonly model: string;
  /** Higher is better; comparable only within one plan. */
  readonly score: number;
  /** From 0 (worst) to 1 (best) among the candidates. */
  readonly standing: {
    readonly cost: number | undefined;
    readonly latency: number | undefined;
    readonly availability: number;
  };
  readonly measures: {
    readonly priority: number;
    /** Which entry of the alias it comes from, counted from 1. */
    readonly position: number;
    readonly available: boolean;
    readonly latencyMs: number | undefined;
    readonly successRate: number;
    readonly inFlight: number;
  };
  readonly estimate: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    /** A decimal number and its currency, e.g. `0.00125 USD`. */
    readonly cost: string | undefined;
    readonly firstContentMs: number | undefined;
    readonly durationMs: number | undefined;
  };
  /** What decided about its place, e.g. `priority 1`, `cost 0.83`, `circuit open: 5 of 8 calls failed`. */
  readonly reasons: readonly string[];
}

/** A plan in plain words and numbers: JSON as it is. */
export interface ExplainedPlan {
  readonly strategy: string;
  /** `single`, or e.g. `hedge after 812 ms`. */
  readonly execution: string;
  /** What the first candidate was kept for, e.g. `kept with its session`. */
  readonly affinity: string | undefined;
  /** In the order in which they are tried. */
  readonly candidates: readonly ExplainedCandidate[];
  readonly rejected: readonly { readonly backend: string; readonly model: string; readonly reason: string }[];
}

/** Says in words what a plan holds in numbers. */
export function explainPlan(plan: Plan): ExplainedPlan {
  const { strategy, affinity, hedgeAfterMs } = plan;
  return {
    strategy,
    execution: hedgeAfterMs === undefined ? 'single' : `hedge after ${roundMs(hedgeAfterMs)} ms`,
    affinity: affinity && affinityWords[affinity],
    candidates: plan.candidates.map((candidate) => explainCandidate(candidate, strategy)),
    rejected: plan.rejected.map(({ target: { backend, model }, reason }) => ({ backend, model, reason })),
  };
}

const affinityWords: Readonly<Record<AffinityKind, string>> = {
  session: 'kept with its session',
  'previous-response': 'kept with the response that it continues',
  prefix: 'kept with the requests that begin like it',
};

const explainCandidate = (candidate: Candidate, strategy: string): ExplainedCandidate => {
  const { target, score, measures, estimate } = candidate;
  const { priority, position, available, latencyMs, successRate, inFlight, standing } = measures;
  const { inputTokens, outputTokens, costNano, firstContentMs, durationMs } = estimate;
  return {
    backend: target.backend,
    model: target.model,
    score: roundShare(score),
    standing: {
      cost: roundShare(standing.cost),
      latency: roundShare(standing.latency),
      availability: roundShare(standing.availability),
    },
    measures: {
      priority,
      position,
      available,
      latencyMs: roundMs(latencyMs),
      successRate: roundShare(successRate),
      inFlight,
    },
    estimate: {
      inputTokens,
      outputTokens,
      cost: formatUsd(costNano),
      firstContentMs: roundMs(firstContentMs),
      durationMs: roundMs(durationMs),
    },
    reasons: explainPlace(candidate, strategy),
  };
};

/** Why a candidate stands where it stands: first what is the matter with it, then what its plan's strategy looked at. */
export const explainPlace = (candidate: Candidate, strategy: string): readonly string[] => {
  const { measures, notes } = candidate;
  const place = placeWords[strategy] ?? standingWords;
  return [...notes, `priority ${measures.priority}`, ...place(candidate)];
};

const shareWords = (name: string, share: number | undefined): string =>
  `${name} ${share === undefined ? 'unknown' : share.toFixed(2)}`;

const standingWords = ({ measures: { standing } }: Candidate): readonly string[] => [
  shareWords('cost', standing.cost),
  shareWords('latency', standing.latency),
  shareWords('availability', standing.availability),
];

/** What the strategies look at besides the priority. `weighted`, and one that is not known any more: how it stands. */
const placeWords: Readonly<Record<string, (candidate: Candidate) => readonly string[]>> = {
  cheapest: ({ estimate }) => [`cost ${formatUsd(estimate.costNano) ?? 'unknown'}`],
  fastest: ({ measures: { latencyMs } }) => [
    `latency ${latencyMs === undefined ? 'unknown' : `${roundMs(latencyMs)} ms`}`,
  ],
  priority: ({ measures }) => [`entry ${measures.position} of the alias`],
  'round-robin': ({ score }) => [`turns waited ${score}`],
  'least-busy': ({ measures }) => [`${measures.inFlight} in flight`],
};
