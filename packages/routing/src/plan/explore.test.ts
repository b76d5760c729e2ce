import { describe, expect, it } from '@jest/globals';

import { callFor, order, plan, plannerWith, routable, statistic } from '../__fixtures__/make-planner.js';
import type { Asked } from '../__fixtures__/make-planner.js';
import { createCatalog } from '../names/catalog.js';
import type { RoutingOptions } from './create-planner.js';

const minutes = (count: number): number => count * 60_000;

/** `cheap`, the best, was tried just now, `middle` never, `dear` six minutes ago. */
const options = (drawn: number): Partial<RoutingOptions> => ({
  random: () => drawn,
  statistics: {
    of: ({ backend }) =>
      ({
        cheap: statistic({ lastAttemptAtMs: 0 }),
        dear: statistic({ lastAttemptAtMs: -minutes(6) }),
      })[backend],
  },
});

const started: Asked = {
  dialect: 'openai-chat',
  bodyBytes: 9000,
  request: {
    messages: [
      { role: 'user', parts: [{ type: 'text', text: 'Begin.' }] },
      { role: 'assistant', parts: [] },
    ],
  },
};

describe('exploring', () => {
  it('now and then puts a target first that was not tried lately, and says so', () => {
    expect(order(plan(options(0)))).toEqual(['middle', 'cheap', 'dear']);
    const made = plan(options(0.049));
    expect(order(made)).toEqual(['dear', 'cheap', 'middle']);
    expect(made.candidates.map(({ notes }) => notes)).toEqual([['explored: not tried lately'], [], []]);
  });

  it('leaves most calls alone', () => {
    expect(order(plan(options(0.05)))).toEqual(['cheap', 'middle', 'dear']);
  });

  it('leaves all calls alone when everything was tried lately', () => {
    const statistics = { of: () => statistic({ lastAttemptAtMs: -minutes(5) }) };
    expect(order(plan({ ...options(0), statistics }))).toEqual(['cheap', 'middle', 'dear']);
  });

  it.each(['priority', 'round-robin'] as const)('is not for the strategy %s', (strategy) => {
    expect(order(plan({ ...options(0), strategy }))[0]).toBe('middle');
    expect(plan({ ...options(0), strategy }).candidates[0]?.notes).toEqual([]);
  });

  it('is not for a call whose backend is pinned', () => {
    const catalog = createCatalog({
      targets: ['cheap', 'middle'].map((model) => ({ target: { ...routable('a').target, model }, priority: 1 })),
      aliases: {},
    });
    const statistics = { of: () => undefined };
    const first = (asked: Asked) =>
      plan({ catalog, statistics, random: () => 0 }, 'auto', asked).candidates[0]?.target.model;
    expect(first({})).toBe('middle');
    expect(first({ context: { pinnedBackend: 'a' } })).toBe('cheap');
  });

  it('considers only targets that are available and of the best priority', () => {
    const catalog = createCatalog({
      targets: [routable('cheap'), routable('middle', 2), routable('dear')],
      aliases: {},
    });
    expect(order(plan({ ...options(0), catalog }))[0]).toBe('dear');
    const isAvailable: RoutingOptions['isAvailable'] = ({ backend }) => ({ available: backend !== 'dear' });
    expect(order(plan({ ...options(0), catalog, isAvailable }))[0]).toBe('cheap');
  });

  it('does not take a conversation away from where its prompt is cached', () => {
    expect(order(plan({ ...options(0), affinity: true }, 'm', started))[0]).toBe('cheap');
    expect(order(plan({ ...options(0), affinity: true }, 'm', { ...started, bodyBytes: 100 }))[0]).toBe('middle');
    expect(order(plan({ ...options(0), affinity: false }, 'm', started))[0]).toBe('middle');
  });

  it('does not take a session away from where it was answered last', () => {
    let drawn = 0;
    const planner = plannerWith({ ...options(0), affinity: true, random: () => drawn });
    const inSession = callFor('m', { context: { session: 's' } });
    expect(order(planner.plan(inSession))[0]).toBe('middle');
    drawn = 0.5;
    planner.take(planner.plan(inSession));
    drawn = 0;
    expect(order(planner.plan(inSession))[0]).toBe('cheap');
  });

  it('may begin a conversation anywhere', () => {
    const begun = { ...started, request: { messages: started.request?.messages?.slice(0, 1) ?? [] } };
    expect(order(plan({ ...options(0), affinity: true }, 'm', begun))[0]).toBe('middle');
  });
});
