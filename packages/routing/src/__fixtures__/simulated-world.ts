import type { Target } from '@claudette/core';

import { createSeededRandom } from '../explain/seeded-random.js';
import type { TokenPrice } from '../learning/token-price.js';

/** A backend as it really is; nobody who chooses is told. */
export interface SimulatedBackend {
  readonly target: Target;
  readonly price: TokenPrice;
  /** Median time to first content; it is lognormal. */
  readonly medianMs: number;
  readonly sigma: number;
  readonly msPerToken: number;
  readonly failureRate: number;
}

/** What one request would meet at one backend. */
export interface Dice {
  readonly firstContentMs: number;
  readonly fails: boolean;
}

/** One turn of a conversation. */
export interface SimulatedRequest {
  readonly atMs: number;
  readonly conversation: number;
  readonly turn: number;
  readonly principal: string;
  readonly agent: number;
  /** Of the agent's instructions, with which every prompt begins. */
  readonly systemTokens: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** In the order of the backends. */
  readonly dice: readonly Dice[];
}

export interface TrafficOptions {
  readonly seed: number;
  readonly requests: number;
  readonly perSecond: number;
  readonly principals: number;
  readonly agents: number;
  /** Most of the time between two turns of a conversation is the client's; it lies between 0.8 and 1.2 times this. */
  readonly thinkMs: number;
  readonly turns: number;
}

const exponential = (mean: number, random: () => number): number => -mean * Math.log(1 - random());

const lognormal = (median: number, sigma: number, random: () => number): number =>
  median * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

/** The few do most: of `count`, the first is drawn most often. */
const zipf = (count: number, random: () => number): number => Math.floor(count ** random()) - 1;

/** Conversations of agents, in order of time; the same requests whoever answers them. */
export function createTraffic(backends: readonly SimulatedBackend[], options: TrafficOptions): SimulatedRequest[] {
  const { requests, perSecond, principals, agents, thinkMs, turns } = options;
  const random = createSeededRandom(options.seed);
  const traffic: SimulatedRequest[] = [];
  // Conversations that began before are under way when the simulation begins.
  let startsAtMs = -2 * turns * thinkMs;
  for (let conversation = 0; startsAtMs < (1500 * requests) / perSecond; conversation += 1) {
    startsAtMs += exponential((1000 * turns) / perSecond, random);
    const agent = zipf(agents, random);
    const systemTokens = 1100 + 300 * (agent % 5);
    const principal = `p${zipf(principals, random)}`;
    let promptTokens = systemTokens + 100 + exponential(300, random);
    let atMs = startsAtMs;
    const length = Math.max(1, Math.round(exponential(turns, random)));
    for (let turn = 0; turn < length; turn += 1) {
      const outputTokens = Math.ceil(exponential(300, random));
      const dice = backends.map(({ medianMs, sigma, failureRate }) => ({
        firstContentMs: lognormal(medianMs, sigma, random),
        fails: random() < failureRate,
      }));
      traffic.push({ atMs, conversation, turn, principal, agent, systemTokens, promptTokens, outputTokens, dice });
      promptTokens += outputTokens + exponential(1500, random);
      atMs += thinkMs * (0.8 + 0.4 * random());
    }
  }
  return traffic
    .filter(({ atMs }) => atMs >= 0)
    .sort((a, b) => a.atMs - b.atMs)
    .slice(0, requests);
}
