import { Anthropic } from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';

import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const schema = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

let stack: Stack;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  stack = await startStack({ routing: { fallback: false, maxAttempts: 1 } }, { timeouts: patient });
  openai = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: 'any', maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: stack.url, apiKey: 'any', maxRetries: 0 });
});

afterAll(() => stack.close());

describe.each(['chat/gpt-fake', 'claude/claude-fake'])('the openai SDK over %s', (model) => {
  it('reads a whole answer', async () => {
    const answer = await openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'hello' }] });
    expect(answer.choices[0]?.message.content).toBe('Echo: hello');
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  });

  it('reads a stream, with usage when asked for', async () => {
    const stream = await openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'hello there' }],
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage += chunk.usage?.total_tokens ?? 0;
    }
    expect(text).toBe('Echo: hello there');
    expect(usage).toBeGreaterThan(0);
  });

  it('is not sent a usage chunk that it did not ask for', async () => {
    const stream = await openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
    });
    const choices: number[] = [];
    for await (const chunk of stream) choices.push(chunk.choices.length);
    expect(choices).not.toContain(0);
  });

  it.each([false, true])('runs a tool and hears of its result (stream: %s)', async (stream) => {
    const tools = [{ type: 'function' as const, function: { name: 'weather', parameters: schema } }];
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'how is the weather' }];
    const first = stream
      ? await openai.chat.completions.stream({ model, messages, tools }).finalChatCompletion()
      : await openai.chat.completions.create({ model, messages, tools });
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    expect(first.choices[0]?.finish_reason).toBe('tool_calls');
    expect(call?.type === 'function' && call.function.name).toBe('weather');
    expect(call?.type === 'function' && typeof (JSON.parse(call.function.arguments) as { city: unknown }).city).toBe(
      'string',
    );
    if (message === undefined || call === undefined) throw new Error('there was no tool call');
    messages.push(message, { role: 'tool', tool_call_id: call.id, content: 'sunny' });
    const second = await openai.chat.completions.create({ model, messages, tools });
    expect(second.choices[0]?.message.content).toContain('sunny');
  });

  it('shows an image', async () => {
    const url = `data:image/png;base64,${pixel}`;
    const answer = await openai.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url } },
            { type: 'text', text: 'see?' },
          ],
        },
      ],
    });
    expect(answer.choices[0]?.message.content).toContain('I see');
  });

  it('gets structured output', async () => {
    const answer = await openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'where' }],
      response_format: { type: 'json_schema', json_schema: { name: 'place', strict: true, schema } },
    });
    expect(Object.keys(JSON.parse(answer.choices[0]?.message.content ?? '{}') as object)).toEqual(['city']);
  });

  it('raises the error that the backend gave', async () => {
    const asked = openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'x [[fake:{"kind":"status","status":429}]]' }],
    });
    await expect(asked).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });

  it('raises when the stream breaks', async () => {
    const stream = await openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'one two three [[fake:reset]]' }],
      stream: true,
    });
    const read = async (): Promise<void> => {
      for await (const chunk of stream) void chunk;
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  });
});

describe.each(['chat/gpt-fake', 'claude/claude-fake'])('the anthropic SDK over %s', (model) => {
  const ask = { model, max_tokens: 100 };

  it('reads a whole answer', async () => {
    const answer = await anthropic.messages.create({ ...ask, messages: [{ role: 'user', content: 'hello' }] });
    expect(answer.content).toMatchObject([{ type: 'text', text: 'Echo: hello' }]);
    expect(answer.stop_reason).toBe('end_turn');
    expect(answer.usage.output_tokens).toBeGreaterThan(0);
  });

  it('reads a stream', async () => {
    const stream = anthropic.messages.stream({ ...ask, messages: [{ role: 'user', content: 'hello there' }] });
    expect(await stream.finalText()).toBe('Echo: hello there');
    const message = await stream.finalMessage();
    expect(message.stop_reason).toBe('end_turn');
    expect(message.usage.output_tokens).toBeGreaterThan(0);
  });

  it.each([false, true])('runs a tool and hears of its result (stream: %s)', async (stream) => {
    const tools = [{ name: 'weather', input_schema: schema }];
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'how is the weather' }];
    const first = stream
      ? await anthropic.messages.stream({ ...ask, messages, tools }).finalMessage()
      : await anthropic.messages.create({ ...ask, messages, tools });
    const call = first.content.find((block) => block.type === 'tool_use');
    expect(first.stop_reason).toBe('tool_use');
    expect(call).toMatchObject({ name: 'weather', input: { city: expect.any(String) } });
    messages.push(
      { role: 'assistant', content: first.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call?.id ?? '', content: 'sunny' }] },
    );
    const second = await anthropic.messages.create({ ...ask, messages, tools });
    expect(second.content).toMatchObject([{ type: 'text', text: expect.stringContaining('sunny') }]);
  });

  it('shows an image', async () => {
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: pixel };
    const answer = await anthropic.messages.create({
      ...ask,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source },
            { type: 'text', text: 'see?' },
          ],
        },
      ],
    });
    expect(answer.content).toMatchObject([{ text: expect.stringContaining('I see') }]);
  });

  it('gets structured output', async () => {
    const answer = await anthropic.messages.create({
      ...ask,
      messages: [{ role: 'user', content: 'where' }],
      output_config: { format: { type: 'json_schema', schema } },
    });
    const [block] = answer.content;
    expect(Object.keys(JSON.parse(block?.type === 'text' ? block.text : '{}') as object)).toEqual(['city']);
  });

  it('raises the error that the backend gave', async () => {
    const content = 'x [[fake:{"kind":"status","status":429}]]';
    await expect(anthropic.messages.create({ ...ask, messages: [{ role: 'user', content }] })).rejects.toBeInstanceOf(
      Anthropic.RateLimitError,
    );
  });

  it('raises when the stream breaks', async () => {
    const content = 'one two three [[fake:reset]]';
    const stream = anthropic.messages.stream({ ...ask, messages: [{ role: 'user', content }] });
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.AnthropicError);
  });
});

describe('model lists', () => {
  it('are read by the openai SDK', async () => {
    const ids: string[] = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    const bare = ['gpt-fake', 'claude-fake', 'gemini-fake'];
    expect([...ids].sort()).toEqual(['auto', ...bare, ...Object.values(models)].sort());
    expect((await openai.models.retrieve('chat/gpt-fake')).owned_by).toBe('chat');
  });

  it('are read by the anthropic SDK', async () => {
    const ids: string[] = [];
    for await (const model of anthropic.models.list()) ids.push(model.id);
    expect(ids).toContain('claude-fake');
    expect((await anthropic.models.retrieve('claude-fake')).type).toBe('model');
  });

  it('answer 404 in the dialect for a model that is not there', async () => {
    await expect(openai.models.retrieve('gpt-9')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(anthropic.models.retrieve('gpt-9')).rejects.toBeInstanceOf(Anthropic.NotFoundError);
  });
});
