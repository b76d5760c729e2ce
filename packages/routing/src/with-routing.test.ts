import { describe, expect, it } from '@jest/globals';

import type { Call, Plan } from '@claudette/core';

import { createCatalog } from './catalog.js';
import { withRouting } from './with-routing.js';

const call = (model: string): Call => ({
  operation: 'generate',
  request: { model, messages: [], stream: false, streamUsage: false, tools: [], foreign: [] },
  context: {
    id: 'x',
    principal: { id: 'local', name: 'local' },
    signal: new AbortController().signal,
    observe: () => undefined,
    cacheMode: 'default',
    strict: false,
    tags: [],
  },
});

const seen: (Plan | undefined)[] = [];
const exchange = withRouting({
  catalog: createCatalog({
    targets: [{ target: { backend: 'a', model: 'm', provider: 'openai', dialect: 'openai-chat' }, priority: 1 }],
    aliases: {},
  }),
  strategy: 'weighted',
  weights: { cost: 1, latency: 0, availability: 0 },
  statistics: { of: () => undefined },
  priceOf: () => undefined,
  isAvailable: () => ({ available: true }),
  fallback: true,
})(({ plan }) => {
  seen.push(plan);
  return Promise.reject(new Error('far enough'));
});

describe('withRouting', () => {
  it('hands on a copy of the call with its plan', async () => {
    const original = call('m');
    await expect(exchange(original)).rejects.toThrow('far enough');
    expect(seen[0]?.candidates.map(({ target }) => target.backend)).toEqual(['a']);
    expect(original).not.toHaveProperty('plan');
  });

  it('rejects, rather than throws, when the model is unknown', async () => {
    await expect(exchange(call('nope'))).rejects.toMatchObject({ code: 'model_not_found' });
  });
});
