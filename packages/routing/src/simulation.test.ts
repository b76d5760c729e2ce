import { describe, expect, it } from '@jest/globals';

import { compareAffinity, compareStrategies, countPicks } from './__fixtures__/routing-scenarios.js';
import type { Compared } from './__fixtures__/routing-scenarios.js';

/** A short form of tools/bench/routing.mjs. */
const REQUESTS = 3000;

const balanced = compareStrategies(REQUESTS, 1);
const named = (name: string): Compared => {
  const found = balanced.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

describe('three backends of which each is best at something', () => {
  it('are used by the weighted strategy within 15 % of an oracle that knows everything', () => {
    expect(named('weighted').objective).toBeLessThanOrEqual(1.15 * named('oracle of everything').objective);
  });

  it('are used better by the weighted strategy than by random choice and round-robin', () => {
    expect(named('weighted').objective).toBeLessThan(0.8 * named('random').objective);
    expect(named('weighted').objective).toBeLessThan(0.8 * named('plain round-robin').objective);
  });

  it('cost least with the cheapest strategy, and are quickest with the fastest one', () => {
    const costs = balanced.map(({ result }) => result.meanCostNano);
    const chosen = ['weighted', 'fastest', 'priority', 'round-robin', 'least-busy', 'random'].map((name) =>
      named(name),
    );
    expect(named('cheapest').result.meanCostNano).toBeLessThan(1.05 * Math.min(...costs));
    for (const { result } of chosen.filter(({ name }) => name !== 'fastest')) {
      expect(named('fastest').result.p95Ms).toBeLessThan(result.p95Ms);
    }
  });

  it.each([
    ['cheap', { cost: 0.8, latency: 0.1, availability: 0.1 }],
    ['quick', { cost: 0.1, latency: 0.8, availability: 0.1 }],
    ['middle', { cost: 0.4, latency: 0.4, availability: 0.2 }],
  ])('are picked as the weights say: mostly the %s one', (name, weights) => {
    const answered = countPicks(2000, 2, weights);
    expect(answered[['cheap', 'quick', 'middle'].indexOf(name)]).toBeGreaterThan(1000);
  });
});

describe('three accounts with a prompt cache each', () => {
  it.each([
    ['many people use many agents', { principals: 20, agents: 200 }],
    ['a few people use a few agents', { principals: 5, agents: 8 }],
    ['all conversations begin alike', { principals: 1, agents: 1 }],
  ])('find 95 %% of what can be cached, evenly loaded, when %s', (_, clients) => {
    const { affinity, roundRobin } = compareAffinity(REQUESTS, 1, clients);
    expect(affinity.cachedShare).toBeGreaterThanOrEqual(0.95);
    expect(affinity.imbalance).toBeLessThanOrEqual(1.25);
    expect(roundRobin.cachedShare).toBeLessThanOrEqual(0.4);
  });
});
