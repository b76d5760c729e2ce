import type { ReasoningOptions } from '@claudette/core';

import type { LossList } from '../loss-list.js';

import type { WireEffort, WireThinkingConfig, WireThinkingDisplay } from './wire.js';

type Lose = LossList['add'];

/** The provider thinks with at least this many tokens, or not at all. */
const MIN_BUDGET_TOKENS = 1024;

/** The budget as the provider accepts it; undefined when `maxTokens` leaves no room to think. */
const clampBudget = (budgetTokens: number, maxTokens: number, lose: Lose): number | undefined => {
  const path = 'reasoning.budgetTokens';
  if (maxTokens <= MIN_BUDGET_TOKENS) {
    lose(path, `max_tokens ${maxTokens} leaves no room for the ${MIN_BUDGET_TOKENS} tokens that thinking needs`);
    return undefined;
  }
  const budget = Math.max(MIN_BUDGET_TOKENS, Math.min(budgetTokens, maxTokens - 1));
  if (budget !== budgetTokens) lose(path, `sent as ${budget}, the nearest that Anthropic allows here`);
  return budget;
};

const encodeDisplay = (
  summary: ReasoningOptions['summary'],
  lose: Lose,
): { readonly display?: WireThinkingDisplay } => {
  if (summary === undefined) return {};
  if (summary === 'none') return { display: 'omitted' };
  if (summary !== 'auto') lose('reasoning.summary', 'sent as summarized, the only kind that Anthropic has');
  return { display: 'summarized' };
};

const encodeKind = (
  { effort, budgetTokens, adaptive }: ReasoningOptions,
  maxTokens: number,
  lose: Lose,
): WireThinkingConfig | undefined => {
  if (effort === 'none' || budgetTokens === 0) return { type: 'disabled' };
  if (budgetTokens !== undefined) {
    const budget = clampBudget(budgetTokens, maxTokens, lose);
    return budget === undefined ? undefined : { type: 'enabled', budget_tokens: budget };
  }
  return adaptive === true || effort !== undefined ? { type: 'adaptive' } : undefined;
};

/**
 * Whether and how the model thinks.
 *
 * @param turn what stands in the way of thinking: a tool that has to be called, or a turn that began without thoughts
 */
export const encodeThinking = (
  reasoning: ReasoningOptions = {},
  maxTokens: number,
  turn: { readonly isForced: boolean; readonly beganUnthought: boolean },
  lose: Lose,
): WireThinkingConfig | undefined => {
  const thinking = encodeKind(reasoning, maxTokens, lose);
  if (thinking === undefined || thinking.type === 'disabled') {
    const isWanted = reasoning.summary !== undefined && reasoning.summary !== 'none';
    if (isWanted) lose('reasoning.summary', 'nothing is thought that could be shown');
    return thinking;
  }
  if (turn.isForced) {
    lose('reasoning', 'Anthropic does not think when a tool has to be called');
    return undefined;
  }
  if (turn.beganUnthought && thinking.type === 'enabled') {
    lose('reasoning.budgetTokens', 'Anthropic refuses to begin to think between a tool call and its result');
    return undefined;
  }
  return { ...thinking, ...encodeDisplay(reasoning.summary, lose) };
};

/** How much effort goes into the answer, thinking included; undefined where thinking is off or nothing was said. */
export const encodeEffort = (effort: ReasoningOptions['effort'], lose: Lose): WireEffort | undefined => {
  if (effort === 'none') return undefined;
  if (effort !== 'minimal') return effort;
  lose('reasoning.effort', 'sent as low, the least that Anthropic knows');
  return 'low';
};
