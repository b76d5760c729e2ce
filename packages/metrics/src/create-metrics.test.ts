import { execFileSync, spawnSync } from 'node:child_process';

import { describe, expect, it } from '@jest/globals';

import type { ExchangeRecord, Observation, Target } from '@claudette/core';
import { noUsage } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { createMetrics } from './create-metrics.js';
import type { Metrics, MetricsOptions } from './create-metrics.js';
import { metricCatalog } from './metric-catalog.js';

const target: Target = { backend: 'lab', model: 'qwen3-32b', provider: 'openai-compatible', dialect: 'openai-chat' };
const usd = (nano: bigint) => ({ nano, currency: 'USD' });

const bare: ExchangeRecord = {
  id: 'x1',
  startedAtMs: 0,
  durationMs: 2000,
  dialect: 'openai-chat',
  stream: true,
  principalId: 'local',
  requestedModel: 'whatever the client said',
  outcome: 'complete',
  cache: 'miss',
  attempts: 1,
  losses: [],
  tags: [],
};
const unpriced: ExchangeRecord = {
  ...bare,
  target,
  firstContentMs: 300,
  usage: { ...noUsage, inputTokens: 10, cachedInputTokens: 4, outputTokens: 7, reasoningTokens: 2 },
};
const record: ExchangeRecord = { ...unpriced, cost: usd(1_500_000n) };

const exchange = (facts: Partial<ExchangeRecord> = {}): Observation => ({
  kind: 'exchange-end',
  record: { ...record, ...facts },
});
const refusal: Observation = {
  kind: 'exchange-end',
  record: { ...bare, outcome: 'failed', errorCode: 'model_not_found', cache: 'bypass', attempts: 0 },
};

type AttemptEnd = Extract<Observation, { kind: 'attempt-end' }>;
const attempt = (facts: Partial<AttemptEnd>): AttemptEnd => ({
  kind: 'attempt-end',
  id: 'x1',
  target,
  number: 1,
  outcome: 'complete',
  durationMs: 1,
  ...facts,
});

const create = (options: Partial<MetricsOptions> = {}) => {
  const clock = createFakeClock();
  return { clock, metrics: createMetrics({ clock, version: '1.2.3', ...options }) };
};

/** The value of one line of the text, or undefined. */
const valueIn = (text: string, name: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`claudette_${name} `));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
};

const after = async (observations: readonly Observation[], metrics: Metrics = create().metrics) => {
  for (const observation of observations) metrics.observe(observation);
  const text = await metrics.text();
  return (name: string) => valueIn(text, name);
};

const every: readonly Observation[] = [
  { kind: 'exchange-start', id: 'x0', dialect: 'native' },
  { kind: 'attempt-start', id: 'x1', target, number: 1 },
  attempt({}),
  attempt({ outcome: 'failed', errorCode: 'upstream_timeout' }),
  { kind: 'failover', id: 'x1', from: target, to: target },
  { kind: 'retry', id: 'x1', target, delayMs: 5 },
  exchange(),
  exchange({ cache: 'hit', saved: usd(2_000_000_000n) }),
  refusal,
  { kind: 'circuit', target, state: 'open', reason: 'failures' },
  { kind: 'cache-evicted', reason: 'bytes', count: 3 },
  { kind: 'cache-write-dropped', reason: 'queue-full' },
  { kind: 'auth-failed', reason: 'unknown' },
];

const gauges = {
  cache: () => ({ entries: 5, bytes: 4096 }),
  pool: () => [{ origin: 'http://lab.example:8000', connected: 4, free: 1, pending: 2, reuseRatio: 0.75 }],
};

describe('the metrics', () => {
  it('count as many exchanges as there were', async () => {
    const value = await after(Array.from({ length: 1234 }, () => exchange()));
    const labels = 'dialect="openai-chat",backend="lab",model="qwen3-32b"';
    expect(value(`exchanges_total{${labels},outcome="complete"}`)).toBe(1234);
    expect(value(`exchange_duration_seconds_count{${labels}}`)).toBe(1234);
    expect(value(`exchange_duration_seconds_sum{${labels}}`)).toBe(2468);
    expect(value('time_to_first_content_seconds_count{backend="lab",model="qwen3-32b"}')).toBe(1234);
    expect(value('cache_requests_total{result="miss"}')).toBe(1234);
  });

  it.each([
    [
      'a cut stream',
      [exchange({ outcome: 'failed', errorCode: 'stream_broken' })],
      'exchanges_total{dialect="openai-chat",backend="lab",model="qwen3-32b",outcome="failed"}',
      1,
    ],
    ['a refusal', [refusal], 'exchanges_total{dialect="openai-chat",backend="none",model="none",outcome="failed"}', 1],
    ['the cause of a refusal', [refusal], 'failures_total{backend="none",class="model_not_found"}', 1],
    ['an attempt', [attempt({})], 'attempts_total{backend="lab",outcome="complete"}', 1],
    ['a failed attempt', [attempt({ outcome: 'failed' })], 'attempts_total{backend="lab",outcome="failed"}', 1],
    [
      'the cause of a failed attempt',
      [attempt({ outcome: 'failed', errorCode: 'upstream_timeout' })],
      'failures_total{backend="lab",class="upstream_timeout"}',
      1,
    ],
    [
      'an attempt that sent nothing',
      [attempt({ outcome: 'failed', errorCode: 'circuit_open' })],
      'attempts_total{backend="lab",outcome="refused"}',
      1,
    ],
    [
      'an attempt that could not be translated',
      [attempt({ outcome: 'failed', errorCode: 'translation_refused' })],
      'attempts_total{backend="lab",outcome="refused"}',
      1,
    ],
    ['a retry', [{ kind: 'retry', id: 'x', target, delayMs: 1 }], 'retries_total{backend="lab"}', 1],
    ['a failover', [{ kind: 'failover', id: 'x', from: target, to: target }], 'failovers_total{backend="lab"}', 1],
    [
      'tokens of one kind',
      [exchange(), exchange()],
      'tokens_total{backend="lab",model="qwen3-32b",kind="cached_input"}',
      8,
    ],
    [
      'tokens of another kind',
      [exchange(), exchange()],
      'tokens_total{backend="lab",model="qwen3-32b",kind="reasoning"}',
      4,
    ],
    ['money', [exchange(), exchange()], 'cost_total{backend="lab",model="qwen3-32b",currency="USD"}', 0.003],
    [
      'money that was saved',
      [exchange({ cache: 'hit', saved: usd(2_000_000_000n) })],
      'cost_saved_total{currency="USD"}',
      2,
    ],
    [
      'an open circuit',
      [{ kind: 'circuit', target, state: 'open', reason: 'x' }],
      'circuit_state{backend="lab",model="qwen3-32b"}',
      2,
    ],
    [
      'a circuit that closed again',
      [
        { kind: 'circuit', target, state: 'open', reason: 'x' },
        { kind: 'circuit', target, state: 'closed', reason: 'x' },
      ],
      'circuit_state{backend="lab",model="qwen3-32b"}',
      0,
    ],
    [
      'a half-open circuit',
      [{ kind: 'circuit', target, state: 'half-open', reason: 'x' }],
      'circuit_transitions_total{backend="lab",model="qwen3-32b",state="half-open"}',
      1,
    ],
    ['evictions', [{ kind: 'cache-evicted', reason: 'bytes', count: 3 }], 'cache_evictions_total{reason="bytes"}', 3],
    [
      'dropped writes',
      [{ kind: 'cache-write-dropped', reason: 'queue-full' }],
      'cache_writes_dropped_total{reason="queue-full"}',
      1,
    ],
    ['refused keys', [{ kind: 'auth-failed', reason: 'revoked' }], 'auth_failures_total{reason="revoked"}', 1],
  ] satisfies [string, Observation[], string, number][])('count %s', async (_, observations, name, value) => {
    expect((await after(observations))(name)).toBe(value);
  });

  it('count neither tokens nor cost nor first content of a cache hit', async () => {
    const value = await after([exchange({ cache: 'hit' })]);
    expect(value('tokens_total{backend="lab",model="qwen3-32b",kind="input"}')).toBeUndefined();
    expect(value('cost_total{backend="lab",model="qwen3-32b",currency="USD"}')).toBeUndefined();
    expect(value('time_to_first_content_seconds_count{backend="lab",model="qwen3-32b"}')).toBeUndefined();
  });

  it('tell a cost that is unknown from one that is nothing', async () => {
    const value = await after([{ kind: 'exchange-end', record: unpriced }, exchange({ cost: usd(0n) })]);
    expect(value('cost_unknown_total{backend="lab",model="qwen3-32b"}')).toBe(1);
  });

  it('know how many exchanges are in flight', async () => {
    const start = (id: string): Observation => ({ kind: 'exchange-start', id, dialect: 'native' });
    const value = await after([start('x1'), start('x2'), start('x3'), exchange()]);
    expect(value('exchanges_in_flight')).toBe(2);
  });

  it('read gauges when the text is made', async () => {
    const { metrics, clock } = create({ gauges });
    clock.advance(5000);
    const value = await after([], metrics);
    expect(value('cache_entries')).toBe(5);
    expect(value('cache_bytes')).toBe(4096);
    expect(value('pool_connections{origin="http://lab.example:8000",state="free"}')).toBe(1);
    expect(value('pool_connections{origin="http://lab.example:8000",state="busy"}')).toBe(3);
    expect(value('pool_pending{origin="http://lab.example:8000"}')).toBe(2);
    expect(value('pool_reuse_ratio{origin="http://lab.example:8000"}')).toBe(0.75);
    expect(value('uptime_seconds')).toBe(5);
    expect(value('event_loop_lag_seconds')).toBe(0);
    expect(value('build_info{version="1.2.3"}')).toBe(1);
    expect(value('resident_memory_bytes')).toBeGreaterThan(1_000_000);
  });

  it('put models beyond the first 500 under one label, since clients can invent them', async () => {
    const value = await after(
      Array.from({ length: 502 }, (_, index) => exchange({ target: { ...target, model: `m${index}` } })),
    );
    const count = (model: string) =>
      value(`exchanges_total{dialect="openai-chat",backend="lab",model="${model}",outcome="complete"}`);
    expect([count('m499'), count('m500'), count('other')]).toEqual([1, undefined, 2]);
  });

  it('never show what the client called its model', async () => {
    const { metrics } = create();
    for (const observation of every) metrics.observe(observation);
    expect(await metrics.text()).not.toContain(record.requestedModel);
  });

  it('do not throw, whatever numbers come', async () => {
    const odd = [NaN, Infinity, -1].flatMap((value) => [
      exchange({ durationMs: value, firstContentMs: value, usage: { ...noUsage, inputTokens: value }, cost: usd(-1n) }),
      { kind: 'cache-evicted', reason: 'bytes', count: value } as const,
    ]);
    const value = await after(odd);
    expect(value('cache_requests_total{result="miss"}')).toBe(3);
  });

  it('make the text anew only when it is old enough', async () => {
    const { metrics, clock } = create();
    const before = await metrics.text();
    metrics.observe(exchange());
    clock.advance(249);
    expect(await metrics.text()).toBe(before);
    clock.advance(1);
    expect(valueIn(await metrics.text(), 'cache_requests_total{result="miss"}')).toBe(1);
  });

  it('keep counting from text to text', async () => {
    const { metrics, clock } = create();
    await after([exchange()], metrics);
    clock.advance(250);
    expect((await after([exchange()], metrics))('cache_requests_total{result="miss"}')).toBe(2);
  });

  it('begin at nothing again when they are cleared', async () => {
    const { metrics } = create();
    await after(every, metrics);
    metrics.clear();
    const value = await after([exchange()], metrics);
    expect(value('cache_requests_total{result="miss"}')).toBe(1);
    expect(value('exchanges_in_flight')).toBe(0);
    expect(value('retries_total{backend="lab"}')).toBeUndefined();
  });

  it('belong to one gateway: another one counts by itself', async () => {
    const { metrics } = create();
    const other = create().metrics;
    metrics.observe(exchange());
    expect((await after([], other))('cache_requests_total{result="miss"}')).toBeUndefined();
  });
});

describe('the text', () => {
  const whole = async (): Promise<string> => {
    const { metrics } = create({ gauges });
    for (const observation of every) metrics.observe(observation);
    return metrics.text();
  };

  it('has a sample of every metric of the catalogue, and no other metric', async () => {
    const { metrics } = create({ gauges });
    for (const observation of every) metrics.observe(observation);
    metrics.observe({ kind: 'exchange-end', record: unpriced });
    const samples = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const names = samples.map((line) => line.replace(/[{ ].*/, '').replace(/_(bucket|sum|count)$/, ''));
    expect([...new Set(names)].sort()).toEqual(Object.keys(metricCatalog).sort());
  });

  it('uses only the labels of the catalogue', async () => {
    for (const line of (await whole()).split('\n')) {
      const [, name, labels] = /^(\w+?)(?:_bucket|_sum|_count)?\{(.*)\}/.exec(line) ?? [];
      if (name === undefined || labels === undefined) continue;
      const used = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le');
      const row = Object.entries(metricCatalog).find(([each]) => each === name)?.[1];
      expect([name, used]).toEqual([name, row?.labels]);
    }
  });

  it('says what it is', () => {
    expect(create().metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
  const check = hasPromtool || process.env['CLAUDETTE_TEST_REQUIRE'] === 'all' ? it : it.skip;

  check('passes promtool check metrics', async () => {
    const input = await whole();
    expect(execFileSync('promtool', ['check', 'metrics'], { input, stdio: 'pipe' }).toString()).toBe('');
  });
});
