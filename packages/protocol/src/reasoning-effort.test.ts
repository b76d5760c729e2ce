import { describe, expect, it } from '@jest/globals';

import { budgetOfEffort, effortOfBudget } from './reasoning-effort.js';

describe('reasoning efforts and budgets', () => {
  it.each([
    [0, 'none'],
    [1, 'low'],
    [2048, 'low'],
    [2049, 'medium'],
    [8193, 'high'],
    [1_000_000, 'high'],
  ] as const)('takes %i tokens for %s', (tokens, effort) => {
    expect(effortOfBudget(tokens)).toBe(effort);
  });

  it.each(['none', 'low', 'medium', 'high'] as const)('comes back from the budget of %s', (effort) => {
    expect(effortOfBudget(budgetOfEffort(effort))).toBe(effort);
  });

  it('has a budget for the efforts at both ends', () => {
    expect([budgetOfEffort('minimal'), budgetOfEffort('xhigh'), budgetOfEffort('max')]).toEqual([512, 24_576, 24_576]);
  });
});
