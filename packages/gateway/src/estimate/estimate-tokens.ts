import { setImmediate } from 'node:timers/promises';

import type { CallSignal, ChatRequest } from '@claudette/core';

import { readPrompt } from './prompt-texts.js';
import type { CountTokens } from './tokenizer.js';

/**
 * The tokenizer's time grows with the square of what has no spaces in it, so that it never sees more than this at once:
 * some 30 ms at the very worst, after which others have their turn.
 */
const SLICE_CHARACTERS = 2_048;

/** Longer prompts are measured by as many slices spread over them. */
const MAX_SLICES = 64;

const slicesOf = (text: string): string[] =>
  Array.from({ length: Math.ceil(text.length / SLICE_CHARACTERS) }, (_, index) =>
    text.slice(index * SLICE_CHARACTERS, (index + 1) * SLICE_CHARACTERS),
  );

/**
 * How many tokens a prompt is likely to be. Gives way to other work between pieces of a long one.
 * @throws the signal's reason
 */
export async function estimateTokens(
  request: ChatRequest,
  signal: CallSignal,
  countTokens: CountTokens,
): Promise<number> {
  const { texts, otherTokens } = readPrompt(request);
  const slices = texts.flatMap(slicesOf);
  const step = Math.max(1, slices.length / MAX_SLICES);
  let tokens = 0;
  let seen = 0;
  for (let at = 0; at < slices.length; at += step) {
    await setImmediate();
    signal.throwIfAborted();
    const slice = slices[Math.floor(at)] ?? '';
    tokens += countTokens(slice);
    seen += slice.length;
  }
  const characters = slices.reduce((sum, { length }) => sum + length, 0);
  return otherTokens + (seen === characters ? tokens : Math.round((tokens / seen) * characters));
}
