import type { ReasoningOptions } from '@claudette/core';

import type { LossList } from '../loss-list.js';
import { budgetOfEffort, effortOfBudget } from '../reasoning-effort.js';
import type { ThinkingControl } from './model-traits.js';
import { traitsOf } from './model-traits.js';
import type { WireThinkingConfig, WireThinkingLevel } from './wire-request.js';

type Effort = NonNullable<ReasoningOptions['effort']>;
type Control<K extends ThinkingControl['kind']> = Extract<ThinkingControl, { kind: K }>;

/** What each effort is called; absent: the least that the model has. */
const levels: Partial<Readonly<Record<Effort, WireThinkingLevel>>> = {
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
};

const encodeLevel = (
  { effort, budgetTokens }: ReasoningOptions,
  { least }: Control<'level'>,
  losses: LossList,
): WireThinkingConfig => {
  const wanted = effort ?? (budgetTokens === undefined ? undefined : effortOfBudget(budgetTokens));
  if (wanted === undefined) return {};
  const thinkingLevel = levels[wanted] ?? least;
  if (budgetTokens !== undefined) {
    losses.add('reasoning.budgetTokens', `the model knows levels only; approximated by ${thinkingLevel}`);
  }
  if (effort !== undefined && effort !== thinkingLevel.toLowerCase()) {
    losses.add('reasoning.effort', `sent as ${thinkingLevel}, the nearest that the model knows`);
  }
  return { thinkingLevel };
};

const encodeBudget = (
  { effort, budgetTokens, adaptive }: ReasoningOptions,
  { minTokens, maxTokens, canSwitchOff }: Control<'budget'>,
  losses: LossList,
): WireThinkingConfig => {
  const wanted = budgetTokens ?? (effort === undefined ? undefined : budgetOfEffort(effort));
  if (wanted === undefined) return adaptive === true ? { thinkingBudget: -1 } : {};
  const isOff = wanted === 0 && canSwitchOff;
  const thinkingBudget = isOff ? 0 : Math.max(minTokens, Math.min(wanted, maxTokens));
  if (thinkingBudget !== wanted) {
    const path = budgetTokens === undefined ? 'reasoning.effort' : 'reasoning.budgetTokens';
    losses.add(path, `sent as ${thinkingBudget} tokens, the nearest that the model allows`);
  }
  if (effort === 'xhigh' || effort === 'max') losses.add('reasoning.effort', 'sent as if it were high');
  else if (effort !== undefined && budgetTokens !== undefined) {
    losses.add('reasoning.effort', 'the model knows budgets only, and one is given');
  }
  return { thinkingBudget };
};

/** Google refuses to show thoughts of a model that is not to think. */
const encodeSummary = ({ summary }: ReasoningOptions, isOff: boolean, losses: LossList): WireThinkingConfig => {
  if (summary === 'none') return { includeThoughts: false };
  if (isOff) return {};
  if (summary === 'concise' || summary === 'detailed') {
    losses.add('reasoning.summary', 'Google knows only whether to show thoughts');
  }
  return { includeThoughts: true };
};

/** How much `model` is to think, as a level or as a budget: each generation knows one of them. */
export const encodeThinking = (
  reasoning: ReasoningOptions | undefined,
  model: string,
  losses: LossList,
): WireThinkingConfig | undefined => {
  if (reasoning === undefined) return undefined;
  const { thinking } = traitsOf(model);
  if (thinking.kind === 'none') {
    if (reasoning.effort !== 'none') losses.add('reasoning', 'the model does not think');
    return undefined;
  }
  const amount =
    thinking.kind === 'level' ? encodeLevel(reasoning, thinking, losses) : encodeBudget(reasoning, thinking, losses);
  const isOff = amount.thinkingBudget === 0;
  return { ...amount, ...encodeSummary(reasoning, isOff, losses) };
};
