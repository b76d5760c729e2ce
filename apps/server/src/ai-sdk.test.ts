import { dialectIds } from '@claudette/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { APICallError, generateObject, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import type { ModelMessage } from 'ai';

import { aiClients, reasoningOptions, statelessOptions } from './__fixtures__/ai-sdk-models.js';
import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const thought = 'The user says something, so I shall echo it.';

const schema = jsonSchema<{ city: string }>({
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
});
const weather = tool({ inputSchema: schema, execute: ({ city }) => `sun in ${city}` });
/** Two calls at once, and an answer to their results. */
const loop = { tools: { weather }, stopWhen: stepCountIs(3) };
const bothSuns = 'The tool said: sun in text and sun in text';

let stack: Stack;
beforeAll(async () => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  stack = await startStack({ routing: { fallback: false, maxAttempts: 1 } }, { timeouts: patient });
});
beforeEach(() => {
  stack.reset();
});
afterAll(() => stack.close());

const cells = aiClients.flatMap((client) => dialectIds.map((dialect) => [client.name, dialect, client] as const));

describe.each(cells)('%s before a backend that speaks %s', (_name, dialect, client) => {
  const ask = (prompt: string) => ({
    model: client.model(stack.url, models[dialect]),
    prompt,
    maxRetries: 0,
    maxOutputTokens: 4000,
  });
  const errors: unknown[] = [];
  const onError = ({ error }: { error: unknown }): void => void errors.push(error);
  beforeEach(() => void errors.splice(0));

  it('reads an answer and its usage', async () => {
    const { text, finishReason, usage } = await generateText(ask('hello there'));
    expect([text, finishReason]).toEqual(['Echo: hello there', 'stop']);
    expect(usage).toMatchObject({ inputTokens: 12, outputTokens: 3, totalTokens: 15 });
  });

  it('reads a stream and its usage', async () => {
    const { text, finishReason, usage } = streamText({ ...ask('hello there'), onError });
    expect([await text, await finishReason, errors]).toEqual(['Echo: hello there', 'stop', []]);
    expect(await usage).toMatchObject({ inputTokens: 12, outputTokens: 3, totalTokens: 15 });
  });

  it('reads how many tokens came from the cache', async () => {
    const { usage } = await generateText(ask('as cached'));
    expect(usage.inputTokenDetails).toMatchObject({ cacheReadTokens: 64 });
    expect(usage.inputTokens).toBe(108);
  });

  it('goes on with a conversation', async () => {
    const { model, maxRetries } = ask('');
    const messages: ModelMessage[] = [{ role: 'user', content: 'one' }];
    const options = { model, maxRetries, providerOptions: statelessOptions };
    const { response } = await generateText({ ...options, messages });
    messages.push(...response.messages, { role: 'user', content: 'two' });
    expect((await generateText({ ...options, messages })).text).toBe('Echo: two');
    expect(stack.providers[dialect].calls[1]?.body.toString()).toContain('Echo: one');
  });

  it('is told that the answer was cut short', async () => {
    stack.providers[dialect].behave({ kind: 'answer', deltas: ['one ', 'two'], finish: 'length' });
    const { text, finishReason } = await generateText(ask('count'));
    expect([text, finishReason]).toEqual(['one two', 'length']);
  });

  it('goes through a loop of parallel tool calls', async () => {
    const { steps, text } = await generateText({ ...ask('in parallel'), ...loop });
    expect(steps[0]?.finishReason).toBe('tool-calls');
    expect(steps[0]?.toolCalls).toMatchObject([
      { toolName: 'weather', input: { city: 'text' } },
      { toolName: 'weather', input: { city: 'text' } },
    ]);
    expect(text).toBe(bothSuns);
  });

  it('goes through the same loop in streams', async () => {
    const { text, steps } = streamText({ ...ask('in parallel'), ...loop, onError });
    expect([await text, errors]).toEqual([bothSuns, []]);
    expect((await steps)[0]?.finishReason).toBe('tool-calls');
  });

  it.each([false, true])('goes through it with thoughts, which it gives back (stream: %s)', async (streamed) => {
    const options = { ...ask('in parallel'), ...loop, providerOptions: reasoningOptions };
    const result = streamed ? streamText({ ...options, onError }) : await generateText(options);
    expect([await result.text, errors]).toEqual([bothSuns, []]);
    const [first] = await result.steps;
    expect(first?.reasoningText).toBe(client.showsReasoningOf.includes(dialect) ? thought : undefined);
    expect(first?.usage.outputTokenDetails.reasoningTokens).toBe(9);
  });

  it('shows an image', async () => {
    const image = { type: 'image' as const, image: Buffer.from(pixel, 'base64'), mediaType: 'image/png' };
    const { model, maxRetries } = ask('');
    const { text } = await generateText({
      model,
      maxRetries,
      messages: [{ role: 'user', content: [image, { type: 'text', text: 'see?' }] }],
    });
    expect(text).toMatch(/^I see an image.*Echo: see\?$/);
  });

  it.each([false, true])('gets an object of a schema (stream: %s)', async (streamed) => {
    if (streamed) {
      const { output } = streamText({ ...ask('where'), output: Output.object({ schema }), onError });
      expect([await output, errors]).toEqual([{ city: 'text' }, []]);
    } else {
      expect((await generateObject({ ...ask('where'), schema })).object).toEqual({ city: 'text' });
    }
  });

  it('gets the sources of an answer', async () => {
    const { sources } = await generateText(ask('cite it'));
    expect(sources).toMatchObject(client.showsSources ? [{ url: 'https://example.com/source' }] : []);
  });

  it('raises the error that the backend gave', async () => {
    stack.providers[dialect].behave({ kind: 'status', status: 429, message: 'Too many for now.' });
    const failed: unknown = await generateText(ask('x')).catch((error: unknown) => error);
    expect(APICallError.isInstance(failed)).toBe(true);
    expect(failed).toMatchObject({ statusCode: 429, message: expect.stringContaining('Too many for now.') });
  });

  it('raises an error before a stream', async () => {
    stack.providers[dialect].behave({ kind: 'status', status: 429, message: 'Too many for now.' });
    const { text } = streamText({ ...ask('x'), onError });
    await expect(text).rejects.toBeDefined();
    expect(errors).toMatchObject([{ statusCode: 429 }]);
  });

  it.each(['in-band-error', 'reset', 'early-end'] as const)('raises an error inside a stream (%s)', async (kind) => {
    stack.providers[dialect].behave({ kind });
    const { fullStream } = streamText({ ...ask('one two three'), onError });
    const parts = [];
    for await (const part of fullStream) parts.push(part);
    expect(parts.map(({ type }) => type)).toContain('error');
  });
});

describe.each(dialectIds)(
  '@ai-sdk/openai over Responses, as it is set up by default, before a backend that speaks %s',
  (dialect) => {
    it('refers to its earlier answer by id: that is there only where the backend holds it, and otherwise said so', async () => {
      const client = aiClients.find(({ name }) => name === '@ai-sdk/openai over Responses');
      const model = client?.model(stack.url, models[dialect]) ?? '';
      const messages: ModelMessage[] = [{ role: 'user', content: 'one' }];
      const { response } = await generateText({ model, messages, maxRetries: 0 });
      messages.push(...response.messages, { role: 'user', content: 'two' });
      const second = generateText({ model, messages, maxRetries: 0 });
      if (dialect === 'openai-responses') expect((await second).text).toBe('Echo: two');
      else
        await expect(second).rejects.toThrow(
          'input[1] refers to earlier turns that only openai-responses backends hold',
        );
    });
  },
);
