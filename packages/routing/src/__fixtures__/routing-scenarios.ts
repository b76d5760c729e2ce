import { strategies } from '../plan/create-planner.js';
import type { Weights } from '../plan/score.js';
import { createConstant, createOracle, createProduct, createRandom, createRoundRobin } from './choosers.js';
import { simulateRouting } from './simulate-routing.js';
import type { Chooser, SimulationResult } from './simulate-routing.js';
import { createTraffic } from './simulated-world.js';
import type { SimulatedBackend, SimulatedRequest } from './simulated-world.js';

const usd = (perMillion: number): number => perMillion * 1e9;

const backendOf = (
  name: string,
  usdPerMillion: { readonly input: number; readonly cached: number; readonly output: number },
  usual: Pick<SimulatedBackend, 'medianMs' | 'sigma' | 'msPerToken' | 'failureRate'>,
  model: string,
): SimulatedBackend => {
  const { input, cached, output } = usdPerMillion;
  return {
    target: { backend: name, model, provider: model, dialect: 'openai-chat' },
    price: { input: usd(input), cachedInput: usd(cached), output: usd(output), reasoning: usd(output) },
    ...usual,
  };
};

/** Three backends of which each is best at something. */
export const differentBackends: readonly SimulatedBackend[] = [
  backendOf(
    'cheap',
    { input: 0.25, cached: 0.025, output: 2 },
    { medianMs: 900, sigma: 0.4, msPerToken: 12, failureRate: 0.02 },
    'small',
  ),
  backendOf(
    'quick',
    { input: 1.25, cached: 0.125, output: 10 },
    { medianMs: 350, sigma: 0.35, msPerToken: 5, failureRate: 0.005 },
    'large',
  ),
  backendOf(
    'middle',
    { input: 0.6, cached: 0.06, output: 3 },
    { medianMs: 600, sigma: 0.4, msPerToken: 8, failureRate: 0.01 },
    'medium',
  ),
];

/** Three accounts for the same model, each with a prompt cache of its own. */
export const equalBackends: readonly SimulatedBackend[] = ['a', 'b', 'c'].map((name) =>
  backendOf(
    name,
    { input: 1.25, cached: 0.125, output: 10 },
    { medianMs: 500, sigma: 0.5, msPerToken: 8, failureRate: 0.005 },
    'large',
  ),
);

export const defaultWeights: Weights = { cost: 0.4, latency: 0.4, availability: 0.2 };

interface Now {
  nowMs: number;
}

const run = (
  backends: readonly SimulatedBackend[],
  traffic: readonly SimulatedRequest[],
  create: (now: Now) => Chooser,
): SimulationResult => {
  const now = { nowMs: 0 };
  return simulateRouting(backends, traffic, now, create(now));
};

export interface Compared {
  readonly name: string;
  readonly result: SimulationResult;
  /** Lower is better: cost and latency as shares of what the worst backend alone makes of them, and failures, weighted. */
  readonly objective: number;
}

const usualTraffic = { perSecond: 5, principals: 5, agents: 8, thinkMs: 120_000, turns: 10 };

/** How many requests each of the different backends answers with the weighted strategy. */
export function countPicks(requests: number, seed: number, weights: Weights): readonly number[] {
  const traffic = createTraffic(differentBackends, { seed, requests, ...usualTraffic });
  const weighted = { strategy: 'weighted', weights, affinity: true } as const;
  return run(differentBackends, traffic, (now) => createProduct(differentBackends, now, weighted)).answered;
}

/** Every strategy, beside each backend alone, random choice, round-robin and oracles, on the same traffic. */
export function compareStrategies(requests: number, seed: number): Compared[] {
  const weights = defaultWeights;
  const backends = differentBackends;
  const count = backends.length;
  const traffic = createTraffic(backends, { seed, requests, ...usualTraffic });
  const alone = backends.map(({ target }, place) => ({
    name: `always ${target.backend}`,
    result: run(backends, traffic, () => createConstant(place, count)),
  }));
  const worst = {
    weights,
    costNano: Math.max(...alone.map(({ result }) => result.meanCostNano)),
    ms: Math.max(...alone.map(({ result }) => result.meanMs)),
  };

  const others: Record<string, (now: Now) => Chooser> = {
    random: () => createRandom(count),
    'plain round-robin': () => createRoundRobin(count),
    'oracle of averages': () => createOracle(worst, false),
    'oracle of everything': () => createOracle(worst, true),
  };
  for (const strategy of strategies) {
    others[strategy] = (now) => createProduct(backends, now, { strategy, weights, affinity: true });
  }
  const results = Object.entries(others).map(([name, create]) => ({ name, result: run(backends, traffic, create) }));
  return [...alone, ...results].map(({ name, result }) => ({
    name,
    result,
    objective:
      (weights.cost * result.meanCostNano) / worst.costNano +
      (weights.latency * result.meanMs) / worst.ms +
      weights.availability * result.failures,
  }));
}

/** The weighted strategy with affinity, and plain round-robin, where all backends are equal. */
export function compareAffinity(
  requests: number,
  seed: number,
  clients: { readonly principals: number; readonly agents: number },
): { readonly affinity: SimulationResult; readonly roundRobin: SimulationResult } {
  const backends = equalBackends;
  const usual = { perSecond: 5, thinkMs: 240_000, turns: 20 };
  const traffic = createTraffic(backends, { seed, requests, ...usual, ...clients });
  const weighted = { strategy: 'weighted', weights: defaultWeights, affinity: true } as const;
  return {
    affinity: run(backends, traffic, (now) => createProduct(backends, now, weighted)),
    roundRobin: run(backends, traffic, () => createRoundRobin(backends.length)),
  };
}
