import { describe, expect, it } from '@jest/globals';

import { candidateOf, planOf, targetOf } from '../__fixtures__/decisions.js';
import { explainPlan } from './explain-plan.js';

const known = candidateOf('a', {
  score: 0.81234,
  latencyMs: 412.345,
  successRate: 0.98765,
  inFlight: 3,
  standing: { cost: 0.8333, latency: 0.5, availability: 0.98765 },
  estimate: {
    inputTokens: 1200,
    outputTokens: 300,
    costNano: 1_250_000,
    firstContentMs: 412.345,
    durationMs: 2412.345,
  },
});

const unknown = candidateOf('b', {
  priority: 2,
  position: 2,
  available: false,
  notes: ['circuit open: 5 of 8 calls failed'],
});

const reasonsOf = (strategy: string, candidate = known): readonly string[] | undefined =>
  explainPlan(planOf([candidate], { strategy })).candidates[0]?.reasons;

describe('an explained plan', () => {
  it('says everything in plain words and numbers', () => {
    const rejected = [{ target: targetOf('c'), reason: 'it takes no images' }];
    expect(explainPlan(planOf([known, unknown], { rejected, affinity: 'session', hedgeAfterMs: 812.3 }))).toEqual({
      strategy: 'weighted',
      execution: 'hedge after 812 ms',
      affinity: 'kept with its session',
      candidates: [
        {
          backend: 'a',
          model: 'm',
          score: 0.81,
          standing: { cost: 0.83, latency: 0.5, availability: 0.99 },
          measures: { priority: 1, position: 1, available: true, latencyMs: 412, successRate: 0.99, inFlight: 3 },
          estimate: {
            inputTokens: 1200,
            outputTokens: 300,
            cost: '0.00125 USD',
            firstContentMs: 412,
            durationMs: 2412,
          },
          reasons: ['priority 1', 'cost 0.83', 'latency 0.50', 'availability 0.99'],
        },
        {
          backend: 'b',
          model: 'm',
          score: 0.5,
          standing: { cost: undefined, latency: undefined, availability: 1 },
          measures: { priority: 2, position: 2, available: false, latencyMs: undefined, successRate: 1, inFlight: 0 },
          estimate: {
            inputTokens: 100,
            outputTokens: 50,
            cost: undefined,
            firstContentMs: undefined,
            durationMs: undefined,
          },
          reasons: [
            'circuit open: 5 of 8 calls failed',
            'priority 2',
            'cost unknown',
            'latency unknown',
            'availability 1.00',
          ],
        },
      ],
      rejected: [{ backend: 'c', model: 'm', reason: 'it takes no images' }],
    });
  });

  it('is JSON as it is', () => {
    const explained = explainPlan(planOf([known], { affinity: 'prefix' }));
    expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
  });

  it('is executed by a single attempt unless there is a hedge', () => {
    expect(explainPlan(planOf([known]))).toMatchObject({ execution: 'single', affinity: undefined });
  });

  it.each([
    ['session', 'kept with its session'],
    ['previous-response', 'kept with the response that it continues'],
    ['prefix', 'kept with the requests that begin like it'],
  ] as const)('says what %s keeps together', (affinity, words) => {
    expect(explainPlan(planOf([known], { affinity })).affinity).toBe(words);
  });
});

describe('the reasons for a place', () => {
  it.each([
    ['weighted', ['priority 1', 'cost 0.83', 'latency 0.50', 'availability 0.99']],
    ['cheapest', ['priority 1', 'cost 0.00125 USD']],
    ['fastest', ['priority 1', 'latency 412 ms']],
    ['priority', ['priority 1', 'entry 1 of the alias']],
    ['least-busy', ['priority 1', '3 in flight']],
    ['one that is no longer known', ['priority 1', 'cost 0.83', 'latency 0.50', 'availability 0.99']],
  ])('are what %s looks at', (strategy, reasons) => {
    expect(reasonsOf(strategy)).toEqual(reasons);
  });

  it.each([
    ['cheapest', 'cost unknown'],
    ['fastest', 'latency unknown'],
  ])('name what %s does not know', (strategy, reason) => {
    expect(reasonsOf(strategy, unknown)).toContain(reason);
  });

  it('tell how many turns of others it has waited', () => {
    expect(reasonsOf('round-robin', candidateOf('a', { score: 4 }))).toEqual(['priority 1', 'turns waited 4']);
  });
});
