import type { DecisionRecord, ExchangeRecord, Observation, Plan, Target } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createDecisionRecorder } from './decision-recorder.js';

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

const setUp = () => {
  const clock = createFakeClock();
  const decisions: DecisionRecord[] = [];
  const observe = createDecisionRecorder({ clock, onDecision: (decision) => decisions.push(decision) });
  return { clock, decisions, observe };
};

describe('a decision record', () => {
  it('has the plan, the attempts in the order they began, and when each part began', () => {
    const { clock, decisions, observe } = setUp();
    observe({ kind: 'exchange-start', id: 'x-1', dialect: 'native' });
    clock.advance(3);
    observe({ kind: 'plan', id: 'x-1', plan, tookMs: 1 });
    clock.advance(4);
    observe(attempt(1, target, 'first'));
    clock.advance(10);
    observe(attempt(2, other, 'hedge'));
    observe(attemptEnd(2, other));
    observe(attemptEnd(1, target));
    observe({ kind: 'exchange-end', record: exchange });
    expect(decisions).toEqual([
      {
        exchange,
        plan,
        planned: { startedMs: 2, tookMs: 1 },
        attempts: [
          expect.objectContaining({ target, reason: 'first', startedMs: 7, durationMs: 5, outcome: 'complete' }),
          expect.objectContaining({ target: other, reason: 'hedge', startedMs: 17 }),
        ],
      },
    ]);
  });

  it('has neither plan nor attempts when the request was refused', () => {
    const { decisions, observe } = setUp();
    observe({ kind: 'exchange-start', id: 'x-1', dialect: 'native' });
    observe({ kind: 'exchange-end', record: exchange });
    expect(decisions).toEqual([{ exchange, plan: undefined, planned: undefined, attempts: [] }]);
  });

  it('takes no notice of what belongs to no open exchange', () => {
    const { decisions, observe } = setUp();
    observe({ kind: 'plan', id: 'x-1', plan, tookMs: 1 });
    observe(attempt(1, target, 'first'));
    observe(attemptEnd(1, target));
    observe({ kind: 'retry-budget-spent', id: 'x-1' });
    expect(decisions).toEqual([]);
  });
});
