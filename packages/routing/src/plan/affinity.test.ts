import { describe, expect, it } from '@jest/globals';

import {
  callFor,
  estimate,
  order,
  plannerWith,
  routable,
  statistic,
  stillClock,
} from '../__fixtures__/make-planner.js';
import type { Asked } from '../__fixtures__/make-planner.js';
import { createCatalog } from '../names/catalog.js';
import type { RoutingOptions } from './create-planner.js';

const names = ['a', 'b', 'c', 'd'];

const equals = (options: Partial<RoutingOptions> = {}) =>
  plannerWith({
    catalog: createCatalog({ targets: names.map((name) => routable(name)), aliases: {} }),
    affinity: true,
    estimate: () => estimate(5),
    statistics: { of: () => statistic({ latencyMs: 100 }) },
    ...options,
  });

const session = (name: string): Asked => ({ context: { session: name } });
const sessions = Array.from({ length: 400 }, (_, index) => `session ${index}`);

type Planner = ReturnType<typeof equals>;
const placeOf = (planner: Planner, name: string): string => String(order(planner.plan(callFor('m', session(name))))[0]);
const takeAll = (planner: Planner, turns: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const name of turns) {
    const made = planner.plan(callFor('m', session(name)));
    planner.take(made);
    const [first = ''] = order(made);
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  return counts;
};

describe('affinity', () => {
  it('keeps each session at one target, spread over all', () => {
    const planner = equals();
    const places = sessions.map((name) => placeOf(planner, name));
    expect(sessions.map((name) => placeOf(planner, name))).toEqual(places);
    expect(sessions.map((name) => placeOf(equals(), name))).toEqual(places);
    expect(new Set(places).size).toBe(4);
  });

  it('says by what the first candidate was chosen', () => {
    expect(equals().plan(callFor('m', session('s'))).affinity).toBe('session');
    expect(equals().plan(callFor('m')).affinity).toBeUndefined();
    expect(equals().plan(callFor('a/m', session('s'))).affinity).toBeUndefined();
  });

  it('moves only the sessions of a target that goes away', () => {
    const before = sessions.map((name) => placeOf(equals(), name));
    const without = equals({ isAvailable: ({ backend }) => ({ available: backend !== 'b' }) });
    sessions.forEach((name, index) => {
      if (before[index] === 'b') expect(placeOf(without, name)).not.toBe('b');
      else expect(placeOf(without, name)).toBe(before[index]);
    });
  });

  it('is switched off by the configuration', () => {
    const planner = equals({ affinity: false });
    expect(new Set(sessions.map((name) => placeOf(planner, name)))).toEqual(new Set(['a']));
  });

  it.each(['priority', 'round-robin', 'least-busy'] as const)('is not for the strategy %s', (strategy) => {
    expect(equals({ strategy }).plan(callFor('m', session('s'))).affinity).toBeUndefined();
  });

  it.each<[string, Partial<RoutingOptions>]>([
    ['costs more', { estimate: (_, { backend }) => estimate(backend === 'b' ? 9 : 5) }],
    [
      'is much slower',
      {
        statistics: { of: ({ backend }) => statistic({ latencyMs: backend === 'b' ? 900 : 100 }) },
        weights: { cost: 1, latency: 1, availability: 0 },
      },
    ],
    ['has an unknown price', { estimate: (_, { backend }) => estimate(backend === 'b' ? undefined : 5) }],
    ['costs more', { strategy: 'cheapest', estimate: (_, { backend }) => estimate(backend === 'b' ? 5.4 : 5) }],
    [
      'is much slower',
      {
        strategy: 'fastest',
        statistics: { of: ({ backend }) => statistic({ latencyMs: backend === 'b' ? 200 : 100 }) },
      },
    ],
  ])('takes no session to a target that %s', (_, options) => {
    const planner = equals(options);
    expect(new Set(sessions.map((name) => placeOf(planner, name)))).toEqual(new Set(['a', 'c', 'd']));
  });

  it.each<[string, Partial<RoutingOptions>]>([
    ['costs a little more', { estimate: (_, { backend }) => estimate(backend === 'b' ? 5.5 : 5) }],
    ['costs a little less', { estimate: (_, { backend }) => estimate(backend === 'b' ? 4.5 : 5) }],
    ['has an unknown price, like all', { estimate: () => estimate(undefined), strategy: 'cheapest' }],
    [
      'is a little slower',
      {
        strategy: 'fastest',
        statistics: { of: ({ backend }) => statistic({ latencyMs: backend === 'b' ? 120 : 100 }) },
      },
    ],
  ])('takes sessions to a target that %s', (_, options) => {
    const planner = equals(options);
    expect(new Set(sessions.map((name) => placeOf(planner, name))).size).toBe(4);
  });
});

describe('a conversation under way', () => {
  const state = { cheapest: '' };
  const now = { ms: 0 };
  /** Nearly as good as the best at half its price, which makes the others no equals. */
  const near = (options: Partial<RoutingOptions> = {}): Planner =>
    equals({
      clock: stillClock(now),
      weights: { cost: 0.2, latency: 0, availability: 0.8 },
      estimate: (_, { backend }) => estimate(backend === state.cheapest ? 5 : 10),
      ...options,
    });
  const firstOf = (planner: Planner): string => {
    const made = planner.plan(callFor('m', session('s')));
    planner.take(made);
    return String(order(made)[0]);
  };

  it('stays where it was answered last, though it would not begin there now', () => {
    now.ms = 0;
    const planner = near();
    state.cheapest = 'b';
    expect(firstOf(planner)).toBe('b');
    state.cheapest = 'c';
    const made = planner.plan(callFor('m', session('s')));
    expect(order(made)[0]).toBe('b');
    expect(made.affinity).toBe('session');
    expect(order(planner.plan(callFor('m', session('other'))))[0]).toBe('c');
  });

  it('leaves when the difference is too great, and does not come back for the sake of what it left', () => {
    now.ms = 0;
    const weights = { cost: 0.2, latency: 0, availability: 0.8 };
    const planner = near({ weights });
    state.cheapest = 'b';
    firstOf(planner);
    Object.assign(weights, { cost: 1, availability: 0 });
    state.cheapest = 'c';
    expect(firstOf(planner)).toBe('c');
    Object.assign(weights, { cost: 0.2, availability: 0.8 });
    state.cheapest = 'b';
    expect(firstOf(planner)).toBe('c');
  });

  it('leaves a target that is not available', () => {
    now.ms = 0;
    const down = new Set<string>();
    const planner = near({ isAvailable: ({ backend }) => ({ available: !down.has(backend) }) });
    state.cheapest = 'b';
    firstOf(planner);
    down.add('b');
    state.cheapest = 'c';
    expect(firstOf(planner)).toBe('c');
  });

  it('is forgotten when no provider remembers it', () => {
    now.ms = 0;
    const planner = near();
    state.cheapest = 'b';
    firstOf(planner);
    state.cheapest = 'c';
    now.ms = 600_001;
    expect(firstOf(planner)).toBe('c');
  });

  it('is nowhere when its plan was only looked at', () => {
    now.ms = 0;
    const planner = near();
    state.cheapest = 'b';
    planner.plan(callFor('m', session('s')));
    state.cheapest = 'c';
    expect(firstOf(planner)).toBe('c');
  });

  it('stays among equals that have become more', () => {
    const down = new Set(['a', 'b', 'c']);
    const planner = equals({ isAvailable: ({ backend }) => ({ available: !down.has(backend) }) });
    const moved = sessions.slice(0, 20);
    takeAll(planner, moved);
    down.clear();
    expect(new Set(moved.map((name) => placeOf(planner, name)))).toEqual(new Set(['d']));
  });
});

describe('the load of targets', () => {
  /** Half of all turns are those of four sessions with the same place. */
  const skewed = (planner: Planner): string[] => {
    const heavy = sessions.filter((name) => placeOf(planner, name) === 'a').slice(0, 4);
    return Array.from({ length: 4000 }, (_, index) =>
      String(index % 2 === 0 ? heavy[(index / 2) % 4] : sessions[index % 400]),
    );
  };

  it('is bounded by a quarter more than the mean', () => {
    const planner = equals();
    const counts = takeAll(planner, skewed(planner));
    expect(Math.max(...counts.values())).toBeLessThanOrEqual((4000 / 4) * 1.25 + 1);
  });

  it('does not matter as long as nobody is busy', () => {
    const planner = equals();
    const place = placeOf(planner, 'alone');
    expect(
      takeAll(
        planner,
        Array.from({ length: 200 }, () => 'alone'),
      ),
    ).toEqual(new Map([[place, 200]]));
  });

  it('sends new conversations elsewhere before anybody has to move', () => {
    const planner = equals();
    const there = sessions.filter((name) => placeOf(planner, name) === 'a');
    const elsewhere = sessions.filter((name) => !there.includes(name));
    const [old = '', ...others] = there;
    takeAll(planner, [...elsewhere, ...elsewhere]);
    takeAll(
      planner,
      Array.from({ length: 230 }, () => old),
    );
    expect(placeOf(planner, old)).toBe('a');
    expect(others.map((name) => placeOf(planner, name))).not.toContain('a');
  });

  it('is forgotten with time', () => {
    const now = { ms: 0 };
    const planner = equals({ clock: stillClock(now) });
    const place = placeOf(planner, 'alone');
    takeAll(
      planner,
      Array.from({ length: 250 }, () => 'alone'),
    );
    expect(placeOf(planner, 'alone')).not.toBe(place);
    now.ms = 1_200_000;
    expect(placeOf(planner, 'alone')).toBe(place);
  });

  it('spreads the conversations that begin alike, each to one place', () => {
    const planner = equals();
    const begin = (task: number): Asked => ({
      dialect: 'openai-chat',
      bodyBytes: 9000,
      request: {
        messages: [
          { role: 'system', parts: [{ type: 'text', text: 'x'.repeat(5000) }] },
          { role: 'user', parts: [{ type: 'text', text: `Task ${task}.` }] },
        ],
      },
    });
    const turn = (task: number): string => {
      const made = planner.plan(callFor('m', begin(task)));
      planner.take(made);
      return String(order(made)[0]);
    };
    const tasks = Array.from({ length: 400 }, (_, task) => task);
    expect(new Set(tasks.slice(0, 200).map(turn)).size).toBe(1);
    expect(new Set(tasks.map(turn)).size).toBeGreaterThan(2);
    const settled = tasks.map(turn);
    expect(tasks.filter((task, index) => turn(task) !== settled[index])).toHaveLength(0);
  });
});
