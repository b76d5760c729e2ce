import { noUsage } from '@claudette/core';
import type { Reply } from '@claudette/core';
import { createPriceBook } from '@claudette/ledger';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { helloBody, makeReply } from '../__fixtures__/make-reply.js';
import { priceReply, priceUsage } from './price-usage.js';
import { systemClock } from '../system-clock.js';

const prices = createPriceBook();
const usage = { ...noUsage, inputTokens: 1_000 };
const qwen = { backend: 'q', model: 'qwen-max', provider: 'qwen', dialect: 'openai-chat' } as const;
const at = Date.UTC(2026, 8, 1);

describe('priceUsage', () => {
  it('is money in USD where the price is known', () => {
    const money = priceUsage(prices, qwen, usage, at);
    expect(money).toEqual({ nano: 1_600_000n, currency: 'USD' });
  });

  it('is nothing for a local model', () => {
    expect(priceUsage(prices, { ...qwen, provider: 'ollama' }, usage, at)).toEqual({ nano: 0n, currency: 'USD' });
  });

  it('is unknown, not 0, where the price is', () => {
    expect(priceUsage(prices, { ...qwen, model: 'unheard-of' }, usage, at)).toBeUndefined();
  });
});

describe('priceReply', () => {
  let reply: Reply;
  beforeAll(async () => {
    reply = { ...(await makeReply({ framing: 'json', frames: [helloBody] })), target: qwen };
  });
  const costOf = priceReply(prices, systemClock);

  it('is what the provider counted', () => {
    const outcome = { kind: 'complete', usage, receivedBytes: 1 } as const;
    expect(costOf(reply, outcome)).toEqual(priceUsage(prices, qwen, usage, systemClock.epochMs()));
  });

  it.each(['hit', 'coalesced', 'stale'] as const)('is nothing for a %s', (cache) => {
    expect(costOf({ ...reply, cache }, { kind: 'complete', receivedBytes: 0 })).toEqual({ nano: 0n, currency: 'USD' });
  });

  it('is what the provider counted for one who took a shared call over', () => {
    const outcome = { kind: 'complete', usage, receivedBytes: 1, share: { cache: 'miss', attempts: 1 } } as const;
    expect(costOf({ ...reply, cache: 'coalesced' }, outcome)?.nano).toBeGreaterThan(0n);
  });

  it('is nothing for one who left a shared call to others', () => {
    const outcome = { kind: 'abandoned', usage, receivedBytes: 1, share: { cache: 'coalesced', attempts: 0 } } as const;
    expect(costOf({ ...reply, cache: 'miss' }, outcome)).toEqual({ nano: 0n, currency: 'USD' });
  });

  it('is unknown where the provider counted nothing', () => {
    expect(costOf(reply, { kind: 'complete', receivedBytes: 1 })).toBeUndefined();
  });
});
