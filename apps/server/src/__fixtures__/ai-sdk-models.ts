import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { dialectIds } from '@claudette/core';
import type { DialectId } from '@claudette/core';
import type { LanguageModel } from 'ai';

/** A provider of the ai SDK, as an application sets it up. */
export interface AiClient {
  readonly name: string;
  /** The model of a running Claudette. */
  model(url: string, model: string): LanguageModel;
  /** The backends behind which it hands over what a model thought. */
  readonly showsReasoningOf: readonly DialectId[];
  /** Whether it hands over what a model cites. */
  readonly showsSources: boolean;
}

const apiKey = 'any';

/** Every provider that speaks a dialect of ours. */
export const aiClients: readonly AiClient[] = [
  {
    name: '@ai-sdk/openai over Chat',
    model: (url, model) => createOpenAI({ baseURL: `${url}/v1`, apiKey }).chat(model),
    showsReasoningOf: [],
    showsSources: true,
  },
  {
    name: '@ai-sdk/openai over Responses',
    model: (url, model) => createOpenAI({ baseURL: `${url}/v1`, apiKey }).responses(model),
    showsReasoningOf: dialectIds,
    showsSources: true,
  },
  {
    name: '@ai-sdk/openai-compatible',
    model: (url, model) =>
      createOpenAICompatible({
        name: 'claudette',
        baseURL: `${url}/v1`,
        apiKey,
        includeUsage: true,
        supportsStructuredOutputs: true,
      })(model),
    // Responses shows nothing unasked, and clients of Chat have no word to ask with.
    showsReasoningOf: dialectIds.filter((dialect) => dialect !== 'openai-responses'),
    showsSources: false,
  },
  {
    name: '@ai-sdk/anthropic',
    model: (url, model) => createAnthropic({ baseURL: `${url}/v1`, apiKey })(model),
    showsReasoningOf: dialectIds,
    showsSources: true,
  },
  {
    name: '@ai-sdk/google',
    // It takes a name with a slash for a whole path.
    model: (url, model) => createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey })(`models/${model}`),
    showsReasoningOf: dialectIds,
    showsSources: true,
  },
];

/** Without it, the SDK refers to earlier answers by their ids, which only a backend of Responses could know. */
export const statelessOptions = { openai: { store: false } };

/** Asks for thoughts, and for what the provider needs back of them. */
export const reasoningOptions = {
  openai: {
    forceReasoning: true,
    reasoningEffort: 'low',
    reasoningSummary: 'auto',
    store: false,
    include: ['reasoning.encrypted_content'],
  },
  claudette: { reasoningEffort: 'low' },
  anthropic: { thinking: { type: 'adaptive', display: 'summarized' }, effort: 'low' },
  google: { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } },
};
