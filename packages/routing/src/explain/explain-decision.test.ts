import { describe, expect, it } from '@jest/globals';

import type { DecisionRecord } from '@claudette/core';

import { attemptOf, candidateOf, decisionOf, exchangeOf, planOf, targetOf } from '../__fixtures__/decisions.js';
import { explainDecision } from './explain-decision.js';

const estimate = {
  inputTokens: 800,
  outputTokens: 120,
  costNano: 900_000,
  firstContentMs: 250,
  durationMs: 1100,
};

const whyOf = (fields: Partial<DecisionRecord>): string => explainDecision(decisionOf(fields)).why;

describe('an explained decision', () => {
  it('says what was asked, who was chosen and why, and what came of it', () => {
    const record = decisionOf({
      exchange: exchangeOf({
        saved: { nano: 0n, currency: 'USD' },
        wasted: { nano: 20_000n, currency: 'USD' },
        losses: [{ path: 'seed', reason: 'it has no seed' }],
        tags: ['nightly'],
      }),
      plan: planOf([candidateOf('a', { estimate }), candidateOf('b')]),
    });
    const explained = explainDecision(record);
    expect(explained).toEqual({
      id: 'x-1',
      startedAt: '2023-11-14T22:13:20.000Z',
      asked: {
        requestedModel: 'm',
        dialect: 'openai-chat',
        operation: 'generate',
        stream: true,
        requestBytes: 4000,
        principalId: 'local',
        tags: ['nightly'],
      },
      chosen: { backend: 'a', model: 'm' },
      why: '1 of 2 by weighted: priority 1, cost unknown, latency unknown, availability 1.00',
      outcome: 'complete',
      errorCode: undefined,
      finishReason: 'stop',
      cache: 'miss',
      plan: expect.objectContaining({ strategy: 'weighted', execution: 'single' }),
      attempts: [
        {
          backend: 'a',
          model: 'm',
          reason: 'first',
          startedMs: 1,
          waitedMs: 0,
          durationMs: 998,
          firstContentMs: 299,
          outcome: 'complete',
          errorCode: undefined,
          orphaned: false,
        },
      ],
      timings: {
        beforePlanMs: 0.2,
        planMs: 0.012,
        beforeFirstAttemptMs: 0.788,
        waitedMs: 0,
        firstContentMs: 300,
        streamMs: 700,
        totalMs: 1000,
      },
      predictions: {
        inputTokens: { predicted: 800, actual: 1000, offByPercent: 20 },
        outputTokens: { predicted: 120, actual: 100, offByPercent: 20 },
        cost: { predicted: '0.0009 USD', actual: '0.001 USD', offByPercent: 10 },
        firstContentMs: { predicted: 250, actual: 299, offByPercent: 16 },
        durationMs: { predicted: 1100, actual: 998, offByPercent: 10 },
      },
      cost: '0.001 USD',
      saved: '0 USD',
      wasted: '0.00002 USD',
      losses: [{ path: 'seed', reason: 'it has no seed' }],
    });
  });

  it('is JSON as it is', () => {
    const explained = explainDecision(decisionOf());
    expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
  });

  it('leaves out what an exchange without a plan never came to', () => {
    const exchange = exchangeOf({
      target: undefined,
      outcome: 'failed',
      errorCode: 'unauthenticated',
      firstContentMs: undefined,
      usage: undefined,
      cost: undefined,
    });
    const explained = explainDecision({ exchange, attempts: [] });
    expect(explained).toMatchObject({
      chosen: undefined,
      plan: undefined,
      predictions: undefined,
      cost: undefined,
      timings: {
        beforePlanMs: undefined,
        planMs: undefined,
        beforeFirstAttemptMs: undefined,
        waitedMs: 0,
        firstContentMs: undefined,
        streamMs: undefined,
        totalMs: 1000,
      },
    });
  });

  it('adds up the waits before attempts', () => {
    const attempts = [
      attemptOf('a', { outcome: 'failed', errorCode: 'upstream_overloaded' }),
      attemptOf('a', { reason: 'retry', waitedMs: 250 }),
    ];
    expect(explainDecision(decisionOf({ attempts })).timings.waitedMs).toBe(250);
  });
});

describe('why it was this target', () => {
  const failed = attemptOf('a', { outcome: 'failed', errorCode: 'upstream_overloaded' });
  const answeredByB = exchangeOf({ target: targetOf('b') });
  const place = 'priority 1, cost unknown, latency unknown, availability 1.00';

  it.each<[string, string, Partial<DecisionRecord>]>([
    ['the best', `1 of 2 by weighted: ${place}`, {}],
    [
      'asked again',
      `1 of 2 by weighted: ${place}; asked again after a/m: upstream_overloaded`,
      { attempts: [failed, attemptOf('a', { reason: 'retry' })] },
    ],
    [
      'asked after another',
      `2 of 2 by weighted: ${place}; asked after a/m: upstream_overloaded`,
      { exchange: answeredByB, attempts: [failed, attemptOf('b', { reason: 'failover' })] },
    ],
    [
      'asked beside another',
      `2 of 2 by weighted: ${place}; asked too because the first showed nothing, and was faster`,
      {
        exchange: answeredByB,
        attempts: [
          attemptOf('a', { outcome: 'abandoned', errorCode: 'superseded' }),
          attemptOf('b', { reason: 'hedge' }),
        ],
      },
    ],
    ['of no attempt on record', `1 of 2 by weighted: ${place}`, { attempts: [] }],
    ['unplanned', 'it was not in the plan', { exchange: exchangeOf({ target: targetOf('c') }), attempts: [] }],
  ])('because it was %s', (_name, why, fields) => {
    expect(whyOf(fields)).toBe(why);
  });

  it.each<[string, string, Partial<DecisionRecord>]>([
    ['a hit', 'answered from the cache', { exchange: exchangeOf({ cache: 'hit' }) }],
    [
      'a shared call',
      'shares the answer to an equal call that was under way',
      { exchange: exchangeOf({ cache: 'coalesced' }) },
    ],
    [
      'an expired answer',
      'an expired answer stands in: a/m: upstream_overloaded',
      { exchange: exchangeOf({ cache: 'stale' }), attempts: [failed] },
    ],
    [
      'a refusal',
      'it ended before routing: unauthenticated',
      { exchange: exchangeOf({ outcome: 'failed', errorCode: 'unauthenticated' }), plan: undefined },
    ],
    [
      'an answer of the gateway',
      'answered by the gateway itself',
      { exchange: exchangeOf({ outcome: 'complete' }), plan: undefined },
    ],
    [
      'an unknown end before routing',
      'it ended before routing: abandoned',
      { exchange: exchangeOf({ outcome: 'abandoned' }), plan: undefined },
    ],
    [
      'a failure of all',
      'nobody answered: upstream_overloaded; a/m: upstream_overloaded; b/m: failed',
      {
        exchange: exchangeOf({ target: undefined, outcome: 'failed', errorCode: 'upstream_overloaded' }),
        attempts: [failed, attemptOf('b', { outcome: 'failed' })],
      },
    ],
  ])('is told of %s too', (_name, why, fields) => {
    expect(whyOf(fields)).toBe(why);
  });
});

describe('predictions', () => {
  it('are unknown where one side is', () => {
    const record = decisionOf({ exchange: exchangeOf({ usage: undefined, cost: undefined }), attempts: [] });
    expect(explainDecision(record).predictions).toEqual({
      inputTokens: { predicted: 100, actual: undefined, offByPercent: undefined },
      outputTokens: { predicted: 50, actual: undefined, offByPercent: undefined },
      cost: { predicted: undefined, actual: undefined, offByPercent: undefined },
      firstContentMs: { predicted: undefined, actual: undefined, offByPercent: undefined },
      durationMs: { predicted: undefined, actual: undefined, offByPercent: undefined },
    });
  });

  it.each(['hit', 'coalesced', 'stale'] as const)('are not compared with a %s', (cache) => {
    expect(explainDecision(decisionOf({ exchange: exchangeOf({ cache }) })).predictions).toBeUndefined();
  });

  it('are compared with a call that took no part in the cache', () => {
    expect(explainDecision(decisionOf({ exchange: exchangeOf({ cache: 'bypass' }) })).predictions).toBeDefined();
  });
});
