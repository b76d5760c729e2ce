import { describe, expect, it } from '@jest/globals';

import { scoreCandidates } from './score.js';
import type { Measures } from './score.js';

const weights = { cost: 0.4, latency: 0.4, availability: 0.2 };
const known = (price: number | undefined, latencyMs: number | undefined, successRate = 1): Measures => ({
  price,
  latencyMs,
  successRate,
});
const scores = (candidates: readonly Measures[]): unknown[] =>
  scoreCandidates(candidates, weights).map(({ score: { cost, latency, availability } }) => ({
    cost,
    latency,
    availability,
  }));

describe('scores', () => {
  it.each([
    ['stand in proportion to the highest', [known(1, 100), known(4, 400)], [0.75, 0]],
    ['are 1 where all are equal', [known(3, 10), known(3, 10)], [1, 1]],
    ['are 1 for a single candidate', [known(3, 10)], [1]],
    ['are 1 for what is free', [known(0, 0), known(2, 50)], [1, 0]],
    ['take free for a price when all are free', [known(0, 0), known(0, 0)], [1, 1]],
  ])('%s', (_, candidates, standings) => {
    expect(scores(candidates)).toEqual(standings.map((part) => ({ cost: part, latency: part, availability: 1 })));
  });

  it('are the weighted sum of the parts', () => {
    const [first, second] = scoreCandidates([known(1, 400, 0.5), known(4, 100)], weights);
    expect(first?.score.total).toBeCloseTo(0.4 * 0.75 + 0.2 * 0.5);
    expect(second?.score.total).toBeCloseTo(0.4 * 0.75 + 0.2);
  });

  it('count an unknown value as the mean of the known ones', () => {
    const [cheap, unknown, dear] = scoreCandidates([known(1, 5), known(undefined, 5), known(4, 5)], weights);
    expect(unknown?.score.cost).toBeUndefined();
    expect(unknown?.score.total).toBeCloseTo(((cheap?.score.total ?? 0) + (dear?.score.total ?? 0)) / 2);
  });

  it('are equal when nothing is known', () => {
    const [first, second] = scoreCandidates([known(undefined, undefined), known(undefined, undefined)], weights);
    expect(first?.score).toEqual({ cost: undefined, latency: undefined, availability: 1, total: 0.6000000000000001 });
    expect(second?.score).toEqual(first?.score);
  });
});
