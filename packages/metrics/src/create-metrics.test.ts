import { execFileSync, spawnSync } from 'node:child_process';

import { describe, expect, it } from '@jest/globals';

import type { Observation } from '@claudette/core';
import { noUsage } from '@claudette/core';

import { after, create, every, exchange, record, target, unpriced, usd, valueIn } from './__fixtures__/observations.js';
import { metricCatalog } from './metric-catalog.js';

const gauges = {
  cache: () => ({ entries: 5, bytes: 4096 }),
  memory: () => ({ level: 'high', usedBytes: 900, limitBytes: 1000, cacheBudgetBytes: 64 }) as const,
  pool: () => [{ origin: 'http://lab.example:8000', connected: 4, free: 1, pending: 2, reuseRatio: 0.75 }],
};

describe('the metrics', () => {
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
    expect(value('memory_level')).toBe(2);
    expect(value('memory_pressure_ratio')).toBe(0.9);
    expect(value('memory_limit_bytes')).toBe(1000);
    expect(value('cache_budget_bytes')).toBe(64);
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
