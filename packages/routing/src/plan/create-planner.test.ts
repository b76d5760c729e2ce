import { describe, expect, it } from '@jest/globals';

import type { DialectId, Target } from '@claudette/core';

import {
  callFor,
  estimate,
  only,
  order,
  plan,
  plannerWith,
  rejections,
  routable,
  statistic,
} from '../__fixtures__/make-planner.js';
import type { Asked } from '../__fixtures__/make-planner.js';
import { createCatalog } from '../names/catalog.js';
import type { RoutableTarget } from '../names/catalog.js';
import type { Capabilities, PlannedCall, RoutingOptions } from './create-planner.js';

describe('a plan', () => {
  it('tells what each candidate was ranked by', () => {
    const { candidates, strategy } = plan({
      statistics: {
        of: ({ backend }) => (backend === 'cheap' ? undefined : statistic({ latencyMs: 50, successRate: 0.9 })),
      },
      inFlight: only('cheap', 3, 0),
    });
    expect(strategy).toBe('weighted');
    expect(candidates[0]).toEqual({
      target: routable('cheap').target,
      score: 0.9,
      measures: {
        priority: 1,
        position: 1,
        available: true,
        latencyMs: undefined,
        successRate: 1,
        inFlight: 3,
        standing: { cost: 0.9, latency: undefined, availability: 1 },
      },
      estimate: estimate(1),
      notes: [],
    });
    expect(candidates.map(({ score }) => score)).toEqual([0.9, 0.5, 0]);
    expect(candidates[1]?.measures.standing).toEqual({ cost: 0.5, latency: 1, availability: 0.9 });
  });

  it('puts targets that are not available last, and says why', () => {
    const made = plan({ isAvailable: ({ backend }) => ({ available: backend === 'dear', reason: 'circuit open' }) });
    expect(order(made)).toEqual(['dear', 'cheap', 'middle']);
    expect(made.candidates.map(({ notes }) => notes)).toEqual([[], ['circuit open'], ['circuit open']]);
    expect(made.candidates.map(({ measures }) => measures.available)).toEqual([true, false, false]);
  });

  it('keeps targets that are not available when there are no others', () => {
    const made = plan({ strategy: 'priority', isAvailable: () => ({ available: false }) });
    expect(order(made)).toEqual(['middle', 'dear', 'cheap']);
    expect(made.candidates[0]?.notes).toEqual(['unavailable']);
  });

  it('asks whether a target is available for what the call is likely to use', () => {
    const asked: number[] = [];
    plan({
      isAvailable(_, { inputTokens, outputTokens }) {
        asked.push(inputTokens + outputTokens);
        return { available: true };
      },
    });
    expect(asked).toEqual([1200, 1200, 1200]);
  });

  it('holds only the best candidate when fallback is off', () => {
    const made = plan({ fallback: false });
    expect(order(made)).toEqual(['cheap']);
    expect(rejections(made)).toEqual(['middle: fallback is switched off', 'dear: fallback is switched off']);
  });

  it('leaves out, in strict mode, what cannot carry the request', () => {
    const made = plan({ findLoss: (_, { backend }) => (backend === 'cheap' ? 'logit_bias' : undefined) }, 'm', strict);
    expect(order(made)).toEqual(['middle', 'dear']);
    expect(rejections(made)).toEqual(['cheap: logit_bias']);
  });

  it('is refused in strict mode when no target can carry the request', () => {
    expect(() => plan({ findLoss: () => 'seed' }, 'dear/m', strict)).toThrow(
      'The request cannot be carried to the backend as it is: dear/m: seed',
    );
  });

  it('does not look for losses outside strict mode, nor miss them when nobody can', () => {
    expect(order(plan({ findLoss: () => 'seed' }))).toHaveLength(3);
    expect(order(plan({}, 'm', strict))).toHaveLength(3);
  });

  it('is made anew for each call though names are resolved once', () => {
    const current = { price: 1 };
    const planner = plannerWith({
      catalog: createCatalog({ targets: [routable('a'), routable('b')], aliases: {} }),
      estimate: (_, { backend }) => estimate(backend === 'a' ? current.price : 2),
    });
    expect(order(planner.plan(callFor('auto')))).toEqual(['a', 'b']);
    current.price = 3;
    expect(order(planner.plan(callFor('auto')))).toEqual(['b', 'a']);
    expect(order(planner.plan(callFor('auto', { context: { pinnedBackend: 'a' } })))).toEqual(['a']);
  });

  it('that is empty takes nobody a turn', () => {
    const planner = plannerWith({ strategy: 'round-robin' });
    planner.take({ strategy: 'round-robin', candidates: [], rejected: [] });
    expect(order(planner.plan(callFor('m')))).toEqual(['middle', 'dear', 'cheap']);
  });

  it('stays right when clients invent more names than are remembered', () => {
    const planner = plannerWith();
    for (let index = 0; index <= 1000; index += 1) {
      const { candidates } = planner.plan(callFor(`dear/model-${index}`));
      expect(candidates[0]?.target.model).toBe(`model-${index}`);
    }
  });
});

const strict: Asked = { context: { strict: true } };

describe('a plan for a conversation that a provider holds', () => {
  const held = { dialect: 'anthropic-messages', path: 'thread', value: {} } as const;
  const anthropic: RoutableTarget = {
    target: { backend: 'claude', model: 'm', provider: 'anthropic', dialect: 'anthropic-messages' },
    priority: 9,
  };
  const planHeld = (targets: RoutableTarget[]) =>
    plan({ catalog: createCatalog({ targets, aliases: {} }) }, 'm', { request: { heldByProvider: held } });

  it('has only targets of that dialect, and says why', () => {
    const made = planHeld([routable('cheap'), anthropic]);
    expect(order(made)).toEqual(['claude']);
    expect(made.rejected[0]?.reason).toContain('thread refers to earlier turns');
  });

  it('is refused when there is none', () => {
    expect(() => planHeld([routable('cheap')])).toThrow(expect.objectContaining({ code: 'translation_refused' }));
  });
});

describe('what a target is spoken to in', () => {
  const openai: RoutableTarget = {
    target: { ...routable('openai').target, alsoSpeaks: ['openai-responses'] },
    priority: 1,
  };
  const planner = plannerWith({
    catalog: createCatalog({ targets: [openai, routable('lab', 2)], aliases: {} }),
    supports: (dialect, operation) =>
      operation === 'generate' || (operation === 'count' ? dialect === 'openai-responses' : dialect === 'gemini'),
  });
  const planFor = (asked: Asked) => planner.plan(callFor('m', asked));

  it.each<[DialectId | undefined, string]>([
    ['openai-responses', 'openai openai-responses'],
    ['openai-chat', 'openai openai-chat'],
    ['gemini', 'openai openai-chat'],
    [undefined, 'openai openai-chat'],
  ])("is the client's dialect %s where the backend speaks it", (dialect, expected) => {
    const { candidates } = planFor(dialect === undefined ? {} : { dialect });
    expect(candidates.map(({ target }) => `${target.backend} ${target.dialect}`)).toEqual([
      expected,
      'lab openai-chat',
    ]);
  });

  it('says what else the backend speaks', () => {
    const [first] = planFor({ dialect: 'openai-responses' }).candidates;
    expect(first?.target.alsoSpeaks).toEqual(['openai-chat']);
  });

  it('is chosen once for each name', () => {
    const ask = (): Target | undefined => planFor({ dialect: 'openai-responses' }).candidates[0]?.target;
    expect(ask()).toBe(ask());
  });

  it('is a dialect that can do what is asked, whoever asks', () => {
    const made = planFor({ dialect: 'anthropic-messages', operation: 'count' });
    expect(order(made)).toEqual(['openai']);
    expect(made.candidates[0]?.target.dialect).toBe('openai-responses');
    expect(rejections(made)).toEqual(['lab: a backend that speaks openai-chat cannot count tokens']);
  });

  it('makes the plan impossible where no backend has such a dialect', () => {
    expect(() => planFor({ dialect: 'openai-chat', operation: 'embed' })).toThrow(
      expect.objectContaining({
        code: 'translation_refused',
        detail:
          'openai/m: a backend that speaks openai-chat and openai-responses cannot make vectors; ' +
          'lab/m: a backend that speaks openai-chat cannot make vectors',
      }),
    );
  });
});

describe('a limit of the cost', () => {
  const limited = (nano: bigint): Asked => ({ context: { costLimit: { nano, currency: 'USD' } } });
  const dear = {
    estimate: (_: PlannedCall, { backend }: Target) => estimate(backend === 'cheap' ? undefined : 12_300_000),
  };

  it('leaves out the targets that are likely to cost more', () => {
    const made = plan({}, 'm', limited(5n));
    expect(order(made)).toEqual(['cheap', 'middle']);
    expect(rejections(made)).toEqual(['dear: it is likely to cost 0.00000001 USD, more than 0.000000005']);
  });

  it('refuses the call with the reason of each target when all cost more or nobody knows', () => {
    expect(() => plan(dear, 'mine', limited(10_000_000n))).toThrow(
      expect.objectContaining({
        code: 'cost_limit_exceeded',
        detail:
          'dear/m: it is likely to cost 0.0123 USD, more than 0.01; cheap/m: its price is unknown; ' +
          'middle/m: it is likely to cost 0.0123 USD, more than 0.01',
      }),
    );
  });

  it('lets through what costs exactly as much', () => {
    expect(order(plan({}, 'dear/m', limited(10n)))).toEqual(['dear']);
  });
});

describe('a deadline', () => {
  const within = (deadlineAtMs: number): Asked => ({ context: { deadlineAtMs } });
  const fastest = (lastAttemptAtMs: number) => ({
    statistics: {
      of: only('dear', statistic({ fastestMs: 90, lastAttemptAtMs }), statistic({ fastestMs: 700, lastAttemptAtMs })),
    },
  });

  it('leaves out the targets that were never so fast lately', () => {
    const made = plan(fastest(0), 'm', within(500));
    expect(order(made)).toEqual(['dear']);
    expect(rejections(made)).toContain('middle: the fastest of its recent answers took 700 ms');
  });

  it('leaves nobody out for what was learned long ago, or is not known', () => {
    expect(order(plan(fastest(-400_000), 'm', within(500)))).toHaveLength(3);
    expect(order(plan({}, 'm', within(500)))).toHaveLength(3);
  });

  it('refuses the call before anything is sent when it is too short for every target', () => {
    expect(() => plan(fastest(0), 'mine', within(50))).toThrow(
      expect.objectContaining({
        code: 'deadline_exceeded',
        detail:
          'the 50 ms that are left; dear/m: the fastest of its recent answers took 90 ms; ' +
          'cheap/m: the fastest of its recent answers took 700 ms; ' +
          'middle/m: the fastest of its recent answers took 700 ms',
      }),
    );
  });

  it('refuses the call when it has passed, whatever is known', () => {
    expect(() => plan({}, 'dear/m', within(-3))).toThrow(
      'No answer within the 0 ms that are left; dear/m: no time is left',
    );
  });
});

describe('a call that is refused for several reasons', () => {
  it('has the gravest one for its code', () => {
    const context = { costLimit: { nano: 3n, currency: 'USD' }, deadlineAtMs: 50 };
    const statistics = { of: () => statistic({ fastestMs: 90 }) };
    expect(() => plan({ statistics }, 'm', { context })).toThrow(
      expect.objectContaining({ code: 'deadline_exceeded' }),
    );
  });
});

describe('hedging', () => {
  const percentile = (share: number): number => share * 1000;
  const statistics = { of: () => statistic({ percentile }) };

  it('is planned after the configured percentile of the first target', () => {
    expect(plan({ statistics, hedgeAfterPercentile: 95 }).hedgeAfterMs).toBe(950);
  });

  it.each<[string, Parameters<typeof plan>[0]]>([
    ['is not configured', { statistics }],
    ['has no second target', { statistics, hedgeAfterPercentile: 95, fallback: false }],
    [
      'has no second target that is available',
      { statistics, hedgeAfterPercentile: 95, isAvailable: only('dear', { available: true }, { available: false }) },
    ],
    ['knows nothing of the first target', { statistics: { of: () => undefined }, hedgeAfterPercentile: 95 }],
  ])('is not planned when it %s', (_, options) => {
    expect(plan(options).hedgeAfterMs).toBeUndefined();
  });
});

describe('a plan for somebody who may not use everything', () => {
  const isAllowed: RoutingOptions['isAllowed'] = ({ models = [] }, { backend }) => models.includes(backend);
  const may = (...models: string[]): Asked => ({ context: { principal: { id: 'k', name: 'k', models } } });

  it('chooses among what is allowed only, and says so of the rest', () => {
    const made = plan({ isAllowed }, 'mine', may('dear', 'middle'));
    expect(order(made)).toEqual(['middle', 'dear']);
    expect(rejections(made)).toEqual(['cheap: the gateway key may not use it']);
  });

  it('does not exist where nothing is', () => {
    const refused = (): unknown => plan({ isAllowed }, 'auto', may());
    expect(refused).toThrow(expect.objectContaining({ code: 'model_not_allowed', detail: '"auto"' }));
  });

  it('names nothing else when what is asked for does not exist', () => {
    const refused = (): unknown => plan({ isAllowed }, 'mine-', may());
    expect(refused).toThrow(expect.objectContaining({ code: 'model_not_found', detail: '"mine-"' }));
  });

  it('fails for what is wrong with the others where only some are allowed', () => {
    const capabilitiesOf = (): Capabilities => ({ contextTokens: 1 });
    const refused = (): unknown => plan({ isAllowed, capabilitiesOf }, 'auto', may('dear'));
    expect(refused).toThrow(expect.objectContaining({ code: 'translation_refused' }));
  });
});
