import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';

import { encodeUsage, readUsage } from './usage.js';

describe('usage', () => {
  it('counts cached tokens inside the prompt, thoughts and the reading of tools beside the rest', () => {
    const usageMetadata = {
      promptTokenCount: 100,
      cachedContentTokenCount: 60,
      toolUsePromptTokenCount: 7,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 30,
      totalTokenCount: 157,
    };
    expect(readUsage({ usageMetadata })).toEqual({
      ...noUsage,
      inputTokens: 47,
      cachedInputTokens: 60,
      outputTokens: 20,
      reasoningTokens: 30,
    });
  });

  it('never has more cached tokens than the prompt', () => {
    const usageMetadata = { promptTokenCount: 5, cachedContentTokenCount: 9 };
    expect(readUsage({ usageMetadata })).toMatchObject({ inputTokens: 0, cachedInputTokens: 5 });
  });

  it.each([{}, { usageMetadata: null }, { usageMetadata: { trafficType: 'ON_DEMAND' } }])(
    'is not known from %j',
    (body) => {
      expect(readUsage(body)).toBeUndefined();
    },
  );

  it('is written with a total, and without what there was not', () => {
    expect(encodeUsage({ ...noUsage, inputTokens: 3, cacheWriteTokens: 2, outputTokens: 4 })).toEqual({
      promptTokenCount: 5,
      candidatesTokenCount: 4,
      totalTokenCount: 9,
    });
    expect(encodeUsage({ ...noUsage, cachedInputTokens: 1, reasoningTokens: 2 })).toEqual({
      promptTokenCount: 1,
      candidatesTokenCount: 0,
      totalTokenCount: 3,
      cachedContentTokenCount: 1,
      thoughtsTokenCount: 2,
    });
  });
});
