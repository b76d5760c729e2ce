import type { Target } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { createCapabilities } from './capabilities.js';
import { checkConfig } from './config/check-config.js';

const setUp = (capabilities: object) => {
  const raw = { provider: 'openai', models: ['small', 'large'], capabilities };
  const { backends } = checkConfig({ backends: { lab: raw } }, 'a test');
  const of = createCapabilities(new Map(Object.entries(backends).map(([name, config]) => [name, { config }])));
  return (model: string, backend = 'lab') =>
    of({ backend, model, provider: 'openai', dialect: 'openai-chat' } satisfies Target);
};

describe('what a target can do', () => {
  it('is unknown where nobody says', () => {
    expect(setUp({})('small')).toBeUndefined();
    expect(setUp({ '*': { tools: true } })('small', 'other')).toBeUndefined();
  });

  it('is what the configuration says of all models, and of this one before that', () => {
    const of = setUp({ '*': { images: false, contextTokens: 1000 }, large: { contextTokens: 5000 } });
    expect(of('small')).toEqual({ images: false, contextTokens: 1000 });
    expect(of('large')).toEqual({ images: false, contextTokens: 5000 });
  });

  it('is what is said of all models for one that is not listed', () => {
    expect(setUp({ '*': { tools: false } })('huge')).toEqual({ tools: false });
  });
});
