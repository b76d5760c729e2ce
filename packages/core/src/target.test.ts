import { describe, expect, it } from '@jest/globals';

import { estimateAt, targetName } from './target.js';
import type { Candidate, Estimate, Target } from './target.js';

const target: Target = { backend: 'lab', model: 'org/m', provider: 'openai', dialect: 'openai-chat' };
const estimate: Estimate = {
  inputTokens: 1,
  outputTokens: 2,
  costNano: 3,
  firstContentMs: undefined,
  durationMs: undefined,
};

it('names a target by its backend and model', () => {
  expect(targetName(target)).toBe('lab/org/m');
});

describe('what was expected of a target', () => {
  const plan = { candidates: [{ target, estimate } as Candidate] };

  it('is found by backend and model, in whatever dialect it was asked', () => {
    const inGemini: Target = { ...target, dialect: 'gemini' };
    expect(estimateAt(plan, inGemini)).toBe(estimate);
  });

  it('is nothing where it is no candidate, or there is no plan', () => {
    expect([estimateAt(plan, { ...target, model: 'x' }), estimateAt(undefined, target)]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
