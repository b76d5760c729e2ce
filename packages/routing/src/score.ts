/** How much each property of a target counts. They need not sum to 1. */
export interface Weights {
  readonly cost: number;
  readonly latency: number;
  readonly availability: number;
}

/** What is known about a candidate. */
export interface Measures {
  /** In any unit, as long as it is the same one for all. Undefined: unknown. */
  readonly price: number | undefined;
  /** Time to first content. Undefined: unknown. */
  readonly latencyMs: number | undefined;
  /** The share of recent attempts that succeeded, 0 to 1. */
  readonly successRate: number;
}

/** A candidate's standing among the others, each part from 0 (worst) to 1 (best). */
export interface Score {
  /** Undefined: unknown, and counted as neither good nor bad. */
  readonly cost: number | undefined;
  readonly latency: number | undefined;
  readonly availability: number;
  /** The weighted sum. */
  readonly total: number;
}

/** A candidate with its score. */
export interface Scored<T> {
  readonly candidate: T;
  readonly score: Score;
}

/** What an unknown value counts as when no other is known either. */
const NEUTRAL = 0.5;

/**
 * Scores candidates against each other. A price or latency stands in proportion to the highest one, so that a small
 * difference stays small; one that is unknown counts as the mean of the known ones: it neither helps nor hurts.
 */
export function scoreCandidates<T extends Measures>(candidates: readonly T[], weights: Weights): Scored<T>[] {
  const cost = compare(candidates.map(({ price }) => price));
  const latency = compare(candidates.map(({ latencyMs }) => latencyMs));
  return candidates.map((candidate) => {
    const { price, latencyMs, successRate: availability } = candidate;
    const costPart = price === undefined ? undefined : cost.standing(price);
    const latencyPart = latencyMs === undefined ? undefined : latency.standing(latencyMs);
    const total =
      weights.cost * (costPart ?? cost.mean) +
      weights.latency * (latencyPart ?? latency.mean) +
      weights.availability * availability;
    return { candidate, score: { cost: costPart, latency: latencyPart, availability, total } };
  });
}

interface Comparison {
  /** 1 when all are equal, otherwise how far a value is below the highest. */
  standing(value: number): number;
  readonly mean: number;
}

const compare = (values: readonly (number | undefined)[]): Comparison => {
  let lowest = Infinity;
  let highest = -Infinity;
  let sum = 0;
  let known = 0;
  for (const value of values) {
    if (value === undefined) continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
    sum += value;
    known += 1;
  }
  const standing = (value: number): number => (lowest === highest ? 1 : 1 - value / highest);
  return { standing, mean: known === 0 ? NEUTRAL : standing(sum / known) };
};
