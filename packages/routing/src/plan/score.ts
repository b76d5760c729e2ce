/** How much each property of a target counts. They need not sum to 1. */
export interface Weights {
  readonly cost: number;
  readonly latency: number;
  readonly availability: number;
}

/** How values stand among each other. */
export interface Comparison {
  /** 1 when all are equal, otherwise how far a value is below the highest. Undefined for an unknown one. */
  standing(value: number | undefined): number | undefined;
  /** How the mean of the known values stands: neither good nor bad, which is what an unknown one counts as. */
  readonly mean: number;
}

/** What an unknown value counts as when no other is known either. */
const NEUTRAL = 0.5;

/**
 * Compares prices or latencies, of which lower ones are better. Each stands in proportion to the highest one, so that a
 * small difference stays small.
 */
export function compareValues(values: readonly (number | undefined)[]): Comparison {
  let lowest = Infinity;
  let highest = -Infinity;
  let sum = 0;
  let known = 0;
  for (const value of values) {
    if (value === undefined) continue;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    sum += value;
    known += 1;
  }
  const place = (value: number): number => (lowest === highest ? 1 : 1 - value / highest);
  return {
    standing: (value) => (value === undefined ? undefined : place(value)),
    mean: known === 0 ? NEUTRAL : place(sum / known),
  };
}
