import type { Candidate, ExchangeRecord, Observation, Target } from '@claudette/core';
import { noUsage } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { createMetrics } from '../create-metrics.js';
import type { Metrics, MetricsOptions } from '../create-metrics.js';

export const target: Target = {
  backend: 'lab',
  model: 'qwen3-32b',
  provider: 'openai-compatible',
  dialect: 'openai-chat',
};
export const usd = (nano: bigint) => ({ nano, currency: 'USD' });

export const bare: ExchangeRecord = {
  id: 'x1',
  startedAtMs: 0,
  durationMs: 2000,
  dialect: 'openai-chat',
  operation: 'generate',
  stream: true,
  requestBytes: 100,
  principalId: 'local',
  requestedModel: 'whatever the client said',
  outcome: 'complete',
  cache: 'miss',
  attempts: 1,
  losses: [],
  tags: [],
};
export const unpriced: ExchangeRecord = {
  ...bare,
  target,
  firstContentMs: 300,
  usage: { ...noUsage, inputTokens: 10, cachedInputTokens: 4, outputTokens: 7, reasoningTokens: 2 },
};
export const record: ExchangeRecord = { ...unpriced, cost: usd(1_500_000n) };

export const exchange = (facts: Partial<ExchangeRecord> = {}): Observation => ({
  kind: 'exchange-end',
  record: { ...record, ...facts },
});
export const refusal: Observation = {
  kind: 'exchange-end',
  record: { ...bare, outcome: 'failed', errorCode: 'model_not_found', cache: 'bypass', attempts: 0 },
};

type AttemptEnd = Extract<Observation, { kind: 'attempt-end' }>;
export const attempt = (facts: Partial<AttemptEnd>): AttemptEnd => ({
  kind: 'attempt-end',
  id: 'x1',
  target,
  number: 1,
  stream: true,
  outcome: 'complete',
  durationMs: 1,
  orphaned: false,
  ...facts,
});
export const attemptStart: Observation = {
  kind: 'attempt-start',
  id: 'x1',
  target,
  number: 1,
  reason: 'first',
  waitedMs: 0,
};
export const exchangeStart: Observation = { kind: 'exchange-start', id: 'x1', dialect: 'native' };

export const candidateOf = (candidate: Target, costNano: number | undefined): Candidate => ({
  target: candidate,
  score: 1,
  measures: {
    priority: 1,
    position: 1,
    available: true,
    latencyMs: undefined,
    successRate: 1,
    inFlight: 0,
    standing: { cost: undefined, latency: undefined, availability: 1 },
  },
  estimate: { inputTokens: 1, outputTokens: 1, costNano, firstContentMs: undefined, durationMs: undefined },
  notes: [],
});
export const slow: Target = { ...target, backend: 'slow', model: 'large' };
export const planned = (costNano?: number): Observation => ({
  kind: 'plan',
  id: 'x1',
  plan: {
    strategy: 'weighted',
    candidates: [candidateOf(target, 1), candidateOf(slow, costNano)],
    rejected: [],
  },
  tookMs: 0.125,
});

export const create = (options: Partial<MetricsOptions> = {}) => {
  const clock = createFakeClock();
  return { clock, metrics: createMetrics({ clock, version: '1.2.3', ...options }) };
};

/** The value of one line of the text, or undefined. */
export const valueIn = (text: string, name: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`claudette_${name} `));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
};

export const after = async (observations: readonly Observation[], metrics: Metrics = create().metrics) => {
  for (const observation of observations) metrics.observe(observation);
  const text = await metrics.text();
  return (name: string) => valueIn(text, name);
};

export const memoryPressure = {
  kind: 'memory-pressure',
  level: 'high',
  from: 'normal',
  reason: '86 % is used',
  usedBytes: 86,
  limitBytes: 100,
  cacheBytesBefore: 40,
  cacheBytesAfter: 20,
  cacheBudgetBefore: 50,
  cacheBudgetAfter: 20,
} as const satisfies Observation;

export const every: readonly Observation[] = [
  { kind: 'exchange-start', id: 'x0', dialect: 'native' },
  exchangeStart,
  planned(1),
  attemptStart,
  attempt({ target: slow, orphaned: true }),
  attempt({}),
  attempt({ outcome: 'failed', errorCode: 'upstream_timeout' }),
  { kind: 'failover', id: 'x1', from: target, to: target },
  { kind: 'retry', id: 'x1', target, delayMs: 5 },
  { kind: 'hedge', id: 'x1', from: slow, to: target, afterMs: 900 },
  { kind: 'retry-budget-spent', id: 'x1' },
  { kind: 'backend-health', backend: 'lab', healthy: true, reason: 'answered' },
  exchange(),
  exchange({ cache: 'hit', saved: usd(2_000_000_000n) }),
  refusal,
  { kind: 'circuit', target, state: 'open', reason: 'failures' },
  { kind: 'cache-evicted', reason: 'bytes', count: 3 },
  { kind: 'cache-not-stored', reason: 'too-large' },
  { kind: 'cache-write-dropped', reason: 'queue-full' },
  memoryPressure,
  { kind: 'memory-leak-suspected', bytesPerMinute: 1, overMs: 1, suspects: [] },
  { kind: 'media-fetch', result: 'address' },
  { kind: 'config-reload', result: 'applied', atMs: 1, changed: [], restartNeeded: [] },
  { kind: 'config-reload', result: 'refused', atMs: 1, reason: 'x' },
  { kind: 'auth-failed', reason: 'unknown' },
];
