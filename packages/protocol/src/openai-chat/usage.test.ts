import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';

import { decodeUsage, encodeUsage } from './usage.js';

describe('decoded usage', () => {
  it.each([
    ['plain counts', { prompt_tokens: 5, completion_tokens: 3 }, { inputTokens: 5, outputTokens: 3 }],
    [
      'cached and written tokens inside the prompt',
      { prompt_tokens: 10, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 6, cache_write_tokens: 3 } },
      { inputTokens: 1, cachedInputTokens: 6, cacheWriteTokens: 3 },
    ],
    [
      "DeepSeek's name for cached tokens",
      { prompt_tokens: 10, completion_tokens: 0, prompt_cache_hit_tokens: 4 },
      { inputTokens: 6, cachedInputTokens: 4 },
    ],
    [
      'reasoning inside the completion',
      { prompt_tokens: 1, completion_tokens: 9, total_tokens: 10, completion_tokens_details: { reasoning_tokens: 4 } },
      { inputTokens: 1, outputTokens: 5, reasoningTokens: 4 },
    ],
    [
      'reasoning beside the completion, as the total says',
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 12, completion_tokens_details: { reasoning_tokens: 9 } },
      { inputTokens: 1, outputTokens: 2, reasoningTokens: 9 },
    ],
    [
      'details beyond their whole, never below zero',
      {
        prompt_tokens: 2,
        completion_tokens: 2,
        prompt_tokens_details: { cached_tokens: 9, cache_write_tokens: 9 },
        completion_tokens_details: { reasoning_tokens: 9 },
      },
      { cachedInputTokens: 2, reasoningTokens: 2 },
    ],
    [
      'null and wrong types as nothing',
      { prompt_tokens: null, completion_tokens: 'x', prompt_tokens_details: null },
      {},
    ],
  ])('has %s', (_, wire, expected) => {
    expect(decodeUsage(wire)).toEqual({ ...noUsage, ...expected });
  });

  it.each([undefined, null, 5, [], {}, { queue_time: 1 }])('is unknown for %j', (wire) => {
    expect(decodeUsage(wire)).toBeUndefined();
  });
});

describe('encoded usage', () => {
  it('sums up what was sent and what was written', () => {
    const usage = {
      inputTokens: 1,
      cachedInputTokens: 2,
      cacheWriteTokens: 3,
      cacheWrite1hTokens: 4,
      outputTokens: 5,
      reasoningTokens: 6,
      source: 'measured',
    } as const;
    expect(encodeUsage(usage)).toEqual({
      prompt_tokens: 10,
      completion_tokens: 11,
      total_tokens: 21,
      prompt_tokens_details: { cached_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 6 },
    });
  });
});
