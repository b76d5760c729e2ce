import type { ReasoningOptions } from '@claudette/core';

type Effort = NonNullable<ReasoningOptions['effort']>;

/** The most tokens that an effort stands for where only one of the two is known. */
const budgets: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};

/** The effort that a budget of reasoning tokens comes closest to, among those that every dialect knows. */
export const effortOfBudget = (budgetTokens: number): Effort =>
  (['none', 'low', 'medium'] as const).find((effort) => budgetTokens <= budgets[effort]) ?? 'high';

/** The budget, in tokens, that an effort comes closest to. */
export const budgetOfEffort = (effort: Effort): number => budgets[effort];
