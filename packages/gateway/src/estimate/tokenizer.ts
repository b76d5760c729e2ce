import type { LazyPart } from '@claudette/core';

/** How many tokens a text is. */
export type CountTokens = (text: string) => number;

/** What tells how long texts are, loaded. */
export interface Tokenizer {
  readonly countTokens: CountTokens;
  /** Forgets the words that it remembers. */
  readonly forget: () => void;
}

/** The tokenizer's name, as those who publish it call it. */
export const tokenizerName = 'o200k_base';

/** Words that it remembers, each of up to a slice of a prompt. */
const REMEMBERED_WORDS = 2_000;

/**
 * OpenAI's newest public tokenizer. Its table (some 20 MB) stays once it was imported; what goes when it is idle are the
 * words that it remembers, which are pieces of people's prompts.
 */
export const tokenizer: LazyPart<Tokenizer, never> = {
  async load() {
    const { countTokens, setMergeCacheSize, clearMergeCache } = await import('gpt-tokenizer/encoding/o200k_base');
    setMergeCacheSize(REMEMBERED_WORDS);
    // In a prompt the names of control tokens are text like any other.
    const options = { disallowedSpecial: new Set<string>() };
    return { countTokens: (text) => countTokens(text, options), forget: clearMergeCache };
  },
  dispose: ({ forget }) => forget(),
};
