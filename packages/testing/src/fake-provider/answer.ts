import type { FinishReason } from '@claudette/core';

/** A call of a tool, its arguments as JSON text. */
export interface FakeToolCall {
  readonly name: string;
  readonly arguments: string;
}

/** Tokens in disjoint classes, as the gateway counts them. */
export interface FakeUsage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  /** Only Anthropic reports them apart; OpenAI's shape counts them as prompt tokens. */
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** What the model says, in no vendor's words. The wire writers turn it into literal bytes. */
export interface Answer {
  /** Counts the calls of one provider; ids are made of it, so that they are the same in every run. */
  readonly number: number;
  readonly model: string;
  /** Each string is one streamed delta. */
  readonly reasoning: readonly string[];
  readonly text: readonly string[];
  readonly refusal: readonly string[];
  readonly toolCalls: readonly FakeToolCall[];
  /** null: the provider forgets to say why it stopped. */
  readonly finish: FinishReason | null;
  readonly stopSequence?: string;
  /** null: the provider counts nothing. */
  readonly usage: FakeUsage | null;
  /** OpenAI's `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /** OpenAI's `n`: the same answer so many times. */
  readonly choices: number;
}
