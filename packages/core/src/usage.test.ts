import { describe, expect, it } from '@jest/globals';

import { targetName } from './target.js';
import { estimateUsage, noUsage, totalInputTokens, totalOutputTokens } from './usage.js';

describe('a usage', () => {
  const usage = {
    inputTokens: 1,
    cachedInputTokens: 20,
    cacheWriteTokens: 300,
    cacheWrite1hTokens: 4000,
    outputTokens: 50,
    reasoningTokens: 6,
    source: 'measured',
  } as const;

  it('sums all prompt classes', () => {
    expect(totalInputTokens(usage)).toBe(4321);
  });

  it('sums all completion classes', () => {
    expect(totalOutputTokens(usage)).toBe(56);
  });

  it('says when it is an estimate', () => {
    expect(estimateUsage(9, 4)).toEqual({ ...noUsage, inputTokens: 3, outputTokens: 1, source: 'estimated' });
  });
});

describe('a target', () => {
  it('is named as users write it', () => {
    expect(targetName({ backend: 'lab', model: 'qwen3' })).toBe('lab/qwen3');
  });
});
