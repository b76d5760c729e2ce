import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { embedMany, generateObject, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import type { EmbeddingModel, LanguageModel } from 'ai';

import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { embedText } from './embed-text.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider()));
afterEach(() => provider.reset());
afterAll(() => provider.close());

const baseURL = (version: string): string => `${provider.url}/${version}`;
const openai = () => createOpenAI({ baseURL: baseURL('v1'), apiKey: 'k' });
const google = () => createGoogleGenerativeAI({ baseURL: baseURL('v1beta'), apiKey: 'k' });
const compatible = () =>
  createOpenAICompatible({ name: 'fake', baseURL: baseURL('v1'), apiKey: 'k', supportsStructuredOutputs: true });

const models: Readonly<Record<string, () => LanguageModel>> = {
  'openai over Responses': () => openai().responses('gpt-5'),
  'openai over Chat': () => openai().chat('gpt-4o'),
  'openai-compatible': () => compatible()('fake-large'),
  anthropic: () => createAnthropic({ baseURL: baseURL('v1'), apiKey: 'k' })('claude-sonnet-4-5'),
  google: () => google()('gemini-3-pro-preview'),
};
const providerOptions = {
  openai: { reasoningEffort: 'low', reasoningSummary: 'auto', store: false, include: ['reasoning.encrypted_content'] },
  anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } },
  google: { thinkingConfig: { includeThoughts: true } },
};

describe.each(Object.keys(models))('the ai SDK with %s', (name) => {
  const ask = (prompt: string) => ({ model: models[name]?.() ?? '', prompt, maxRetries: 0, maxOutputTokens: 4000 });
  const weather = tool({
    inputSchema: jsonSchema<{ city: string }>({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    }),
    execute: ({ city }) => `sun in ${city}`,
  });

  it('reads an answer', async () => {
    const { text, finishReason, usage } = await generateText(ask('hello'));
    expect([text, finishReason, usage.inputTokens]).toEqual(['Echo: hello', 'stop', 11]);
  });

  it('reads a stream', async () => {
    const { text, finishReason } = streamText(ask('hello there'));
    expect([await text, await finishReason]).toEqual(['Echo: hello there', 'stop']);
  });

  it('goes through a loop of parallel tool calls and carries what the provider wants back', async () => {
    const { steps, text } = await generateText({
      ...ask('in parallel'),
      tools: { weather },
      stopWhen: stepCountIs(3),
      providerOptions,
    });
    expect(steps[0]?.toolCalls).toHaveLength(2);
    expect(text).toBe('The tool said: sun in text and sun in text');
  });

  it('goes through the same loop in a stream', async () => {
    const errors: unknown[] = [];
    const { text } = streamText({
      ...ask('in parallel'),
      tools: { weather },
      stopWhen: stepCountIs(3),
      providerOptions,
      onError: ({ error }) => void errors.push(error),
    });
    expect([await text, errors]).toEqual(['The tool said: sun in text and sun in text', []]);
  });

  it('reads JSON of a schema', async () => {
    const schema = jsonSchema<{ ok: boolean }>({
      type: 'object',
      properties: { ok: { type: 'boolean' } },
      required: ['ok'],
      additionalProperties: false,
    });
    expect((await generateObject({ ...ask('x'), schema })).object).toEqual({ ok: true });
  });

  it('raises on an error inside a stream', async () => {
    provider.behave({ kind: 'in-band-error' });
    const errors: unknown[] = [];
    const { fullStream } = streamText({ ...ask('x'), onError: ({ error }) => void errors.push(error) });
    for await (const part of fullStream) if (part.type === 'error') errors.push(part.error);
    expect(errors).not.toEqual([]);
  });
});

describe.each([
  ['openai', () => openai().textEmbeddingModel('e')],
  ['google', () => google().textEmbeddingModel('e')],
  ['openai-compatible', () => compatible().textEmbeddingModel('e')],
] as const satisfies readonly (readonly [string, () => EmbeddingModel])[])(
  'vectors of the ai SDK with %s',
  (_, model) => {
    it('are those of the texts', async () => {
      const { embeddings } = await embedMany({ model: model(), values: ['one', 'two'], maxRetries: 0 });
      expect(embeddings).toEqual([embedText('one'), embedText('two')]);
    });
  },
);
