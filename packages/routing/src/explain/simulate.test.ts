import { describe, expect, it } from '@jest/globals';

import { noUsage } from '@claudette/core';
import type { AttemptRecord, DecisionRecord, ExchangeRecord, Plan } from '@claudette/core';

import { attemptOf, candidateOf, exchangeOf, planOf, targetOf } from '../__fixtures__/decisions.js';
import { createCatalog } from '../names/catalog.js';
import { simulate } from './simulate.js';
import type { SimulationOptions } from './simulate.js';

/** `b` costs half of what `a` costs; `c` has no price. */
const prices: Readonly<Record<string, number>> = { a: 1e6, b: 5e5 };

const optionsOf = (backends: readonly string[], fields: Partial<SimulationOptions> = {}): SimulationOptions => ({
  catalog: createCatalog({
    targets: backends.map((backend) => ({ target: targetOf(backend), priority: 1 })),
    aliases: {},
  }),
  strategy: 'weighted',
  weights: { cost: 1, latency: 0, availability: 0 },
  fallback: true,
  affinity: false,
  capabilitiesOf: () => undefined,
  priceOf({ backend }) {
    const input = prices[backend];
    return input === undefined
      ? undefined
      : { input, cachedInput: input / 10, output: 2 * input, reasoning: 2 * input };
  },
  ...fields,
});

const usage = { ...noUsage, inputTokens: 1000, outputTokens: 100 };

interface DecisionFields extends Partial<ExchangeRecord> {
  readonly by?: string;
  readonly tries?: readonly AttemptRecord[];
  readonly plan?: Plan | undefined;
}

/** An exchange that `by` answered, a second after the one before it. */
const decisionsOf = (...all: readonly DecisionFields[]): readonly DecisionRecord[] =>
  all.map(({ by = 'a', tries: attempts = [attemptOf(by)], ...fields }, index) => ({
    exchange: exchangeOf({
      id: `x-${index}`,
      startedAtMs: 1_700_000_000_000 + 1000 * index,
      target: targetOf(by),
      usage,
      cost: { nano: 1200n, currency: 'USD' },
      ...fields,
    }),
    plan: 'plan' in fields ? fields.plan : planOf([candidateOf('a'), candidateOf('b')]),
    attempts,
  }));

describe('a simulation', () => {
  it('changes nothing where the other configuration would have chosen the same', () => {
    const report = simulate(decisionsOf({}, {}), optionsOf(['a']));
    expect(report).toEqual({
      replayed: 2,
      changed: 0,
      unanswered: 0,
      leftOut: 0,
      notReplayed: [],
      targets: [{ backend: 'a', model: 'm', before: 2, after: 2, shareBefore: 1, shareAfter: 1 }],
      cost: { before: '0.0000024 USD', after: '0.0000024 USD', exchanges: 2, unknownBefore: 0, unknownAfter: 0 },
      latency: {
        before: { meanMs: 300, p95Ms: 300 },
        after: { meanMs: 300, p95Ms: 300 },
        exchanges: 2,
        unknownBefore: 0,
        unknownAfter: 0,
      },
    });
  });

  it('prices what was used, and times, at the target that would have answered', () => {
    const slow = [attemptOf('b', { firstContentMs: 500 })];
    const report = simulate(decisionsOf({ by: 'b', tries: slow, firstContentMs: 501 }, {}), optionsOf(['a', 'b']));
    expect(report).toMatchObject({
      changed: 1,
      targets: [
        { backend: 'b', before: 1, after: 2, shareBefore: 0.5, shareAfter: 1 },
        { backend: 'a', before: 1, after: 0, shareBefore: 0.5, shareAfter: 0 },
      ],
      cost: { before: '0.0000024 USD', after: '0.0000018 USD', exchanges: 2 },
      latency: { before: { meanMs: 401, p95Ms: 501 }, after: { meanMs: 501, p95Ms: 501 } },
    });
  });

  it('prices tokens of the prompt cache too', () => {
    const mixed = {
      ...noUsage,
      inputTokens: 100,
      cachedInputTokens: 800,
      cacheWriteTokens: 50,
      cacheWrite1hTokens: 50,
    };
    const report = simulate(decisionsOf({ usage: mixed }), optionsOf(['b']));
    // 200 at a half, 800 at a twentieth.
    expect(report.cost.after).toBe('0.00000014 USD');
  });

  it('counts costs that are unknown apart', () => {
    const report = simulate(
      decisionsOf({}, { cost: undefined }, { usage: undefined }, { cost: { nano: 5n, currency: 'EUR' } }),
      optionsOf(['c']),
    );
    expect(report.cost).toEqual({
      before: '0 USD',
      after: '0 USD',
      exchanges: 0,
      unknownBefore: 2,
      unknownAfter: 4,
    });
  });

  it('counts latencies that are unknown apart', () => {
    const failed = [attemptOf('b', { outcome: 'failed' })];
    const empty = [attemptOf('b', { firstContentMs: undefined })];
    const report = simulate(decisionsOf({ tries: failed }, { tries: empty }, {}), optionsOf(['b']));
    expect(report.latency).toMatchObject({
      before: { meanMs: undefined, p95Ms: undefined },
      exchanges: 0,
      unknownAfter: 2,
    });
  });

  it('gives the latencies of a target in turn, those of whole replies apart', () => {
    const whole = (durationMs: number): DecisionFields => ({
      by: 'b',
      stream: false,
      durationMs,
      tries: [attemptOf('b', { durationMs })],
    });
    const report = simulate(
      decisionsOf(whole(100), whole(200), { stream: false }, { stream: false }, {}),
      optionsOf(['b']),
    );
    expect(report.latency).toMatchObject({ after: { meanMs: 150, p95Ms: 200 }, exchanges: 4, unknownAfter: 1 });
  });

  it('leaves out answers that no target gave', () => {
    const report = simulate(
      decisionsOf({ cache: 'hit' }, { cache: 'coalesced' }, { cache: 'stale' }),
      optionsOf(['a']),
    );
    expect(report).toMatchObject({ replayed: 0, leftOut: 3, notReplayed: [], targets: [] });
  });

  it('says what it could not replay, and why, the most frequent first', () => {
    const report = simulate(
      decisionsOf(
        { plan: undefined, errorCode: 'unauthenticated', outcome: 'failed' },
        { plan: undefined, outcome: 'abandoned' },
        { target: undefined, outcome: 'abandoned' },
        { target: undefined, errorCode: 'upstream_overloaded', outcome: 'failed' },
        { requestedModel: 'gone' },
        { requestedModel: 'gone' },
      ),
      optionsOf(['a']),
    );
    expect(report.replayed).toBe(0);
    expect(report.notReplayed).toEqual([
      { reason: 'No backend serves the model "gone"', exchanges: 2 },
      { reason: 'it ended before routing: unauthenticated', exchanges: 1 },
      { reason: 'it ended before routing: abandoned', exchanges: 1 },
      { reason: 'nobody answered it: abandoned', exchanges: 1 },
      { reason: 'nobody answered it: upstream_overloaded', exchanges: 1 },
    ]);
  });

  it('takes for granted that a target fails that failed then', () => {
    const attempts = [attemptOf('b', { outcome: 'failed' }), attemptOf('a', { reason: 'failover' })];
    const report = simulate(decisionsOf({ tries: attempts }), optionsOf(['b', 'a']));
    expect(report).toMatchObject({ changed: 0, targets: [{ backend: 'a', after: 1 }] });
  });

  it('counts what nobody would have answered', () => {
    const attempts = [attemptOf('b', { outcome: 'failed' }), attemptOf('a', { reason: 'failover' })];
    const report = simulate(decisionsOf({ tries: attempts }), optionsOf(['b']));
    expect(report).toMatchObject({
      replayed: 1,
      changed: 0,
      unanswered: 1,
      targets: [{ backend: 'a', before: 1, after: 0 }],
      cost: { exchanges: 0, unknownBefore: 0, unknownAfter: 0 },
    });
  });

  it('has the targets as available and as busy as they were', () => {
    const unavailable = candidateOf('b', { available: false, notes: ['circuit open'] });
    const down = planOf([candidateOf('a'), unavailable]);
    expect(simulate(decisionsOf({ plan: down }), optionsOf(['a', 'b'])).changed).toBe(0);

    const busy = planOf([candidateOf('a', { inFlight: 9 }), candidateOf('b')]);
    const options = optionsOf(['a', 'b'], { strategy: 'least-busy' });
    expect(simulate(decisionsOf({ plan: busy }), options).changed).toBe(1);
  });

  it('ranks by the latencies that were on record then', () => {
    const plan = planOf([candidateOf('a', { latencyMs: 900 }), candidateOf('b', { latencyMs: 100 })]);
    const options = optionsOf(['a', 'b'], { weights: { cost: 0, latency: 1, availability: 0 } });
    expect(simulate(decisionsOf({ plan }), options).changed).toBe(1);
  });

  it('ranks targets that were no candidates by what was learned before', () => {
    const only = (backend: string): Plan => planOf([candidateOf(backend)]);
    const slow = { by: 'a', plan: only('a'), tries: [attemptOf('a', { firstContentMs: 900 })] };
    const fast = { by: 'b', plan: only('b'), tries: [attemptOf('b', { firstContentMs: 100 })] };
    const other = { by: 'c', plan: only('c'), tries: [attemptOf('d')] };
    const options = optionsOf(['a', 'b'], { weights: { cost: 0, latency: 1, availability: 0 } });
    const report = simulate(decisionsOf(slow, fast, other), options);
    expect(report.targets).toMatchObject([
      { backend: 'a', before: 1, after: 2 },
      { backend: 'b', before: 1, after: 1 },
      { backend: 'c', before: 1, after: 0 },
    ]);
  });

  it('gives each target its turn', () => {
    const report = simulate(decisionsOf({}, {}, {}, {}), optionsOf(['a', 'b'], { strategy: 'round-robin' }));
    expect(report.targets).toMatchObject([{ after: 2 }, { after: 2 }]);
  });

  it('is in the order of time, whatever the order of the records', () => {
    const records = decisionsOf({}, { by: 'b' }, {}, { by: 'b' });
    const options = optionsOf(['a', 'b'], { strategy: 'round-robin' });
    expect(simulate([...records].reverse(), options)).toEqual(simulate(records, options));
    expect(simulate(records, options).changed).toBe(0);
  });

  it('takes a whole routing configuration, and makes no hedges of it', () => {
    const options = { ...optionsOf(['a', 'b']), hedgeAfterPercentile: 95 };
    expect(simulate(decisionsOf({}, {}), options)).toEqual(simulate(decisionsOf({}, {}), optionsOf(['a', 'b'])));
  });

  it('replays native calls and presets', () => {
    const report = simulate(
      decisionsOf({ dialect: 'native', requestedModel: 'auto:cheap' }),
      optionsOf(['a', 'b'], { affinity: true }),
    );
    expect(report).toMatchObject({ replayed: 1, changed: 1 });
  });
});

describe('a conversation in a simulation', () => {
  const kept = planOf([candidateOf('b'), candidateOf('a')], { affinity: 'session' });
  const alike = { priceOf: () => undefined };

  it('stays where it was when the target is about as good as the best', () => {
    const options = optionsOf(['a', 'b'], { ...alike, affinity: true });
    expect(simulate(decisionsOf({ by: 'b', plan: kept }), options).changed).toBe(0);
  });

  it.each<[string, Plan, Partial<SimulationOptions>]>([
    ['the other configuration keeps none together', kept, { ...alike, affinity: false }],
    ['it was not kept then', planOf(kept.candidates), { ...alike, affinity: true }],
    [
      'the best is much better',
      planOf([candidateOf('b'), candidateOf('a')], { affinity: 'session' }),
      {
        affinity: true,
        priceOf: ({ backend }) => ({ input: backend === 'b' ? 1e6 : 1e3, cachedInput: 0, output: 0, reasoning: 0 }),
      },
    ],
    ['the strategy looks at something else', kept, { ...alike, affinity: true, strategy: 'priority' }],
    [
      'the target is not available',
      planOf([candidateOf('b', { available: false }), candidateOf('a')], { affinity: 'session' }),
      { ...alike, affinity: true },
    ],
    ['the plan on record is empty', planOf([], { affinity: 'session' }), { ...alike, affinity: true }],
  ])('goes on elsewhere when %s', (_name, plan, fields) => {
    expect(simulate(decisionsOf({ by: 'b', plan }), optionsOf(['a', 'b'], fields)).changed).toBe(1);
  });

  it('goes on elsewhere when the target is gone', () => {
    const options = optionsOf(['a'], { ...alike, affinity: true });
    expect(simulate(decisionsOf({ by: 'b', plan: kept }), options).changed).toBe(1);
  });
});
