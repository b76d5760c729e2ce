import type { ReasoningOptions } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { createLossList } from '../loss-list.js';
import { encodeThinking } from './encode-thinking.js';

const encode = (model: string, reasoning: ReasoningOptions | undefined) => {
  const losses = createLossList();
  const config = encodeThinking(reasoning, model, losses);
  return { config, lost: losses.all.map(({ path }) => path) };
};

type Row = [ReasoningOptions, object | undefined, string[]];

describe('thinking of Gemini 3', () => {
  it.each<Row>([
    [{ effort: 'none' }, { thinkingLevel: 'MINIMAL', includeThoughts: true }, ['reasoning.effort']],
    [{ effort: 'minimal' }, { thinkingLevel: 'MINIMAL', includeThoughts: true }, []],
    [{ effort: 'low' }, { thinkingLevel: 'LOW', includeThoughts: true }, []],
    [{ effort: 'medium', summary: 'none' }, { thinkingLevel: 'MEDIUM', includeThoughts: false }, []],
    [{ effort: 'high', adaptive: true }, { thinkingLevel: 'HIGH', includeThoughts: true }, []],
    [{ effort: 'max' }, { thinkingLevel: 'HIGH', includeThoughts: true }, ['reasoning.effort']],
    [{ budgetTokens: 4000 }, { thinkingLevel: 'MEDIUM', includeThoughts: true }, ['reasoning.budgetTokens']],
    [{ adaptive: true }, { includeThoughts: true }, []],
    [{ summary: 'concise' }, { includeThoughts: true }, ['reasoning.summary']],
    [{ summary: 'detailed' }, { includeThoughts: true }, ['reasoning.summary']],
  ])('is a level: %j', (reasoning, config, lost) => {
    expect(encode('gemini-3-flash-preview', reasoning)).toEqual({ config, lost });
  });

  it('is at least LOW for Pro', () => {
    expect(encode('gemini-3.1-pro-preview', { effort: 'minimal' })).toEqual({
      config: { thinkingLevel: 'LOW', includeThoughts: true },
      lost: ['reasoning.effort'],
    });
  });
});

describe('thinking of Gemini 2.5', () => {
  it.each<Row>([
    [{ effort: 'none', summary: 'auto' }, { thinkingBudget: 0 }, []],
    [{ effort: 'none', summary: 'none' }, { thinkingBudget: 0, includeThoughts: false }, []],
    [{ effort: 'medium' }, { thinkingBudget: 8192, includeThoughts: true }, []],
    [{ effort: 'max' }, { thinkingBudget: 24_576, includeThoughts: true }, ['reasoning.effort']],
    [{ budgetTokens: 5000 }, { thinkingBudget: 5000, includeThoughts: true }, []],
    [{ budgetTokens: 5000, effort: 'low' }, { thinkingBudget: 5000, includeThoughts: true }, ['reasoning.effort']],
    [{ budgetTokens: 30_000 }, { thinkingBudget: 24_576, includeThoughts: true }, ['reasoning.budgetTokens']],
    [{ adaptive: true }, { thinkingBudget: -1, includeThoughts: true }, []],
    [{ adaptive: true, effort: 'low' }, { thinkingBudget: 2048, includeThoughts: true }, []],
    [{ summary: 'auto' }, { includeThoughts: true }, []],
  ])('is a budget: %j', (reasoning, config, lost) => {
    expect(encode('gemini-2.5-flash', reasoning)).toEqual({ config, lost });
  });

  it('cannot be switched off for Pro', () => {
    expect(encode('gemini-2.5-pro', { effort: 'none' })).toEqual({
      config: { thinkingBudget: 128, includeThoughts: true },
      lost: ['reasoning.effort'],
    });
  });

  it('has a higher floor for Flash-Lite', () => {
    expect(encode('gemini-2.5-flash-lite', { budgetTokens: 100 })).toEqual({
      config: { thinkingBudget: 512, includeThoughts: true },
      lost: ['reasoning.budgetTokens'],
    });
  });
});

describe('thinking of other models', () => {
  it.each(['gemini-2.0-flash', 'gemini-1.5-pro', 'gemini-pro', 'gemma-3-27b-it'])('is not asked of %s', (model) => {
    expect(encode(model, { effort: 'low' })).toEqual({ config: undefined, lost: ['reasoning'] });
    expect(encode(model, { effort: 'none' })).toEqual({ config: undefined, lost: [] });
  });

  it('is as of the newest where the name tells no generation', () => {
    expect(encode('gemini-flash-latest', { effort: 'low' }).config).toMatchObject({ thinkingLevel: 'LOW' });
  });

  it('is not asked for when the client did not', () => {
    expect(encode('gemini-3-flash', undefined)).toEqual({ config: undefined, lost: [] });
  });
});
