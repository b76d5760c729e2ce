import { describe, expect, it } from '@jest/globals';

import type { Observation, Target } from '@claudette/core';

import { createTargetStatistics } from './target-statistics.js';
import type { TargetStatistics, TargetStatisticsOptions } from './target-statistics.js';

const target: Target = { backend: 'a', model: 'm', provider: 'openai', dialect: 'openai-chat' };

type AttemptEnd = Extract<Observation, { kind: 'attempt-end' }>;
const ended = (facts: Partial<AttemptEnd>): AttemptEnd => ({
  kind: 'attempt-end',
  id: 'x',
  target,
  number: 1,
  stream: true,
  outcome: 'complete',
  durationMs: 900,
  orphaned: false,
  ...facts,
});

const now = { ms: 5 };
const create = (options: Partial<TargetStatisticsOptions> = { smoothing: 0.5 }): TargetStatistics =>
  createTargetStatistics({ clock: { now: () => now.ms }, ...options });

const after = (...ends: Partial<AttemptEnd>[]): TargetStatistics => {
  const statistics = create();
  for (const end of ends) statistics.observe(ended(end));
  return statistics;
};

describe('target statistics', () => {
  it('know nothing at first', () => {
    expect(create().of(target, true)).toBeUndefined();
  });

  it('take the time to first content for the latency of streams', () => {
    expect(after({ firstContentMs: 300 }).of(target, true)).toMatchObject({
      latencyMs: 300,
      fastestMs: 300,
      p95Ms: undefined,
      successRate: 1,
      attempts: 1,
      lastAttemptAtMs: 5,
    });
  });

  it('take the time to the end for the latency of whole replies', () => {
    expect(after({ stream: false, firstContentMs: 300 }).of(target, false)?.latencyMs).toBe(900);
  });

  it('keep the latencies of streams and of whole replies apart, and their successes together', () => {
    const statistics = after({ firstContentMs: 300 }, { stream: false, outcome: 'failed' });
    expect(statistics.of(target, true)).toMatchObject({ latencyMs: 300, successRate: 0.5, attempts: 1 });
    expect(statistics.of(target, false)).toMatchObject({ latencyMs: undefined, successRate: 0.5, attempts: 1 });
  });

  it('say so when a kind of reply was never asked for', () => {
    const unasked = after({ firstContentMs: 300 }).of(target, false);
    expect(unasked).toMatchObject({ attempts: 0, lastAttemptAtMs: -Infinity, fastestMs: undefined });
  });

  it('have percentiles when there are enough latencies', () => {
    const statistic = after(...Array.from({ length: 20 }, (_, index) => ({ firstContentMs: index + 1 }))).of(
      target,
      true,
    );
    expect(statistic?.p95Ms).toBe(19);
    expect(statistic?.percentile(0.5)).toBe(10);
  });

  it('move slowly unless told otherwise', () => {
    const statistics = create({});
    for (let index = 0; index < 20; index += 1) statistics.observe(ended({ firstContentMs: 100 }));
    statistics.observe(ended({ firstContentMs: 300 }));
    expect(statistics.of(target, true)?.latencyMs).toBeCloseTo(110);
  });

  it('never take a failure for a latency of nothing', () => {
    const statistics = after(
      { outcome: 'failed', errorCode: 'upstream_failed', durationMs: 3 },
      { firstContentMs: 80 },
      { outcome: 'failed', errorCode: 'upstream_timeout', durationMs: 3 },
      { stream: false, outcome: 'failed', errorCode: 'upstream_failed', durationMs: 3 },
    );
    expect(statistics.of(target, true)).toMatchObject({ latencyMs: 80, fastestMs: 80, successRate: 0.1875 });
    expect(statistics.of(target, false)?.latencyMs).toBeUndefined();
  });

  it('take a stream that broke after its first content for a failure with a latency', () => {
    expect(after({ outcome: 'failed', firstContentMs: 80 }).of(target, true)).toMatchObject({
      latencyMs: 80,
      successRate: 0.5,
    });
  });

  it.each([
    ['what the reader abandoned', ended({ outcome: 'abandoned', firstContentMs: 5 })],
    ['a hedge that lost', ended({ outcome: 'abandoned', errorCode: 'superseded' })],
    ['a fault of the caller', ended({ outcome: 'failed', errorCode: 'upstream_rejected' })],
    ['a refusal of our own breaker', ended({ outcome: 'failed', errorCode: 'circuit_open' })],
    ['the total deadline', ended({ outcome: 'failed', errorCode: 'deadline_exceeded' })],
    ['other observations', { kind: 'retry', id: 'x', target, delayMs: 1 } as const],
  ])('learn nothing from %s', (_, observation) => {
    const statistics = create();
    statistics.observe(observation);
    expect(statistics.of(target, true)).toBeUndefined();
  });

  it('forget the oldest target when there are too many', () => {
    const statistics = create({ maxTargets: 2 });
    const models = ['m1', 'm2', 'm3'].map((model) => ({ ...target, model }));
    for (const each of models) statistics.observe(ended({ target: each, firstContentMs: 1 }));
    expect(models.map((each) => statistics.of(each, true) !== undefined)).toEqual([false, true, true]);
  });
});
