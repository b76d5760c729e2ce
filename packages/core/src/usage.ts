/**
 * Tokens of one exchange in disjoint classes: no token is counted twice, and their sum is what the provider counted.
 * (OpenAI reports cached tokens inside the prompt and reasoning inside the completion; codecs take them apart.)
 */
export interface Usage {
  /** Prompt tokens that were neither read from nor written to the provider's prompt cache. */
  readonly inputTokens: number;
  /** Prompt tokens read from the provider's prompt cache. */
  readonly cachedInputTokens: number;
  /** Prompt tokens written to the provider's prompt cache with its usual lifetime. */
  readonly cacheWriteTokens: number;
  /** Prompt tokens written to the provider's prompt cache with a lifetime of one hour, which Anthropic prices apart. */
  readonly cacheWrite1hTokens: number;
  /** Completion tokens without reasoning. */
  readonly outputTokens: number;
  /** Reasoning tokens, where the provider tells them apart. */
  readonly reasoningTokens: number;
  /** `measured` by the provider, or `estimated` by us because it did not say. */
  readonly source: 'measured' | 'estimated';
}

/** Nothing used, as measured: what a cache hit costs. */
export const noUsage: Usage = Object.freeze({
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  source: 'measured',
});

/** All prompt tokens, whatever the provider's cache did with them. */
export const totalInputTokens = (usage: Usage): number =>
  usage.inputTokens + usage.cachedInputTokens + usage.cacheWriteTokens + usage.cacheWrite1hTokens;

/** All completion tokens, reasoning included. */
export const totalOutputTokens = (usage: Usage): number => usage.outputTokens + usage.reasoningTokens;

/** English text averages about four bytes a token; good enough for an estimate that says it is one. */
const BYTES_PER_TOKEN = 4;

/** A usage from byte counts, marked as estimated: for replies whose provider counted nothing. */
export const estimateUsage = (inputBytes: number, outputBytes: number): Usage => ({
  ...noUsage,
  inputTokens: Math.ceil(inputBytes / BYTES_PER_TOKEN),
  outputTokens: Math.ceil(outputBytes / BYTES_PER_TOKEN),
  source: 'estimated',
});
