import type { FinishReason } from '@claudette/core';

import type { Seal } from './provider-memory.js';

/** A call of a tool, its arguments as JSON text. */
export interface FakeToolCall {
  readonly name: string;
  readonly arguments: string;
  /** A `custom` tool of OpenAI: `arguments` is text. The other dialects write it as they write every call. */
  readonly takesText?: boolean;
  /** The namespace the tool was offered in (Responses). */
  readonly namespace?: string;
}

/** A place on the web that the text relies on. */
export interface FakeCitation {
  readonly url: string;
  readonly title: string;
  /** The words of the source. Only Anthropic quotes them. */
  readonly citedText?: string;
  /** Where in the text, in UTF-16 code units; Gemini's bytes are counted from it. @default all of it */
  readonly startIndex?: number;
  readonly endIndex?: number;
}

/** Tokens in disjoint classes, as the gateway counts them. */
export interface FakeUsage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  /** Anthropic and Responses report them apart; the others only count them as prompt tokens. */
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
  /** The client may read the reasoning; otherwise it is only counted and signed. */
  readonly showsReasoning: boolean;
  /** The client gets the reasoning encrypted (Responses). */
  readonly encryptsReasoning: boolean;
  /** Some of the thinking comes redacted (Anthropic). */
  readonly redacts: boolean;
  readonly text: readonly string[];
  readonly citations: readonly FakeCitation[];
  /** How many alternatives to report for each token of the text; undefined: no log probabilities. */
  readonly topLogprobs?: number | undefined;
  readonly refusal: readonly string[];
  readonly toolCalls: readonly FakeToolCall[];
  /** null: the provider forgets to say why it stopped. */
  readonly finish: FinishReason | null;
  /** The vendor's own word, instead of the one for `finish`. */
  readonly finishWord?: string | undefined;
  readonly stopSequence?: string | undefined;
  /** Gemini blocks the prompt for this reason, and there is no answer. */
  readonly blockReason?: string | undefined;
  /** null: the provider counts nothing. */
  readonly usage: FakeUsage | null;
  /** OpenAI's `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /** OpenAI's `n`, Gemini's `candidateCount`: the same answer so many times. */
  readonly choices: number;
  /** The request's body, which a Response repeats. */
  readonly request: unknown;
  readonly seal: Seal;
}
