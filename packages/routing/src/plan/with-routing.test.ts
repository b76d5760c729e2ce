import { describe, expect, it } from '@jest/globals';

import type { Call, Observation, Plan } from '@claudette/core';

import { order, plannerWith, stillClock } from '../__fixtures__/make-planner.js';
import { withRouting } from './with-routing.js';

const observed: Observation[] = [];
const seen: (Plan | undefined)[] = [];

const call = (model: string): Call => ({
  operation: 'generate',
  request: { model, messages: [], stream: false, streamUsage: false, tools: [], foreign: [] },
  context: {
    id: 'x',
    principal: { id: 'local', name: 'local' },
    signal: new AbortController().signal,
    observe: (observation) => observed.push(observation),
    cacheMode: 'default',
    strict: false,
    tags: [],
  },
});

const exchange = withRouting({ planner: plannerWith({ strategy: 'round-robin' }), clock: stillClock() })(({ plan }) => {
  seen.push(plan);
  return Promise.reject(new Error('far enough'));
});

describe('withRouting', () => {
  it('hands on a copy of the call with its plan', async () => {
    const original = call('m');
    await expect(exchange(original)).rejects.toThrow('far enough');
    expect(seen.at(-1)?.candidates).toHaveLength(3);
    expect(original).not.toHaveProperty('plan');
  });

  it('tells the plan', async () => {
    await expect(exchange(call('m'))).rejects.toThrow('far enough');
    expect(observed.at(-1)).toEqual({ kind: 'plan', id: 'x', plan: seen.at(-1), tookMs: 0 });
  });

  it('notes that the plan is carried out', async () => {
    await expect(exchange(call('m'))).rejects.toThrow('far enough');
    const first = seen.at(-1);
    await expect(exchange(call('m'))).rejects.toThrow('far enough');
    expect(order(seen.at(-1) ?? { strategy: '', candidates: [], rejected: [] })[0]).not.toBe(first && order(first)[0]);
  });

  it('rejects, rather than throws, when the model is unknown', async () => {
    await expect(exchange(call('nope'))).rejects.toMatchObject({ code: 'model_not_found' });
  });
});
