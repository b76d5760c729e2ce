import { describe, expect, it } from '@jest/globals';

import type { ExchangeRecord, Observation, Target } from '@claudette/core';
import { noUsage } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import type { FakeClock } from '@claudette/testing';

import { memoryPressure } from './__fixtures__/observations.js';
import type { LogFields } from './create-logger.js';
import { logObserver } from './log-observer.js';

const target: Target = { backend: 'lab', model: 'qwen3-32b', provider: 'openai-compatible', dialect: 'openai-chat' };

const observerOf = (lines: unknown[], clock: FakeClock) => {
  const at = (level: string) => (fields: LogFields, message: string) => void lines.push([level, message, fields]);
  return logObserver({ debug: at('debug'), info: at('info'), warn: at('warn') }, clock);
};

const logged = (observation: Observation): unknown[] => {
  const lines: unknown[] = [];
  observerOf(lines, createFakeClock())(observation);
  return lines;
};

type AttemptEnd = Extract<Observation, { kind: 'attempt-end' }>;
const attempt = (facts: Partial<AttemptEnd>): AttemptEnd => ({
  kind: 'attempt-end',
  id: 'x1',
  target,
  number: 1,
  stream: true,
  outcome: 'complete',
  durationMs: 10.4,
  orphaned: false,
  ...facts,
});

const faultless: ExchangeRecord = {
  id: 'x1',
  startedAtMs: 0,
  durationMs: 1234.5,
  dialect: 'openai-chat',
  operation: 'generate',
  stream: true,
  requestBytes: 100,
  principalId: 'local',
  requestedModel: 'auto',
  outcome: 'failed',
  cache: 'bypass',
  attempts: 0,
  losses: [],
  tags: [],
};
const record: ExchangeRecord = { ...faultless, errorCode: 'model_not_found' };

describe('the log', () => {
  it('has one line of facts per exchange', () => {
    const whole: ExchangeRecord = {
      ...faultless,
      target,
      outcome: 'complete',
      firstContentMs: 99.6,
      cache: 'miss',
      attempts: 2,
      usage: { ...noUsage, inputTokens: 10, cachedInputTokens: 4, outputTokens: 7 },
      cost: { nano: 1_500_000n, currency: 'USD' },
      losses: [{ path: 'seed', reason: 'unknown there' }],
      tags: ['nightly'],
    };
    expect(logged({ kind: 'exchange-end', record: whole })).toEqual([
      [
        'info',
        'exchange complete',
        {
          id: 'x1',
          principal: 'local',
          dialect: 'openai-chat',
          requested: 'auto',
          backend: 'lab',
          model: 'qwen3-32b',
          status: 200,
          cache: 'miss',
          attempts: 2,
          ms: 1235,
          firstContentMs: 100,
          inputTokens: 14,
          outputTokens: 7,
          cost: 0.0015,
          currency: 'USD',
          losses: ['seed: unknown there'],
          tags: ['nightly'],
        },
      ],
    ]);
  });

  it('warns of an exchange that failed and says with what', () => {
    expect(logged({ kind: 'exchange-end', record })).toEqual([
      ['warn', 'exchange failed', expect.objectContaining({ status: 404, error: 'model_not_found', attempts: 0 })],
    ]);
  });

  it('names no more than the first 20 losses and says how many there are besides', () => {
    const losses = Array.from({ length: 22 }, (_, index) => ({ path: `tools[${index}]`, reason: 'unknown' }));
    expect(logged({ kind: 'exchange-end', record: { ...record, losses } })).toEqual([
      [
        'warn',
        'exchange failed',
        expect.objectContaining({
          losses: [...losses.slice(0, 20).map(({ path }) => `${path}: unknown`), 'and 2 more'],
        }),
      ],
    ]);
  });

  it('cuts a loss whose path is very long', () => {
    const losses = [{ path: 'x'.repeat(10_000), reason: 'unknown' }];
    expect(logged({ kind: 'exchange-end', record: { ...record, losses } })).toEqual([
      ['warn', 'exchange failed', expect.objectContaining({ losses: ['x'.repeat(200)] })],
    ]);
  });

  it('does not warn when the client left', () => {
    const left: ExchangeRecord = { ...record, outcome: 'abandoned', errorCode: 'client_aborted' };
    expect(logged({ kind: 'exchange-end', record: left })).toEqual([
      ['info', 'exchange abandoned', expect.objectContaining({ status: 499 })],
    ]);
  });

  it('warns of a failed attempt, which a failover may hide from the client', () => {
    expect(logged(attempt({ outcome: 'failed', errorCode: 'upstream_timeout' }))).toEqual([
      [
        'warn',
        'attempt failed',
        { id: 'x1', backend: 'lab', model: 'qwen3-32b', attempt: 1, error: 'upstream_timeout', ms: 10 },
      ],
    ]);
  });

  it('warns when a circuit changes and says why', () => {
    expect(logged({ kind: 'circuit', target, state: 'open', reason: '5 of 8 calls failed' })).toEqual([
      ['warn', 'circuit open', { backend: 'lab', model: 'qwen3-32b', reason: '5 of 8 calls failed' }],
    ]);
  });

  it.each([
    [true, 'info', 'backend healthy'],
    [false, 'warn', 'backend unhealthy'],
  ] as const)('tells what a probe found when healthy is %j', (healthy, level, message) => {
    expect(logged({ kind: 'backend-health', backend: 'lab', healthy, reason: 'HTTP 500' })).toEqual([
      [level, message, { backend: 'lab', reason: 'HTTP 500' }],
    ]);
  });

  it('mentions a hedge to whoever wants to know everything', () => {
    const to = { ...target, backend: 'cloud' };
    expect(logged({ kind: 'hedge', id: 'x1', from: target, to, afterMs: 899.6 })).toEqual([
      ['debug', 'second target asked', { id: 'x1', from: 'lab/qwen3-32b', to: 'cloud/qwen3-32b', ms: 900 }],
    ]);
  });

  it('warns of a spent retry budget once in 10 s, and says how often it was spent', () => {
    const clock = createFakeClock();
    const lines: unknown[] = [];
    const observe = observerOf(lines, clock);
    for (const id of ['x1', 'x2', 'x3']) observe({ kind: 'retry-budget-spent', id });
    clock.advance(9_999);
    observe({ kind: 'retry-budget-spent', id: 'x4' });
    clock.advance(1);
    observe({ kind: 'retry-budget-spent', id: 'x5' });
    expect(lines).toEqual([
      ['warn', 'retry budget spent', { id: 'x1', times: 1 }],
      ['warn', 'retry budget spent', { id: 'x5', times: 4 }],
    ]);
  });

  it('reads the clock of the process when it is given none', () => {
    const warnings: string[] = [];
    const silent = (): void => undefined;
    const observe = logObserver({ debug: silent, info: silent, warn: (_, message) => void warnings.push(message) });
    observe({ kind: 'retry-budget-spent', id: 'x1' });
    observe({ kind: 'retry-budget-spent', id: 'x2' });
    expect(warnings).toEqual(['retry budget spent']);
  });

  it('says what was wasted of an exchange that cost nothing else', () => {
    const wasted = { nano: 1_500_000n, currency: 'USD' };
    expect(logged({ kind: 'exchange-end', record: { ...record, wasted } })).toEqual([
      ['warn', 'exchange failed', expect.objectContaining({ wasted: 0.0015, currency: 'USD' })],
    ]);
  });

  it.each([
    ['elevated', 'normal', 'warn', 'memory is getting short'],
    ['high', 'normal', 'warn', 'memory is short'],
    ['critical', 'high', 'warn', 'memory is almost used up'],
    ['high', 'critical', 'info', 'memory is short'],
    ['normal', 'elevated', 'info', 'memory is normal again'],
    ['normal', 'normal', 'debug', 'the cache has more room again'],
  ] as const)('says in words that memory is %s after it was %s', (level, from, severity, message) => {
    expect(logged({ ...memoryPressure, level, from })).toEqual([
      [
        severity,
        message,
        { reason: '86 % is used', cacheBytesBefore: 40, cacheBytes: 20, cacheBudgetBefore: 50, cacheBudget: 20 },
      ],
    ]);
  });

  it('warns of a leak and says what grows', () => {
    const suspects = [
      { name: 'open streams', count: 50, perMinute: 9.14 },
      { name: 'sockets', count: 4, perMinute: -0.5 },
    ];
    expect(logged({ kind: 'memory-leak-suspected', bytesPerMinute: 6_000_000, overMs: 300_000, suspects })).toEqual([
      [
        'warn',
        'memory may be leaking',
        {
          bytesPerMinute: 6_000_000,
          minutes: 5,
          suspects: ['open streams: 50 (+9.1 a minute)', 'sockets: 4 (-0.5 a minute)'],
        },
      ],
    ]);
  });

  it('says what a new configuration changes and what waits for a restart', () => {
    const paths = { changed: ['cache.ttlSeconds'], restartNeeded: ['server.port'] };
    expect(logged({ kind: 'config-reload', result: 'applied', atMs: 1, ...paths })).toEqual([
      ['info', 'configuration taken over', paths],
    ]);
  });

  it('warns of a configuration that is refused', () => {
    const reason = 'file /c.json: server.port is "x"';
    expect(logged({ kind: 'config-reload', result: 'refused', atMs: 1, reason })).toEqual([
      ['warn', 'configuration refused, the one before stays', { reason }],
    ]);
  });

  it.each<Observation>([
    { kind: 'exchange-start', id: 'x1', dialect: 'native' },
    attempt({}),
    attempt({ outcome: 'failed', errorCode: 'circuit_open' }),
    attempt({ outcome: 'failed', errorCode: 'backend_limit_reached' }),
    attempt({ outcome: 'failed', errorCode: 'superseded' }),
    { kind: 'retry', id: 'x1', target, delayMs: 1 },
  ])('is silent about $kind when there is nothing to worry about', (observation) => {
    expect(logged(observation)).toEqual([]);
  });
});
