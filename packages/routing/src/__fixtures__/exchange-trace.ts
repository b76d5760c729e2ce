import { noUsage, totalInputTokens, totalOutputTokens } from '@claudette/core';
import type { Target, Usage } from '@claudette/core';

import { createEstimator } from '../learning/estimator.js';
import type { PlannedCall } from '../plan/routing-options.js';
import { createSeededRandom } from '../explain/seeded-random.js';
import { createTargetStatistics } from '../learning/target-statistics.js';
import { costNanoOf } from '../learning/token-price.js';
import type { TokenPrice } from '../learning/token-price.js';
import { candidateOf, exchangeOf, planOf, targetOf } from './decisions.js';

/** One exchange of a trace: what was asked of whom, and what came of it. */
export interface TracedExchange {
  readonly target: Target;
  readonly requestBytes: number;
  readonly hasTools: boolean;
  readonly stream: boolean;
  readonly usage: Usage;
  readonly firstContentMs: number;
  readonly durationMs: number;
}

/** How far the estimates of a tenth of a trace were off on average, from 0 (not at all) to 1 (nothing was predicted). */
export interface TenthErrors {
  readonly tokens: number;
  readonly cost: number;
  readonly latency: number;
}

/** How a backend answers. */
interface Backend {
  readonly bytesPerToken: number;
  readonly cachedShare: number;
  readonly firstContentMs: number;
  readonly msPerToken: number;
  /** Of the usual length of answers. */
  readonly wordiness: number;
}

const backends: Readonly<Record<string, Backend>> = {
  fast: { bytesPerToken: 3.1, cachedShare: 0, firstContentMs: 180, msPerToken: 4, wordiness: 0.7 },
  large: { bytesPerToken: 4.6, cachedShare: 0.8, firstContentMs: 900, msPerToken: 18, wordiness: 1.2 },
  local: { bytesPerToken: 3.7, cachedShare: 0.4, firstContentMs: 2200, msPerToken: 45, wordiness: 1 },
};

interface Kind {
  readonly hasTools: boolean;
  readonly bytes: number;
  readonly outputTokens: number;
}

const kinds: readonly Kind[] = [
  { hasTools: false, bytes: 900, outputTokens: 260 },
  { hasTools: true, bytes: 1800, outputTokens: 45 },
  { hasTools: false, bytes: 30_000, outputTokens: 900 },
  { hasTools: true, bytes: 60_000, outputTokens: 120 },
];

const pick = <T>(values: readonly T[], random: () => number): T | undefined =>
  values[Math.floor(random() * values.length)];

/** A factor around 1 whose logarithm is normally distributed (Box and Muller). */
const createNoise =
  (random: () => number) =>
  (spread: number): number =>
    Math.exp(spread * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

/** What `tokens` and `outputTokens` become at a backend: half of the requests are streams. */
const answer = (
  [name, backend]: readonly [string, Backend],
  request: { readonly bytes: number; readonly hasTools: boolean; readonly usage: Usage },
  random: () => number,
): TracedExchange => {
  const noise = createNoise(random);
  const firstContentMs = backend.firstContentMs * noise(0.2);
  return {
    target: targetOf(name),
    requestBytes: Math.round(request.bytes),
    hasTools: request.hasTools,
    stream: random() < 0.5,
    usage: request.usage,
    firstContentMs,
    durationMs: firstContentMs + totalOutputTokens(request.usage) * backend.msPerToken * noise(0.1),
  };
};

/** Exchanges of four kinds at three backends that differ in everything; the same for the same seed. */
export function createSyntheticTrace(seed: number, length: number): readonly TracedExchange[] {
  const random = createSeededRandom(seed);
  const noise = createNoise(random);
  return Array.from({ length }, () => {
    const chosen = pick(Object.entries(backends), random);
    const kind = pick(kinds, random);
    if (chosen === undefined || kind === undefined) throw new Error('there is nothing to pick from');
    const { bytesPerToken, cachedShare, wordiness } = chosen[1];
    const bytes = kind.bytes * noise(0.3);
    const tokens = (bytes / bytesPerToken) * noise(0.05);
    const usage = {
      ...noUsage,
      inputTokens: Math.round(tokens * (1 - cachedShare)),
      cachedInputTokens: Math.round(tokens * cachedShare),
      outputTokens: Math.round(kind.outputTokens * wordiness * noise(0.3)),
    };
    return answer(chosen, { bytes, hasTools: kind.hasTools, usage }, random);
  });
}

/**
 * Exchanges drawn from what recorded answers used, by vendor. Recordings have neither sizes of requests nor times: a
 * vendor's bytes per token and speed are made up.
 */
export function createRecordedTrace(
  recorded: readonly { readonly vendor: string; readonly hasTools: boolean; readonly usage: Usage }[],
  seed: number,
  length: number,
): readonly TracedExchange[] {
  const random = createSeededRandom(seed);
  const noise = createNoise(random);
  const vendors = new Map<string, Backend>();
  for (const { vendor } of recorded) {
    if (vendors.has(vendor)) continue;
    vendors.set(vendor, {
      bytesPerToken: 3 + 3 * random(),
      cachedShare: 0,
      firstContentMs: 200 + 1500 * random(),
      msPerToken: 4 + 30 * random(),
      wordiness: 1,
    });
  }
  return Array.from({ length }, () => {
    const drawn = pick(recorded, random);
    const backend = drawn && vendors.get(drawn.vendor);
    if (drawn === undefined || backend === undefined) throw new Error('there are no recordings');
    const bytes = totalInputTokens(drawn.usage) * backend.bytesPerToken * noise(0.05);
    return answer([drawn.vendor, backend], { bytes, hasTools: drawn.hasTools, usage: drawn.usage }, random);
  });
}

const price: TokenPrice = { input: 1e9, cachedInput: 1e8, output: 5e9, reasoning: 5e9 };

const toCall = ({ requestBytes, hasTools, stream }: TracedExchange): PlannedCall => ({
  original: { dialect: 'openai-chat', body: new Uint8Array(requestBytes), headers: {} },
  operation: 'generate',
  request: {
    model: 'm',
    messages: [],
    stream,
    streamUsage: true,
    tools: hasTools ? [{ name: 'search' }] : [],
    foreign: [],
  },
  context: { principal: { id: 'local', name: 'local' }, strict: false },
});

const costOf = (usage: Usage): number => {
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = usage;
  const written = usage.cacheWriteTokens + usage.cacheWrite1hTokens;
  return costNanoOf(price, inputTokens, cachedInputTokens, written, outputTokens, reasoningTokens);
};

interface Sum {
  errors: number;
  count: number;
}

/** The difference as a share of the greater of the two: twice too much is as wrong as half. */
const compare = (sum: Sum, predicted: number | undefined, actual: number): void => {
  sum.errors += predicted === undefined ? 1 : Math.abs(predicted - actual) / Math.max(predicted, actual, 1);
  sum.count += 1;
};

/** Replays a trace: each exchange is estimated, then learned from. The errors of each tenth, the first one first. */
export function replayTrace(trace: readonly TracedExchange[]): readonly TenthErrors[] {
  const statistics = createTargetStatistics({ clock: { now: () => 0 } });
  const estimator = createEstimator({ statistics, priceOf: () => price });
  const tenths = Array.from({ length: 10 }, () => ({
    tokens: { errors: 0, count: 0 },
    cost: { errors: 0, count: 0 },
    latency: { errors: 0, count: 0 },
  }));

  for (const [index, exchange] of trace.entries()) {
    const { target, usage, stream, requestBytes, durationMs, firstContentMs } = exchange;
    const id = `x-${index}`;
    const estimate = estimator.estimate(toCall(exchange), target);
    const cost = costOf(usage);
    const tenth = tenths[Math.floor((10 * index) / trace.length)];
    if (tenth === undefined) break;
    compare(tenth.tokens, estimate.inputTokens, totalInputTokens(usage));
    compare(tenth.tokens, estimate.outputTokens, totalOutputTokens(usage));
    compare(tenth.cost, estimate.costNano, cost);
    compare(tenth.latency, estimate.durationMs, durationMs);

    estimator.observe({ kind: 'plan', id, plan: planOf([{ ...candidateOf('a'), target, estimate }]), tookMs: 0 });
    const ended = { id, target, number: 1, stream, durationMs, firstContentMs, outcome: 'complete' } as const;
    statistics.observe({ kind: 'attempt-end', orphaned: false, ...ended });
    const money = { nano: BigInt(cost), currency: 'USD' };
    const record = exchangeOf({ id, target, usage, stream, requestBytes, durationMs, firstContentMs, cost: money });
    estimator.observe({ kind: 'exchange-end', record });
  }
  const mean = ({ errors, count }: Sum): number => errors / count;
  return tenths.map(({ tokens, cost, latency }) => ({
    tokens: mean(tokens),
    cost: mean(cost),
    latency: mean(latency),
  }));
}
