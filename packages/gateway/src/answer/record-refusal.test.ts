import type { DecisionRecord, Observation } from '@claudette/core';
import { GatewayError } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { expect, it } from '@jest/globals';

import { recordRefusal } from './record-refusal.js';

it('lets a refused request begin and fail like any other exchange', () => {
  const observations: Observation[] = [];
  const decisions: DecisionRecord[] = [];
  recordRefusal({
    id: 'x-1',
    dialect: 'anthropic-messages',
    operation: 'count',
    requestBytes: 12,
    principal: { id: 'key_1', name: 'Ada' },
    error: new GatewayError('invalid_request', 'x'),
    clock: createFakeClock({ epochMs: 7 }),
    observe: (observation) => observations.push(observation),
    decide: (decision) => decisions.push(decision),
  });
  expect(observations).toEqual([
    { kind: 'exchange-start', id: 'x-1', dialect: 'anthropic-messages' },
    {
      kind: 'exchange-end',
      record: {
        id: 'x-1',
        startedAtMs: 7,
        durationMs: 0,
        dialect: 'anthropic-messages',
        operation: 'count',
        stream: false,
        requestBytes: 12,
        principalId: 'key_1',
        requestedModel: '',
        outcome: 'failed',
        errorCode: 'invalid_request',
        cache: 'bypass',
        attempts: 0,
        losses: [],
        tags: [],
      },
    },
  ]);
  expect(decisions).toEqual([{ exchange: expect.objectContaining({ id: 'x-1' }), attempts: [] }]);
});
