import type { ExchangeRecord, Observation } from '@claudette/core';

import { createProviderCache } from './provider-cache.js';
import type { ProviderCache } from './provider-cache.js';
import type { SimulatedBackend, SimulatedRequest } from './simulated-world.js';

/** Who decides where a request goes. */
export interface Chooser {
  /** The places of the backends, in the order in which they are tried. */
  choose(request: SimulatedRequest, offers: readonly Offer[]): readonly number[];
  /** Told what came of it, when it has come. */
  observe?(observation: Observation): void;
}

/** What a request would meet at a backend: for oracles. */
export interface Offer {
  readonly costNano: number;
  readonly firstContentMs: number;
  readonly fails: boolean;
  readonly failureRate: number;
  readonly medianMs: number;
}

export interface SimulationResult {
  readonly meanCostNano: number;
  readonly meanMs: number;
  readonly p95Ms: number;
  /** Failed attempts for each request. */
  readonly failures: number;
  /** Prompt tokens that were read from a provider's cache, as a share of what one cache for all would have held. */
  readonly cachedShare: number;
  /** The load of the busiest backend, as times the mean. */
  readonly imbalance: number;
  /** Requests that each backend answered. */
  readonly answered: readonly number[];
}

/** What an attempt takes that fails. */
const FAILURE_MS = 200;

/** Sends all requests where the chooser says, on virtual time. */
export function simulateRouting(
  backends: readonly SimulatedBackend[],
  traffic: readonly SimulatedRequest[],
  clock: { nowMs: number },
  chooser: Chooser,
): SimulationResult {
  const caches = backends.map(createProviderCache);
  const shared = createProviderCache();
  const answered = backends.map(() => 0);
  const latencies: number[] = [];
  const due = createAgenda();
  let costNano = 0;
  let cachedTokens = 0;
  let cacheableTokens = 0;
  let failures = 0;

  for (const [index, request] of traffic.entries()) {
    for (let next = due.take(request.atMs); next !== undefined; next = due.take(request.atMs)) {
      clock.nowMs = next.atMs;
      chooser.observe?.(next.observation);
    }
    clock.nowMs = request.atMs;
    const offers = backends.map((backend, place) => toOffer(backend, place, request, caches[place]));
    let elapsedMs = 0;
    for (const [number, place] of chooser.choose(request, offers).entries()) {
      const backend = backends[place];
      const offer = offers[place];
      const cache = caches[place];
      if (backend === undefined || offer === undefined || cache === undefined)
        throw new Error('there is no such place');
      const facts = {
        kind: 'attempt-end',
        id: `${index}`,
        target: backend.target,
        number: number + 1,
        stream: true,
      } as const;
      if (offer.fails) {
        failures += 1;
        elapsedMs += FAILURE_MS;
        due.add(request.atMs + elapsedMs, {
          ...facts,
          outcome: 'failed',
          errorCode: 'upstream_overloaded',
          durationMs: FAILURE_MS,
          orphaned: false,
        });
        continue;
      }
      const cached = cache.cachedTokens(request);
      const durationMs = offer.firstContentMs + request.outputTokens * backend.msPerToken;
      const { firstContentMs } = offer;
      const endsAtMs = request.atMs + elapsedMs + durationMs;
      due.add(endsAtMs, { ...facts, outcome: 'complete', durationMs, firstContentMs, orphaned: false });
      const record = toRecord(`${index}`, request, backend, cached, elapsedMs, firstContentMs, durationMs);
      due.add(endsAtMs, { kind: 'exchange-end', record });
      costNano += offer.costNano;
      cachedTokens += cached;
      latencies.push(elapsedMs + firstContentMs);
      answered[place] = (answered[place] ?? 0) + 1;
      cache.add(request);
      break;
    }
    cacheableTokens += shared.cachedTokens(request);
    shared.add(request);
  }

  const sorted = [...latencies].sort((a, b) => a - b);
  return {
    meanCostNano: costNano / latencies.length,
    meanMs: latencies.reduce((sum, one) => sum + one, 0) / latencies.length,
    p95Ms: sorted[Math.floor(0.95 * sorted.length)] ?? 0,
    failures: failures / traffic.length,
    cachedShare: cachedTokens / cacheableTokens,
    imbalance: (Math.max(...answered) * backends.length) / latencies.length,
    answered,
  };
}

const toOffer = (
  { price, failureRate, medianMs }: SimulatedBackend,
  place: number,
  request: SimulatedRequest,
  cache: ProviderCache | undefined,
): Offer => {
  const cached = cache?.cachedTokens(request) ?? 0;
  const fresh = request.promptTokens - cached;
  const { firstContentMs = 0, fails = true } = request.dice[place] ?? {};
  return {
    costNano: (fresh * price.input + cached * price.cachedInput + request.outputTokens * price.output) / 1e6,
    firstContentMs,
    fails,
    failureRate,
    medianMs,
  };
};

const toRecord = (
  id: string,
  request: SimulatedRequest,
  { target }: SimulatedBackend,
  cached: number,
  beforeMs: number,
  firstContentMs: number,
  durationMs: number,
): ExchangeRecord => ({
  id,
  startedAtMs: 0,
  durationMs: beforeMs + durationMs,
  firstContentMs: beforeMs + firstContentMs,
  dialect: 'openai-chat',
  operation: 'generate',
  stream: true,
  requestBytes: Math.ceil(request.promptTokens * 4),
  principalId: request.principal,
  requestedModel: 'm',
  target,
  outcome: 'complete',
  finishReason: 'stop',
  cache: 'miss',
  attempts: 1,
  usage: {
    inputTokens: request.promptTokens - cached,
    cachedInputTokens: cached,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: request.outputTokens,
    reasoningTokens: 0,
    source: 'measured',
  },
  losses: [],
  tags: [],
});

interface Due {
  readonly atMs: number;
  readonly observation: Observation;
}

/** What is to be observed, in order of time. */
const createAgenda = (): {
  add(atMs: number, observation: Observation): void;
  take(untilMs: number): Due | undefined;
} => {
  const latestFirst: Due[] = [];
  return {
    add(atMs, observation) {
      const place = latestFirst.findLastIndex((one) => one.atMs > atMs);
      latestFirst.splice(place + 1, 0, { atMs, observation });
    },
    take(untilMs) {
      const next = latestFirst.at(-1);
      return next === undefined || next.atMs > untilMs ? undefined : latestFirst.pop();
    },
  };
};
