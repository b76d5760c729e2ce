import type { Target } from '@claudette/core';

import { createCatalog } from '../names/catalog.js';
import { createPlanner } from '../plan/create-planner.js';
import type { PlannedCall, Strategy } from '../plan/create-planner.js';
import { createEstimator } from '../learning/estimator.js';
import type { Weights } from '../plan/score.js';
import { createSeededRandom } from '../explain/seeded-random.js';
import { createTargetStatistics } from '../learning/target-statistics.js';
import type { Chooser, Offer } from './simulate-routing.js';
import type { SimulatedBackend, SimulatedRequest } from './simulated-world.js';

/** The product: the real planner, statistics and estimator. */
export function createProduct(
  backends: readonly SimulatedBackend[],
  now: { nowMs: number },
  { strategy, weights, affinity }: { strategy: Strategy; weights: Weights; affinity: boolean },
): Chooser {
  const clock = { now: () => now.nowMs, epochMs: () => Math.floor(now.nowMs), after: () => () => undefined };
  const statistics = createTargetStatistics({ clock });
  const priceOf = (target: Target) => backends.find((one) => one.target === target)?.price;
  const estimator = createEstimator({ priceOf, statistics });
  const inFlight = new Map<Target, number>();
  const count = (target: Target, change: number) => inFlight.set(target, (inFlight.get(target) ?? 0) + change);
  const planner = createPlanner({
    catalog: createCatalog({ targets: backends.map(({ target }) => ({ target, priority: 1 })), aliases: {} }),
    strategy,
    weights,
    fallback: true,
    affinity,
    clock,
    random: createSeededRandom(7),
    statistics,
    estimate: estimator.estimate,
    isAvailable: () => ({ available: true }),
    inFlight: (target) => inFlight.get(target) ?? 0,
    capabilitiesOf: () => undefined,
  });
  let id = 0;

  return {
    choose(request) {
      const plan = planner.plan(toCall(request));
      planner.take(plan);
      estimator.observe({ kind: 'plan', id: `${id}`, plan, tookMs: 0 });
      id += 1;
      const [first] = plan.candidates;
      if (first !== undefined) count(first.target, 1);
      return plan.candidates.map(({ target }) => backends.findIndex((one) => one.target === target));
    },
    observe(observation) {
      statistics.observe(observation);
      estimator.observe(observation);
      if (observation.kind === 'attempt-end' && observation.number === 1) count(observation.target, -1);
    },
  };
}

const text = (value: string) => [{ type: 'text', text: value }] as const;

/** The request as its client would send it: the agent's instructions, how the conversation began, and its latest turn. */
function toCall(request: SimulatedRequest): PlannedCall {
  const { agent, conversation, turn, systemTokens, promptTokens, principal } = request;
  const instructions = `You are agent ${agent}. `.padEnd(systemTokens * 4, 'Be of use. ');
  const body = { length: promptTokens * 4, byteLength: promptTokens * 4 };
  return {
    original: { dialect: 'openai-chat', body: body as Uint8Array, headers: {} },
    operation: 'generate',
    request: {
      model: 'auto',
      messages: [
        { role: 'system', parts: text(instructions) },
        { role: 'user', parts: text(`This is task ${conversation}.`) },
        ...(turn === 0 ? [] : [{ role: 'assistant', parts: text('Done.') } as const]),
      ],
      stream: true,
      streamUsage: true,
      tools: [],
      foreign: [],
    },
    context: { strict: false, principal: { id: principal, name: principal } },
  };
}

const inTurn = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => (first + index) % count);

/** Always the same backend first. */
export const createConstant = (place: number, count: number): Chooser => ({ choose: () => inTurn(place, count) });

export function createRandom(count: number): Chooser {
  const random = createSeededRandom(11);
  return { choose: () => inTurn(Math.floor(random() * count), count) };
}

export function createRoundRobin(count: number): Chooser {
  let turn = 0;
  return {
    choose() {
      turn += 1;
      return inTurn(turn, count);
    },
  };
}

/** What is wanted of all requests together: each part as a share of what the worst backend would make of it. */
export interface Objective {
  readonly weights: Weights;
  readonly costNano: number;
  readonly ms: number;
}

/** Sorts by what is wanted, knowing what is true of each backend, what its cache holds, and, if it foresees, even the dice. */
export const createOracle = ({ weights, costNano, ms }: Objective, foresees: boolean): Chooser => ({
  choose(_, offers) {
    const valueOf = (offer: Offer): number =>
      (weights.cost * offer.costNano) / costNano +
      (weights.latency * (foresees ? offer.firstContentMs : offer.medianMs)) / ms +
      weights.availability * (foresees ? Number(offer.fails) : offer.failureRate);
    return offers
      .map((offer, place) => ({ place, value: valueOf(offer), fails: foresees && offer.fails }))
      .sort((a, b) => Number(a.fails) - Number(b.fails) || a.value - b.value)
      .map(({ place }) => place);
  },
});
