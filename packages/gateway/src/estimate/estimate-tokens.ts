import { setImmediate } from 'node:timers/promises';

import type { CallSignal, ChatRequest } from '@claudette/core';

import { readPrompt } from './prompt-texts.js';

/** The tokenizer's name, as those who publish it call it. */
export const tokenizerName = 'o200k_base';

/**
 * The tokenizer's time grows with the square of what has no spaces in it, so that it never sees more than this at once:
 * some 30 ms at the very worst, after which others have their turn.
 */
const SLICE_CHARACTERS = 2_048;

/** Longer prompts are measured by as many slices spread over them. */
const MAX_SLICES = 64;

/** Words that it remembers, each of up to a slice. */
const REMEMBERED_WORDS = 2_000;

type CountTokens = (text: string) => number;

const load = async (): Promise<CountTokens> => {
  const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/o200k_base');
  setMergeCacheSize(REMEMBERED_WORDS);
  // In a prompt the names of control tokens are text like any other.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => countTokens(text, options);
};

let loading: Promise<CountTokens> | undefined;

const slicesOf = (text: string): string[] =>
  Array.from({ length: Math.ceil(text.length / SLICE_CHARACTERS) }, (_, index) =>
    text.slice(index * SLICE_CHARACTERS, (index + 1) * SLICE_CHARACTERS),
  );

/**
 * How many tokens a prompt is likely to be, by OpenAI's newest public tokenizer. The tokenizer is loaded when the first
 * prompt is estimated, and gives way to other work between pieces of a long one.
 *
 * @throws the signal's reason
 */
export async function estimateTokens(request: ChatRequest, signal: CallSignal): Promise<number> {
  loading ??= load();
  const countTokens = await loading;
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
