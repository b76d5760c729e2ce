import { describe, expect, it } from '@jest/globals';

import {
  callFor,
  estimate,
  only,
  order,
  plan,
  plannerWith,
  routable,
  statistic,
} from '../../__fixtures__/make-planner.js';
import { createCatalog } from '../../names/catalog.js';
import type { RoutingOptions, Strategy } from '../create-planner.js';
import { strategies } from './strategy.js';

const catalogOf = (...backends: readonly (readonly [name: string, priority: number])[]) =>
  createCatalog({ targets: backends.map(([name, priority]) => routable(name, priority)), aliases: {} });

const unavailable = (backend: string) =>
  only(backend, { available: false, reason: 'circuit open' }, { available: true });

describe('every strategy', () => {
  it.each(strategies)('puts what is available first: %s', (strategy) => {
    for (const backend of ['cheap', 'middle', 'dear']) {
      expect(order(plan({ strategy, isAvailable: unavailable(backend) })).at(-1)).toBe(backend);
    }
  });

  it.each(strategies.filter((strategy) => strategy !== 'priority'))(
    'prefers the lower priority number to any score: %s',
    (strategy) => {
      const catalog = catalogOf(['cheap', 2], ['dear', 1], ['middle', 3]);
      expect(order(plan({ strategy, catalog }))).toEqual(['dear', 'cheap', 'middle']);
    },
  );

  it.each<[Strategy, Partial<RoutingOptions>]>([
    ['weighted', { estimate: () => estimate(1) }],
    ['cheapest', { estimate: () => estimate(1) }],
    ['fastest', { statistics: { of: () => undefined } }],
    ['priority', {}],
    ['round-robin', {}],
  ])('keeps the order of the configuration where all is equal: %s', (strategy, options) => {
    expect(order(plan({ strategy, ...options }))).toEqual(['middle', 'dear', 'cheap']);
  });

  it.each(strategies)('gives scores that are numbers: %s', (strategy) => {
    for (const { score } of plan({ strategy, estimate: () => estimate(undefined) }).candidates) {
      expect(Number.isFinite(score)).toBe(true);
    }
  });

  it.each(strategies)('is weighted all the same when a preset is asked for: %s', (strategy) => {
    const made = plan({ strategy }, 'auto:fast');
    expect(made.strategy).toBe('weighted');
    expect(order(made)).toEqual(['dear', 'middle', 'cheap']);
  });
});

describe('weighted', () => {
  it.each([
    ['the cheapest', { cost: 1, latency: 0, availability: 0 }, ['cheap', 'middle', 'dear']],
    ['the fastest', { cost: 0, latency: 1, availability: 0 }, ['dear', 'middle', 'cheap']],
    ['the best of both', { cost: 1, latency: 1.3, availability: 0 }, ['middle', 'dear', 'cheap']],
  ])('puts %s first when the weights say so', (_, weights, expected) => {
    expect(order(plan({ weights }))).toEqual(expected);
  });

  it('puts the most dependable first when the weights say so', () => {
    const statistics = {
      of: only('middle', statistic({ successRate: 0.5 }), statistic({})),
    };
    expect(order(plan({ statistics, weights: { cost: 0, latency: 0, availability: 1 } })).at(-1)).toBe('middle');
  });

  it('counts what is unknown as the mean of what is known', () => {
    const made = plan({ estimate: (_, { backend }) => estimate({ cheap: 1, dear: 9 }[backend]) });
    expect(order(made)).toEqual(['cheap', 'middle', 'dear']);
    const [cheap = 0, middle, dear = 0] = made.candidates.map(({ score }) => score);
    expect(middle).toBeCloseTo((cheap + dear) / 2);
  });

  it('counts a latency that was seen only a few times as nearer to the mean', () => {
    const attempts: Readonly<Record<string, number>> = { cheap: 5, middle: 1e9, dear: 1e9 };
    const latencies: Readonly<Record<string, number>> = { cheap: 100, middle: 400, dear: 700 };
    const { candidates } = plan({
      weights: { cost: 0, latency: 1, availability: 0 },
      statistics: {
        of: ({ backend }) => statistic({ latencyMs: latencies[backend], attempts: attempts[backend] ?? 0 }),
      },
    });
    expect(candidates.map(({ measures }) => measures.latencyMs)).toEqual([100, 400, 700]);
    expect(candidates[0]?.score).toBeCloseTo(1 - 350 / 800);
  });

  it('ranks the entries of an alias by score', () => {
    expect(order(plan({}, 'mine'))).toEqual(['cheap', 'middle', 'dear']);
  });
});

describe('cheapest', () => {
  it('puts first where this call costs least, and last where nobody knows', () => {
    const unknown = plan({
      strategy: 'cheapest',
      estimate: (_, { backend }) => estimate({ dear: 10, middle: 5 }[backend]),
    });
    expect(order(unknown)).toEqual(['middle', 'dear', 'cheap']);
  });

  it('ignores the weights', () => {
    expect(order(plan({ strategy: 'cheapest', weights: { cost: 0, latency: 1, availability: 0 } }))[0]).toBe('cheap');
  });
});

describe('fastest', () => {
  it('puts first what is usually quickest', () => {
    expect(order(plan({ strategy: 'fastest' }))).toEqual(['dear', 'middle', 'cheap']);
  });

  it('takes what is unknown for neither good nor bad', () => {
    const statistics = { of: only('middle', undefined, statistic({ latencyMs: 100 })) };
    const made = plan({ strategy: 'fastest', statistics });
    expect(new Set(made.candidates.map(({ score }) => score))).toEqual(new Set([1]));
  });
});

describe('priority', () => {
  it('follows the order of the alias', () => {
    expect(order(plan({ strategy: 'priority' }, 'mine'))).toEqual(['dear', 'cheap', 'middle']);
  });

  it('follows the priorities where one name stands for several targets', () => {
    const catalog = catalogOf(['cheap', 2], ['dear', 1]);
    expect(order(plan({ strategy: 'priority', catalog }))).toEqual(['dear', 'cheap']);
  });
});

describe('round-robin', () => {
  const takes = (planner: ReturnType<typeof plannerWith>, count: number): (string | undefined)[] =>
    Array.from({ length: count }, () => {
      const made = planner.plan(callFor('m'));
      planner.take(made);
      return order(made)[0];
    });

  it('gives each its turn', () => {
    const planner = plannerWith({ strategy: 'round-robin' });
    expect(takes(planner, 7)).toEqual(['middle', 'dear', 'cheap', 'middle', 'dear', 'cheap', 'middle']);
  });

  it('gives nobody a turn for a plan that is only looked at', () => {
    const planner = plannerWith({ strategy: 'round-robin' });
    takes(planner, 1);
    expect(order(planner.plan(callFor('m')))).toEqual(['dear', 'cheap', 'middle']);
    expect(order(planner.plan(callFor('m')))).toEqual(['dear', 'cheap', 'middle']);
  });

  it('goes on with the others while one is not available', () => {
    const state = { down: '' };
    const planner = plannerWith({
      strategy: 'round-robin',
      isAvailable: ({ backend }) => ({ available: backend !== state.down }),
    });
    expect(takes(planner, 1)).toEqual(['middle']);
    state.down = 'dear';
    expect(takes(planner, 3)).toEqual(['cheap', 'middle', 'cheap']);
    state.down = '';
    expect(takes(planner, 2)).toEqual(['dear', 'middle']);
  });
});

describe('least-busy', () => {
  const busy: Readonly<Record<string, number>> = { cheap: 1, middle: 9, dear: 4 };
  const draws = (...drawn: number[]) => {
    let next = 0;
    return plan({
      strategy: 'least-busy',
      inFlight: ({ backend }) => busy[backend] ?? 0,
      random: () => drawn[next++ % drawn.length] ?? 0,
    });
  };

  it('puts the less busy one of two that are drawn first, and then the least busy ones', () => {
    expect(order(draws(0, 0))).toEqual(['cheap', 'dear', 'middle']);
    expect(order(draws(0.4, 0))).toEqual(['dear', 'cheap', 'middle']);
    expect(order(draws(0.9, 0.9))).toEqual(['dear', 'cheap', 'middle']);
    expect(order(draws(0.9, 0))).toEqual(['cheap', 'dear', 'middle']);
  });

  it('draws nothing when there is no choice', () => {
    const random = (): never => {
      throw new Error('drew');
    };
    expect(order(plan({ strategy: 'least-busy', random }, 'dear/m'))).toEqual(['dear']);
  });
});
