import { describe, expect, it } from '@jest/globals';

import type { ChatRequest, ExchangeRecord, Usage } from '@claudette/core';
import { noUsage } from '@claudette/core';
import fc from 'fast-check';

import { candidateOf, exchangeOf, planOf, targetOf } from '../__fixtures__/decisions.js';
import { createEstimator } from './estimator.js';
import type { Estimator, EstimatorOptions } from './estimator.js';
import type { PlannedCall } from '../plan/routing-options.js';
import { createSeededRandom } from '../explain/seeded-random.js';
import type { TargetStatistic } from './target-statistics.js';

const a = targetOf('a');
const b = targetOf('b');

/** A nano-unit a token, twice that for the answer. */
const price = { input: 1e6, cachedInput: 1e5, cacheWrite: 1.25e6, output: 2e6, reasoning: 3e6 };

const latencyOf = (latencyMs: number): TargetStatistic => ({
  latencyMs,
  p95Ms: undefined,
  fastestMs: latencyMs,
  successRate: 1,
  attempts: 1,
  lastAttemptAtMs: 0,
  percentile: () => undefined,
});

const estimatorOf = (options: Partial<EstimatorOptions> = {}): Estimator =>
  createEstimator({ priceOf: () => price, statistics: { of: () => undefined }, ...options });

interface CallFields {
  readonly bytes?: number;
  readonly operation?: PlannedCall['operation'];
  readonly request?: Partial<ChatRequest>;
}

const callOf = ({ bytes = 4000, operation = 'generate', request }: CallFields = {}): PlannedCall => ({
  original: { dialect: 'openai-chat', body: new Uint8Array(bytes), headers: {} },
  operation,
  request: { model: 'm', messages: [], stream: true, streamUsage: true, tools: [], foreign: [], ...request },
  context: { principal: { id: 'local', name: 'local' }, strict: false },
});

const end = (estimator: Estimator, fields: Partial<ExchangeRecord> = {}): void =>
  estimator.observe({ kind: 'exchange-end', record: exchangeOf(fields) });

const used = (fields: Partial<Usage>): Usage => ({ ...noUsage, ...fields });

/** Estimates a call, plans it and lets it end. */
const exchange = (estimator: Estimator, call: PlannedCall, fields: Partial<ExchangeRecord> = {}): void => {
  const estimate = estimator.estimate(call, a);
  estimator.observe({ kind: 'plan', id: 'x-1', plan: planOf([{ ...candidateOf('a'), estimate }]), tookMs: 0 });
  end(estimator, { requestBytes: call.original?.body.length ?? 0, ...fields });
};

describe('an estimate before anything was seen', () => {
  it('takes four bytes for a token and 512 tokens for an answer', () => {
    expect(estimatorOf().estimate(callOf({ bytes: 4001 }), a)).toEqual({
      inputTokens: 1001,
      outputTokens: 512,
      costNano: 1001 + 2 * 512,
      firstContentMs: undefined,
      durationMs: undefined,
    });
  });

  it.each([
    [100, 100],
    [1000, 512],
    [0, 512],
    [-1, 512],
  ])('gives an answer limited to %s tokens %s', (maxOutputTokens, outputTokens) => {
    expect(estimatorOf().estimate(callOf({ request: { maxOutputTokens } }), a)).toMatchObject({ outputTokens });
  });

  it('leaves a cost without a price unknown', () => {
    expect(estimatorOf({ priceOf: () => undefined }).estimate(callOf(), a).costNano).toBeUndefined();
  });

  it('takes counting for free, whatever the price', () => {
    const estimate = estimatorOf({ priceOf: () => undefined }).estimate(callOf({ operation: 'count' }), a);
    expect(estimate).toMatchObject({ inputTokens: 1000, outputTokens: 0, costNano: 0 });
  });

  it('expects no answer of vectors', () => {
    expect(estimatorOf().estimate(callOf({ operation: 'embed' }), a)).toMatchObject({
      inputTokens: 1000,
      outputTokens: 0,
      costNano: 1000,
    });
  });

  it('asks for the price of as many tokens as it expects', () => {
    const asked: number[] = [];
    estimatorOf({ priceOf: (_target, tokens) => void asked.push(tokens) }).estimate(callOf({ bytes: 400_000 }), a);
    expect(asked).toEqual([100_000]);
  });
});

describe('what an estimator learns', () => {
  it('is how many bytes a token has there', () => {
    const estimator = estimatorOf();
    for (let count = 0; count < 100; count += 1) end(estimator, { usage: used({ inputTokens: 2000 }) });
    expect(estimator.estimate(callOf(), a).inputTokens).toBe(2000);
  });

  it('is the length of answers, for prompts of its kind', () => {
    const estimator = estimatorOf();
    for (let count = 0; count < 100; count += 1) {
      end(estimator, { requestBytes: 50_000, usage: used({ inputTokens: 12_500, outputTokens: 40 }) });
    }
    expect(estimator.estimate(callOf({ bytes: 50_000 }), a).outputTokens).toBe(40);
    expect(estimator.estimate(callOf({ bytes: 500 }), a).outputTokens).toBe(512);
  });

  it('is kept apart for requests with tools, which the plan tells', () => {
    const estimator = estimatorOf();
    const withTools = callOf({ request: { tools: [{ name: 'search' }] } });
    for (let count = 0; count < 100; count += 1) {
      exchange(estimator, withTools, { usage: used({ inputTokens: 1000, outputTokens: 30 }) });
    }
    expect(estimator.estimate(withTools, a).outputTokens).toBe(30);
    expect(estimator.estimate(callOf(), a).outputTokens).toBe(512);
  });

  it('is no kind of request when the plan was made from estimates of others', () => {
    const estimator = estimatorOf();
    estimator.estimate(callOf({ request: { tools: [{ name: 'search' }] } }), a);
    estimator.observe({ kind: 'plan', id: 'x-1', plan: planOf([candidateOf('a')]), tookMs: 0 });
    end(estimator, { usage: used({ inputTokens: 1000, outputTokens: 30 }) });
    expect(estimator.estimate(callOf(), a).outputTokens).toBe(30);
  });

  it('stands in for a target that was never used', () => {
    const estimator = estimatorOf();
    end(estimator, { usage: used({ inputTokens: 2000, outputTokens: 30 }) });
    expect(estimator.estimate(callOf(), b)).toMatchObject({ inputTokens: 2000, outputTokens: 30 });
  });

  it('is what the provider has in its prompt cache, and what that saves', () => {
    const estimator = estimatorOf();
    for (let count = 0; count < 100; count += 1) {
      end(estimator, { usage: used({ inputTokens: 100, cachedInputTokens: 800, cacheWriteTokens: 100 }) });
    }
    // 100 at 1, 800 at a tenth, 100 at one and a quarter.
    expect(estimator.estimate(callOf(), a).costNano).toBe(100 + 80 + 125);
  });

  it('takes prompts that are written to the cache for ordinary ones where that has no price', () => {
    const estimator = estimatorOf({ priceOf: () => ({ input: 1e6, cachedInput: 1e5, output: 2e6, reasoning: 3e6 }) });
    end(estimator, { usage: used({ cacheWrite1hTokens: 1000 }) });
    expect(estimator.estimate(callOf(), a).costNano).toBe(1000);
  });

  it('is how much of an answer is reasoning', () => {
    const estimator = estimatorOf();
    end(estimator, { usage: used({ inputTokens: 1000, outputTokens: 50, reasoningTokens: 50 }) });
    expect(estimator.estimate(callOf(), a).costNano).toBe(1000 + 2 * 50 + 3 * 50);
  });

  it.each<[string, Partial<ExchangeRecord>]>([
    ['failed', { outcome: 'failed' }],
    ['came from the cache', { cache: 'hit' }],
    ['was shared', { cache: 'coalesced' }],
    ['nobody answered', { target: undefined }],
    ['has no usage', { usage: undefined }],
    ['was not counted by the provider', { usage: used({ inputTokens: 9, source: 'estimated' }) }],
  ])('is nothing from an exchange that %s', (_name, fields) => {
    const estimator = estimatorOf();
    end(estimator, fields);
    expect(estimator.accuracy()).toEqual([]);
    expect(estimator.estimate(callOf(), a)).toMatchObject({ inputTokens: 1000, outputTokens: 512 });
  });

  it('is no length from an answer that was cut off before the usual one', () => {
    const estimator = estimatorOf();
    end(estimator, { finishReason: 'length', usage: used({ inputTokens: 1000, outputTokens: 16 }) });
    expect(estimator.estimate(callOf(), a).outputTokens).toBe(512);
  });

  it('is the length of an answer that was cut off beyond the usual one', () => {
    const estimator = estimatorOf();
    end(estimator, { finishReason: 'length', usage: used({ inputTokens: 1000, outputTokens: 4096 }) });
    expect(estimator.estimate(callOf(), a).outputTokens).toBe(4096);
  });

  it('is no length from vectors', () => {
    const estimator = estimatorOf();
    end(estimator, { operation: 'embed', usage: used({ inputTokens: 2000 }) });
    expect(estimator.estimate(callOf({ operation: 'embed' }), a).inputTokens).toBe(2000);
    expect(estimator.estimate(callOf(), a)).toMatchObject({ inputTokens: 1000, outputTokens: 512 });
  });

  it('is nothing about tokens from a provider that counted none', () => {
    const estimator = estimatorOf();
    end(estimator, { usage: used({}) });
    expect(estimator.estimate(callOf(), a)).toMatchObject({ inputTokens: 1000, outputTokens: 0 });
  });

  it('is no size of tokens from a picture', () => {
    const estimator = estimatorOf();
    const data = 'A'.repeat(40_000);
    const picture = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data } } as const;
    const call = callOf({ bytes: 44_000, request: { messages: [{ role: 'user', parts: [picture] }] } });
    expect(estimator.estimate(call, a).inputTokens).toBe(1000 + 1000);
    exchange(estimator, call, { usage: used({ inputTokens: 11_000, outputTokens: 5 }) });
    expect(estimator.estimate(callOf(), a)).toMatchObject({ inputTokens: 1000, outputTokens: 5 });
  });

  it('is forgotten with the target that was seen first', () => {
    const estimator = estimatorOf({ maxTargets: 1 });
    end(estimator, { target: a });
    end(estimator, { target: b });
    expect(estimator.accuracy().map(({ backend }) => backend)).toEqual(['b']);
  });
});

describe('a latency that is estimated', () => {
  const statistics = { of: (_target: unknown, stream: boolean) => latencyOf(stream ? 200 : 900) };

  it('is the usual one to first content, and an unknown one to the end', () => {
    expect(estimatorOf({ statistics }).estimate(callOf(), a)).toMatchObject({
      firstContentMs: 200,
      durationMs: undefined,
    });
  });

  it('ends a stream as much later as so many tokens took', () => {
    const estimator = estimatorOf({ statistics });
    end(estimator, { firstContentMs: 300, durationMs: 1300, usage: used({ inputTokens: 1000, outputTokens: 100 }) });
    expect(estimator.estimate(callOf(), a)).toMatchObject({ outputTokens: 100, firstContentMs: 200, durationMs: 1200 });
  });

  it.each<[string, Partial<ExchangeRecord>]>([
    ['a stream', { stream: true }],
    ['several attempts', { stream: false, attempts: 2 }],
    ['no tokens', { stream: false, usage: used({ inputTokens: 1000 }) }],
  ])('is the usual one for a whole reply after one of %s', (_name, fields) => {
    const estimator = estimatorOf({ statistics });
    end(estimator, fields);
    const estimate = estimator.estimate(callOf({ request: { stream: false } }), a);
    expect(estimate).toMatchObject({ firstContentMs: 900, durationMs: 900 });
  });

  it('is as long for a whole reply as so many tokens took for requests of its kind', () => {
    const estimator = estimatorOf({ statistics });
    end(estimator, { stream: false, durationMs: 4000, usage: used({ inputTokens: 1000, outputTokens: 100 }) });
    end(estimator, { stream: false, requestBytes: 9000, durationMs: 9000 });
    const short = callOf({ request: { stream: false, maxOutputTokens: 50 } });
    expect(estimator.estimate(short, a)).toMatchObject({ firstContentMs: 2000, durationMs: 2000 });
  });

  it.each<[string, Partial<ExchangeRecord>]>([
    ['without content', { firstContentMs: undefined }],
    ['without tokens', { usage: used({ inputTokens: 1000 }) }],
  ])('learns no speed from a stream %s', (_name, fields) => {
    const estimator = estimatorOf({ statistics });
    end(estimator, fields);
    expect(estimator.estimate(callOf(), a).durationMs).toBeUndefined();
  });
});

describe('the accuracy of estimates', () => {
  it('is how far they were off, as a share of what came', () => {
    const statistics = { of: () => latencyOf(150) };
    const estimator = estimatorOf({ statistics });
    const fields = {
      usage: used({ inputTokens: 2000, outputTokens: 256 }),
      cost: { nano: 4048n, currency: 'USD' },
      firstContentMs: 300,
    };
    exchange(estimator, callOf(), fields);
    expect(estimator.accuracy()).toEqual([
      {
        backend: 'a',
        model: 'm',
        exchanges: 1,
        inputTokens: 0.5,
        outputTokens: 1,
        cost: 0.5,
        firstContent: 0.5,
        duration: undefined,
      },
    ]);
  });

  it('leaves out latencies that other attempts are part of', () => {
    const estimator = estimatorOf({ statistics: { of: () => latencyOf(150) } });
    exchange(estimator, callOf(), { attempts: 2 });
    expect(estimator.accuracy()).toMatchObject([{ exchanges: 1, firstContent: undefined }]);
  });

  it('leaves out costs that were not known then or now', () => {
    const estimator = estimatorOf({ priceOf: () => undefined });
    exchange(estimator, callOf());
    expect(estimator.accuracy()).toMatchObject([{ exchanges: 1, cost: undefined }]);
  });

  it('is nothing where nothing was predicted', () => {
    const estimator = estimatorOf();
    end(estimator);
    expect(estimator.accuracy()).toMatchObject([{ exchanges: 0, inputTokens: undefined }]);
  });

  it('takes no notice of other observations', () => {
    const estimator = estimatorOf();
    estimator.observe({ kind: 'exchange-start', id: 'x-1', dialect: 'native' });
    expect(estimator.accuracy()).toEqual([]);
  });
});

describe('estimates over any exchanges', () => {
  const tokens = fc.integer({ min: 0, max: 1e7 });
  const usages = fc.record({
    inputTokens: tokens,
    cachedInputTokens: tokens,
    cacheWriteTokens: tokens,
    cacheWrite1hTokens: tokens,
    outputTokens: tokens,
    reasoningTokens: tokens,
    source: fc.constant('measured' as const),
  });
  const records = fc.record({
    usage: usages,
    requestBytes: fc.integer({ min: 0, max: 1e8 }),
    durationMs: fc.integer({ min: 300, max: 1e7 }),
    operation: fc.constantFrom('generate' as const, 'embed' as const),
    finishReason: fc.constantFrom('stop' as const, 'length' as const),
  });

  it('are never negative, no numbers or above the limit, and cost whole nano-units', () => {
    const limit = fc.option(fc.integer({ min: 1, max: 1e6 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(records), fc.integer({ min: 0, max: 1e6 }), limit, (seen, bytes, maxOutputTokens) => {
        const estimator = estimatorOf({ statistics: { of: () => latencyOf(100) } });
        for (const fields of seen) end(estimator, fields);
        const request = maxOutputTokens === undefined ? {} : { maxOutputTokens };
        const { inputTokens, outputTokens, costNano, durationMs } = estimator.estimate(callOf({ bytes, request }), a);
        for (const count of [inputTokens, outputTokens, costNano]) {
          expect(Number.isSafeInteger(count)).toBe(true);
          expect(count).toBeGreaterThanOrEqual(0);
        }
        expect(outputTokens).toBeLessThanOrEqual(maxOutputTokens ?? Infinity);
        expect(durationMs ?? 100).toBeGreaterThanOrEqual(100);
      }),
    );
  });

  it('leave an unknown price unknown, whatever was learned', () => {
    fc.assert(
      fc.property(fc.array(records), (seen) => {
        const estimator = estimatorOf({ priceOf: () => undefined });
        for (const fields of seen) end(estimator, fields);
        expect(estimator.estimate(callOf(), a).costNano).toBeUndefined();
      }),
    );
  });

  it('come nearer to the truth with every exchange', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 10, max: 5000 }),
        fc.integer({ min: 1, max: 30 }),
        (seed, length, size) => {
          const random = createSeededRandom(seed);
          const estimator = estimatorOf();
          const errorOf = (): number => {
            const { inputTokens, outputTokens } = estimator.estimate(callOf({ bytes: 9000 }), a);
            return Math.abs(inputTokens / (9000 / size) - 1) + Math.abs(outputTokens / length - 1);
          };
          const before = errorOf();
          for (let count = 0; count < 300; count += 1) {
            const noise = 0.9 + 0.2 * random();
            const usage = used({
              inputTokens: Math.round((noise * 9000) / size),
              outputTokens: Math.round(noise * length),
            });
            end(estimator, { requestBytes: 9000, usage });
          }
          expect(errorOf()).toBeLessThan(Math.max(0.2, before));
          expect(errorOf()).toBeLessThan(0.3);
        },
      ),
    );
  });
});
