import { totalInputTokens, totalOutputTokens } from '@claudette/core';
import type { ExchangeRecord, Usage } from '@claudette/core';

import { createMovingAverage } from './moving-average.js';
import type { MovingAverage } from './moving-average.js';

/** What requests of one kind have used. */
export interface Habits {
  readonly tokensPerByte: MovingAverage;
  readonly outputTokens: MovingAverage;
  /** The share of the prompt that was read from the provider's prompt cache. */
  readonly cachedShare: MovingAverage;
  /** The share of the prompt that was written to it. */
  readonly cacheWriteShare: MovingAverage;
  /** The share of the completion that was reasoning. */
  readonly reasoningShare: MovingAverage;
}

/** What a request is taken to use before anything was seen: four bytes a token, as English prose has. */
const TOKENS_PER_BYTE = 1 / 4;

/** A long paragraph or a short file: between what chats and what agents usually get. */
const OUTPUT_TOKENS = 512;

/** What lies beyond is no text: ids instead of words, or a prompt that the provider had already. */
const MIN_TOKENS_PER_BYTE = 1 / 64;
const MAX_TOKENS_PER_BYTE = 1;

/** Habits of which nothing was seen. They begin as those of other targets, where there are any: unknown is not bad. */
export const createHabits = (smoothing: number, others?: Habits): Habits => {
  const begin = (average: MovingAverage | undefined, otherwise: number): MovingAverage =>
    createMovingAverage(smoothing, average?.value ?? otherwise, average === undefined || average.count === 0 ? 0 : 1);
  return {
    tokensPerByte: begin(others?.tokensPerByte, TOKENS_PER_BYTE),
    outputTokens: begin(others?.outputTokens, OUTPUT_TOKENS),
    cachedShare: begin(others?.cachedShare, 0),
    cacheWriteShare: begin(others?.cacheWriteShare, 0),
    reasoningShare: begin(others?.reasoningShare, 0),
  };
};

/**
 * Learns from what one exchange used.
 * @param textBytes undefined when its tokens did not come from its text alone
 */
export function learnHabits(
  habits: Habits,
  { operation, finishReason }: Pick<ExchangeRecord, 'operation' | 'finishReason'>,
  usage: Usage,
  textBytes: number | undefined,
): void {
  const input = totalInputTokens(usage);
  const output = totalOutputTokens(usage);
  if (input > 0) {
    if (textBytes !== undefined) {
      habits.tokensPerByte.learn(Math.min(MAX_TOKENS_PER_BYTE, Math.max(MIN_TOKENS_PER_BYTE, input / textBytes)));
    }
    habits.cachedShare.learn(usage.cachedInputTokens / input);
    habits.cacheWriteShare.learn((usage.cacheWriteTokens + usage.cacheWrite1hTokens) / input);
  }
  if (operation !== 'generate') return;
  // An answer that was cut off says only that it would have been longer.
  if (finishReason === 'length' && output < habits.outputTokens.value) return;
  habits.outputTokens.learn(output);
  if (output > 0) habits.reasoningShare.learn(usage.reasoningTokens / output);
}
