import type { ExchangeRecord, Observation, Plan, Target } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createExchangeHistory } from './exchange-history.js';

const target: Target = { backend: 'lab', model: 'm', provider: 'openai-compatible', dialect: 'openai-chat' };
const other: Target = { ...target, backend: 'spare' };
const plan: Plan = { strategy: 'weighted', candidates: [], rejected: [] };

const exchange = { id: 'x-1', outcome: 'complete' } as ExchangeRecord;

const attempt = (number: number, to: Target, reason: 'first' | 'hedge'): Observation => ({
  kind: 'attempt-start',
  id: 'x-1',
  target: to,
  number,
  reason,
  waitedMs: 0,
});

const attemptEnd = (number: number, to: Target): Observation => ({
  kind: 'attempt-end',
  id: 'x-1',
  target: to,
  number,
  stream: true,
  outcome: 'complete',
  durationMs: 5,
  firstContentMs: 2,
  orphaned: false,
});

describe('the history of an exchange', () => {
  it('has the plan, the attempts in the order they began, and when each part began', () => {
    const clock = createFakeClock();
    const history = createExchangeHistory(clock, 0);
    clock.advance(3);
    history.see({ kind: 'plan', id: 'x-1', plan, tookMs: 1 });
    expect(history.plan()).toBe(plan);
    clock.advance(4);
    history.see(attempt(1, target, 'first'));
    clock.advance(10);
    history.see(attempt(2, other, 'hedge'));
    history.see(attemptEnd(2, other));
    history.see(attemptEnd(1, target));
    expect(history.toDecision(exchange)).toEqual({
      exchange,
      plan,
      planned: { startedMs: 2, tookMs: 1 },
      attempts: [
        expect.objectContaining({ target, reason: 'first', startedMs: 7, durationMs: 5, outcome: 'complete' }),
        expect.objectContaining({ target: other, reason: 'hedge', startedMs: 17 }),
      ],
    });
  });

  it('has neither plan nor attempts when nothing came of it', () => {
    const history = createExchangeHistory(createFakeClock(), 0);
    history.see(attemptEnd(1, target));
    history.see({ kind: 'retry-budget-spent', id: 'x-1' });
    expect(history.toDecision(exchange)).toEqual({ exchange, plan: undefined, planned: undefined, attempts: [] });
  });
});
