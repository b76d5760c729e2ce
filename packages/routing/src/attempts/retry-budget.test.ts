import { describe, expect, it } from '@jest/globals';

import { createFakeClock } from '@claudette/testing';
import fc from 'fast-check';

import { createRetryBudget } from './retry-budget.js';
import type { RetryBudget } from './retry-budget.js';

const WINDOW_MS = 10_000;
const create = (options: { readonly ratio?: number; readonly floor?: number } = {}) => {
  const clock = createFakeClock();
  const budget = createRetryBudget({ clock, ratio: 0.1, floor: 10, windowMs: WINDOW_MS, ...options });
  return { clock, budget };
};
const beginMany = (budget: RetryBudget, exchanges: number): void => {
  for (let begun = 0; begun < exchanges; begun += 1) budget.begin();
};
const takeAll = (budget: RetryBudget): number => {
  let taken = 0;
  while (budget.take()) taken += 1;
  return taken;
};

describe('the retry budget', () => {
  it('allows its floor when there is little traffic', () => {
    const { budget } = create();
    budget.begin();
    expect(budget.left).toBe(10);
    expect(takeAll(budget)).toBe(10);
    expect(budget.left).toBe(0);
  });

  it('allows its share of the exchanges that began', () => {
    const { budget } = create();
    beginMany(budget, 259);
    expect(takeAll(budget)).toBe(25);
  });

  it('grows with the traffic after it was spent', () => {
    const { budget } = create();
    beginMany(budget, 200);
    takeAll(budget);
    beginMany(budget, 10);
    expect(takeAll(budget)).toBe(1);
  });

  it('has nothing at all when both its parts are 0', () => {
    const { budget } = create({ ratio: 0, floor: 0 });
    beginMany(budget, 1_000);
    expect(budget.take()).toBe(false);
  });

  it('forgets exchanges and extra calls that are older than its window', () => {
    const { budget, clock } = create();
    beginMany(budget, 1_000);
    expect(takeAll(budget)).toBe(100);
    clock.advance(WINDOW_MS);
    expect(takeAll(budget)).toBe(10);
  });

  it('remembers them until then', () => {
    const { budget, clock } = create();
    takeAll(budget);
    clock.advance(WINDOW_MS - WINDOW_MS / 10);
    expect(budget.take()).toBe(false);
    clock.advance(WINDOW_MS / 10);
    expect(budget.take()).toBe(true);
  });

  it('is full again after a long silence', () => {
    const { budget, clock } = create();
    takeAll(budget);
    clock.advance(1_000 * WINDOW_MS);
    expect(budget.left).toBe(10);
  });

  it('starts no timer', () => {
    const { budget, clock } = create();
    beginMany(budget, 3);
    budget.take();
    expect(clock.pending).toBe(0);
  });

  it('never lets more through in a window than it promises, whatever the traffic', () => {
    const traffic = fc.array(
      fc.record({
        pauseMs: fc.integer({ min: 0, max: 4_000 }),
        begun: fc.integer({ min: 0, max: 300 }),
        wanted: fc.integer({ min: 0, max: 60 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(traffic, (script) => {
        const { clock, budget } = create();
        const events: { readonly atMs: number; readonly begun: number; readonly taken: number }[] = [];
        for (const { pauseMs, begun, wanted } of script) {
          clock.advance(pauseMs);
          beginMany(budget, begun);
          let taken = 0;
          while (taken < wanted && budget.take()) taken += 1;
          events.push({ atMs: clock.now(), begun, taken });
          expect(budget.left).toBeGreaterThanOrEqual(0);
          if (taken === 0) continue;
          const recent = events.filter(({ atMs }) => atMs > clock.now() - WINDOW_MS + WINDOW_MS / 10);
          const within = events.filter(({ atMs }) => atMs > clock.now() - WINDOW_MS);
          const takenLately = recent.reduce((sum, event) => sum + event.taken, 0);
          const begunLately = within.reduce((sum, event) => sum + event.begun, 0);
          expect(takenLately).toBeLessThanOrEqual(Math.max(10, 0.1 * begunLately));
        }
        const all = events.reduce((sum, { begun, taken }) => ({ begun: sum.begun + begun, taken: sum.taken + taken }), {
          begun: 0,
          taken: 0,
        });
        const windows = Math.ceil((clock.now() + 1) / WINDOW_MS);
        expect(all.taken).toBeLessThanOrEqual(0.1 * all.begun + 10 * (windows + 1));
      }),
    );
  });
});
