import { describe, expect, it } from '@jest/globals';

import type { Observation, Target } from '@claudette/core';

import { createTargetStatistics } from './target-statistics.js';

const target: Target = { backend: 'a', model: 'm', provider: 'openai', dialect: 'openai-chat' };

type AttemptEnd = Extract<Observation, { kind: 'attempt-end' }>;
const ended = (facts: Partial<AttemptEnd>): AttemptEnd => ({
  kind: 'attempt-end',
  id: 'x',
  target,
  number: 1,
  outcome: 'complete',
  durationMs: 900,
  ...facts,
});

describe('target statistics', () => {
  it('know nothing at first', () => {
    expect(createTargetStatistics().of(target)).toBeUndefined();
  });

  it('begin with the first latency as it is', () => {
    const statistics = createTargetStatistics();
    statistics.observe(ended({ firstContentMs: 300 }));
    expect(statistics.of(target)).toEqual({ latencyMs: 300, successRate: 1 });
  });

  it('move towards the newest latency', () => {
    const statistics = createTargetStatistics({ smoothing: 0.5 });
    statistics.observe(ended({ firstContentMs: 300 }));
    statistics.observe(ended({ firstContentMs: 100 }));
    expect(statistics.of(target)?.latencyMs).toBe(200);
  });

  it('never take a failure for a latency of nothing', () => {
    const statistics = createTargetStatistics({ smoothing: 0.5 });
    statistics.observe(ended({ outcome: 'failed', errorCode: 'upstream_failed' }));
    expect(statistics.of(target)).toEqual({ latencyMs: undefined, successRate: 0.5 });
    statistics.observe(ended({ firstContentMs: 80 }));
    statistics.observe(ended({ outcome: 'failed', errorCode: 'upstream_timeout' }));
    expect(statistics.of(target)).toEqual({ latencyMs: 80, successRate: 0.375 });
  });

  it('take a stream that broke after its first content for a failure with a latency', () => {
    const statistics = createTargetStatistics({ smoothing: 0.5 });
    statistics.observe(ended({ outcome: 'failed', firstContentMs: 80 }));
    expect(statistics.of(target)).toEqual({ latencyMs: 80, successRate: 0.5 });
  });

  it.each([
    ['what the reader abandoned', ended({ outcome: 'abandoned', firstContentMs: 5 })],
    ['a fault of the caller', ended({ outcome: 'failed', errorCode: 'upstream_rejected' })],
    ['a refusal of our own breaker', ended({ outcome: 'failed', errorCode: 'circuit_open' })],
    ['the total deadline', ended({ outcome: 'failed', errorCode: 'deadline_exceeded' })],
    ['other observations', { kind: 'retry', id: 'x', target, delayMs: 1 } as const],
  ])('learn nothing from %s', (_, observation) => {
    const statistics = createTargetStatistics();
    statistics.observe(observation);
    expect(statistics.of(target)).toBeUndefined();
  });

  it('forget the oldest target when there are too many', () => {
    const statistics = createTargetStatistics({ maxTargets: 2 });
    const models = ['m1', 'm2', 'm3'].map((model) => ({ ...target, model }));
    for (const each of models) statistics.observe(ended({ target: each, firstContentMs: 1 }));
    expect(models.map((each) => statistics.of(each) !== undefined)).toEqual([false, true, true]);
  });
});
