import { describe, expect, it } from '@jest/globals';

import type { ExchangeRecord, Observation, Target } from '@claudette/core';
import { noUsage } from '@claudette/core';

import type { LogFields } from './create-logger.js';
import { logObserver } from './log-observer.js';

const target: Target = { backend: 'lab', model: 'qwen3-32b', provider: 'openai-compatible', dialect: 'openai-chat' };

const logged = (observation: Observation): unknown[] => {
  const lines: unknown[] = [];
  const at = (level: string) => (fields: LogFields, message: string) => void lines.push([level, message, fields]);
  logObserver({ info: at('info'), warn: at('warn') })(observation);
  return lines;
};

const faultless: ExchangeRecord = {
  id: 'x1',
  startedAtMs: 0,
  durationMs: 1234.5,
  dialect: 'openai-chat',
  stream: true,
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
    expect(
      logged({
        kind: 'attempt-end',
        id: 'x1',
        target,
        number: 1,
        outcome: 'failed',
        errorCode: 'upstream_timeout',
        durationMs: 10.4,
      }),
    ).toEqual([
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

  it.each<Observation>([
    { kind: 'exchange-start', id: 'x1', dialect: 'native' },
    { kind: 'attempt-end', id: 'x1', target, number: 1, outcome: 'complete', durationMs: 1 },
    { kind: 'attempt-end', id: 'x1', target, number: 1, outcome: 'failed', errorCode: 'circuit_open', durationMs: 1 },
    { kind: 'retry', id: 'x1', target, delayMs: 1 },
  ])('is silent about $kind when there is nothing to worry about', (observation) => {
    expect(logged(observation)).toEqual([]);
  });
});
