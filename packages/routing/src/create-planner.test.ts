import { describe, expect, it } from '@jest/globals';

import type { DialectId, Operation, Plan, Target } from '@claudette/core';

import { createCatalog } from './catalog.js';
import type { RoutableTarget } from './catalog.js';
import { createPlanner } from './create-planner.js';
import type { PlannedCall, RoutingOptions } from './create-planner.js';

const routable = (backend: string, priority = 1): RoutableTarget => ({
  target: { backend, model: 'm', provider: 'openai', dialect: 'openai-chat' },
  priority,
});

interface Asked {
  readonly strict?: boolean;
  readonly pinnedBackend?: string;
  /** The client's; absent for a native call. */
  readonly dialect?: DialectId;
  readonly operation?: Operation;
  readonly request?: Partial<PlannedCall['request']>;
}

const callFor = (model: string, asked: Asked = {}): PlannedCall => {
  const { strict = false, pinnedBackend, dialect, operation = 'generate', request } = asked;
  return {
    original: dialect && { dialect, body: new Uint8Array(), headers: {} },
    operation,
    request: { model, messages: [], stream: false, streamUsage: false, tools: [], foreign: [], ...request },
    context: { strict, pinnedBackend },
  };
};

const prices: Readonly<Record<string, number>> = { cheap: 1, middle: 5, dear: 10 };
const latencies: Readonly<Record<string, number>> = { cheap: 1000, middle: 300, dear: 100 };

const plan = (options: Partial<RoutingOptions> = {}, model = 'm', strict = false): Plan =>
  createPlanner({
    catalog: createCatalog({
      targets: [routable('middle'), routable('dear'), routable('cheap')],
      aliases: { mine: ['dear/m', 'cheap/m', 'middle/m'] },
    }),
    strategy: 'weighted',
    weights: { cost: 1, latency: 0, availability: 0 },
    statistics: { of: ({ backend }) => ({ latencyMs: latencies[backend], successRate: 1 }) },
    priceOf: ({ backend }) => prices[backend],
    isAvailable: () => ({ available: true }),
    fallback: true,
    ...options,
  })(callFor(model, { strict }));

const order = ({ candidates }: Plan): string[] => candidates.map(({ target }) => target.backend);

describe('a weighted plan', () => {
  it.each([
    ['the cheapest', { cost: 1, latency: 0, availability: 0 }, ['cheap', 'middle', 'dear']],
    ['the fastest', { cost: 0, latency: 1, availability: 0 }, ['dear', 'middle', 'cheap']],
    ['the best of both', { cost: 1, latency: 1, availability: 0 }, ['middle', 'dear', 'cheap']],
  ])('puts %s first when the weights say so', (_, weights, expected) => {
    expect(order(plan({ weights }))).toEqual(expected);
  });

  it('prefers the lower priority number to any score', () => {
    const catalog = createCatalog({ targets: [routable('cheap', 2), routable('dear', 1)], aliases: {} });
    expect(order(plan({ catalog }))).toEqual(['dear', 'cheap']);
  });

  it('keeps the order of the configuration where scores are equal', () => {
    expect(order(plan({ priceOf: () => 1 }))).toEqual(['middle', 'dear', 'cheap']);
  });

  it('ranks the entries of an alias by score', () => {
    expect(order(plan({}, 'mine'))).toEqual(['cheap', 'middle', 'dear']);
  });

  it('says why each candidate stands where it stands', () => {
    const statistics = {
      of: ({ backend }: Target) => (backend === 'cheap' ? undefined : { latencyMs: 50, successRate: 0.9 }),
    };
    const { candidates } = plan({ statistics });
    expect(candidates.map(({ reasons }) => reasons.join(', '))).toEqual([
      'priority 1, cost 0.90, latency unknown, availability 1.00',
      'priority 1, cost 0.50, latency 1.00, availability 0.90',
      'priority 1, cost 0.00, latency 1.00, availability 0.90',
    ]);
    expect(candidates.map(({ score }) => score)).toEqual([0.9, 0.5, 0]);
  });
});

describe('a plan by priority', () => {
  it('follows the order of the alias', () => {
    expect(order(plan({ strategy: 'priority' }, 'mine'))).toEqual(['dear', 'cheap', 'middle']);
  });

  it('follows the priorities where one name stands for several targets', () => {
    const catalog = createCatalog({ targets: [routable('cheap', 2), routable('dear', 1)], aliases: {} });
    const made = plan({ strategy: 'priority', catalog });
    expect(order(made)).toEqual(['dear', 'cheap']);
    expect(made.candidates[0]?.reasons).toEqual(['position 1', 'priority 1']);
  });

  it('is weighted all the same when a preset is asked for', () => {
    const made = plan({ strategy: 'priority' }, 'auto:fast');
    expect(made.strategy).toBe('weighted');
    expect(order(made)).toEqual(['dear', 'middle', 'cheap']);
  });
});

describe('a plan', () => {
  it('puts targets that are not available last', () => {
    const isAvailable = ({ backend }: Target) => ({ available: backend === 'dear', reason: 'circuit open' });
    const made = plan({ isAvailable });
    expect(order(made)).toEqual(['dear', 'cheap', 'middle']);
    expect(made.candidates.map(({ reasons }) => reasons[0])).toEqual(['priority 1', 'circuit open', 'circuit open']);
  });

  it('keeps targets that are not available when there are no others', () => {
    const made = plan({ strategy: 'priority', isAvailable: () => ({ available: false }) });
    expect(order(made)).toEqual(['middle', 'dear', 'cheap']);
    expect(made.candidates[0]?.reasons[0]).toBe('unavailable');
  });

  it('holds only the best candidate when fallback is off', () => {
    const made = plan({ fallback: false });
    expect(order(made)).toEqual(['cheap']);
    expect(made.rejected.map(({ target, reason }) => `${target.backend}: ${reason}`)).toEqual([
      'middle: fallback is switched off',
      'dear: fallback is switched off',
    ]);
  });

  it('leaves out, in strict mode, what cannot carry the request', () => {
    const findLoss = (_: PlannedCall, { backend }: Target) => (backend === 'cheap' ? 'logit_bias' : undefined);
    const made = plan({ findLoss }, 'm', true);
    expect(order(made)).toEqual(['middle', 'dear']);
    expect(made.rejected).toEqual([{ target: routable('cheap').target, reason: 'logit_bias' }]);
  });

  it('is refused in strict mode when no target can carry the request', () => {
    expect(() => plan({ findLoss: () => 'seed' }, 'dear/m', true)).toThrow(
      'The request cannot be carried to the backend as it is: dear/m: seed',
    );
  });

  it('does not look for losses outside strict mode, nor miss them when nobody can', () => {
    expect(order(plan({ findLoss: () => 'seed' }))).toHaveLength(3);
    expect(order(plan({}, 'm', true))).toHaveLength(3);
  });

  it('is made anew for each call though names are resolved once', () => {
    const current = { price: 1 };
    const planner = createPlanner({
      catalog: createCatalog({ targets: [routable('a'), routable('b')], aliases: {} }),
      strategy: 'weighted',
      weights: { cost: 1, latency: 0, availability: 0 },
      statistics: { of: () => undefined },
      priceOf: ({ backend }) => (backend === 'a' ? current.price : 2),
      isAvailable: () => ({ available: true }),
      fallback: true,
    });
    expect(order(planner(callFor('auto')))).toEqual(['a', 'b']);
    current.price = 3;
    expect(order(planner(callFor('auto')))).toEqual(['b', 'a']);
    expect(order(planner(callFor('auto', { pinnedBackend: 'a' })))).toEqual(['a']);
  });

  it('stays right when clients invent more names than are remembered', () => {
    const planner = createPlanner({
      catalog: createCatalog({ targets: [routable('a')], aliases: {} }),
      strategy: 'weighted',
      weights: { cost: 1, latency: 0, availability: 0 },
      statistics: { of: () => undefined },
      priceOf: () => undefined,
      isAvailable: () => ({ available: true }),
      fallback: true,
    });
    for (let index = 0; index <= 1000; index += 1) {
      const { candidates } = planner(callFor(`a/model-${index}`));
      expect(candidates[0]?.target.model).toBe(`model-${index}`);
    }
  });
});

describe('a plan for a conversation that a provider holds', () => {
  const held = { dialect: 'anthropic-messages', path: 'thread', value: {} } as const;
  const anthropic: RoutableTarget = {
    target: { backend: 'claude', model: 'm', provider: 'anthropic', dialect: 'anthropic-messages' },
    priority: 9,
  };
  const planHeld = (targets: RoutableTarget[]): Plan =>
    createPlanner({
      catalog: createCatalog({ targets, aliases: {} }),
      strategy: 'weighted',
      weights: { cost: 1, latency: 0, availability: 0 },
      statistics: { of: () => undefined },
      priceOf: () => undefined,
      isAvailable: () => ({ available: true }),
      fallback: true,
    })(callFor('m', { request: { heldByProvider: held } }));

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
  const planner = createPlanner({
    catalog: createCatalog({ targets: [openai, routable('lab', 2)], aliases: {} }),
    strategy: 'weighted',
    weights: { cost: 1, latency: 0, availability: 0 },
    statistics: { of: () => undefined },
    priceOf: () => undefined,
    isAvailable: () => ({ available: true }),
    fallback: true,
    supports: (dialect, operation) =>
      operation === 'generate' || (operation === 'count' ? dialect === 'openai-responses' : dialect === 'gemini'),
  });
  const spoken = (asked: Asked): string[] =>
    planner(callFor('m', asked)).candidates.map(({ target }) => `${target.backend} ${target.dialect}`);

  it.each<[DialectId | undefined, string]>([
    ['openai-responses', 'openai openai-responses'],
    ['openai-chat', 'openai openai-chat'],
    ['gemini', 'openai openai-chat'],
    [undefined, 'openai openai-chat'],
  ])("is the client's dialect %s where the backend speaks it", (dialect, expected) => {
    expect(spoken(dialect === undefined ? {} : { dialect })).toEqual([expected, 'lab openai-chat']);
  });

  it('says what else the backend speaks', () => {
    const [first] = planner(callFor('m', { dialect: 'openai-responses' })).candidates;
    expect(first?.target.alsoSpeaks).toEqual(['openai-chat']);
  });

  it('is chosen once for each name', () => {
    const ask = () => planner(callFor('m', { dialect: 'openai-responses' })).candidates[0]?.target;
    expect(ask()).toBe(ask());
  });

  it('is a dialect that can do what is asked, whoever asks', () => {
    const plan = planner(callFor('m', { dialect: 'anthropic-messages', operation: 'count' }));
    expect(order(plan)).toEqual(['openai']);
    expect(plan.candidates[0]?.target.dialect).toBe('openai-responses');
    expect(plan.rejected).toEqual([
      { target: routable('lab').target, reason: 'a backend that speaks openai-chat cannot count tokens' },
    ]);
  });

  it('makes the plan impossible where no backend has such a dialect', () => {
    expect(() => planner(callFor('m', { dialect: 'openai-chat', operation: 'embed' }))).toThrow(
      expect.objectContaining({
        code: 'translation_refused',
        detail:
          'openai/m: a backend that speaks openai-chat and openai-responses cannot make vectors; ' +
          'lab/m: a backend that speaks openai-chat cannot make vectors',
      }),
    );
  });
});
