import { Anthropic } from '@anthropic-ai/sdk';
import { FunctionCallingConfigMode, GoogleGenAI } from '@google/genai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';

import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { embedText } from './embed-text.js';

let provider: FakeProvider;
let openai: OpenAI;
let anthropic: Anthropic;
let google: GoogleGenAI;
beforeAll(async () => {
  provider = await createFakeProvider();
  openai = new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: 'k', maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: provider.url, apiKey: 'k', maxRetries: 0 });
  // Without a fetch of ours it looks for undici where jest's sandbox hides it.
  google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: provider.url, fetch } });
});
afterEach(() => provider.reset());
afterAll(() => provider.close());

const parameters = { type: 'object', properties: { city: { type: 'string' } } } as const;
const collect = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
};

describe('the openai client over Chat', () => {
  const messages = [{ role: 'user', content: 'hello' }] as const;

  it('reads answers and streams', async () => {
    const whole = await openai.chat.completions.create({ model: 'm', messages: [...messages] });
    expect(whole.choices[0]?.message.content).toBe('Echo: hello');
    const streamed = await openai.chat.completions.stream({ model: 'm', messages: [...messages] }).finalContent();
    expect(streamed).toBe('Echo: hello');
  });

  it('reads streamed calls of functions and of custom tools', async () => {
    const stream = openai.chat.completions.stream({
      model: 'm',
      messages: [{ role: 'user', content: 'in parallel' }],
      tools: [
        { type: 'function', function: { name: 'f', parameters } },
        { type: 'function', function: { name: 'g', parameters } },
      ],
    });
    const { tool_calls: calls } = await stream.finalMessage();
    expect(calls).toMatchObject([
      { function: { name: 'f', arguments: '{"city":"text"}' } },
      { function: { name: 'g' } },
    ]);
  });

  it('raises on an error inside a stream', async () => {
    provider.behave({ kind: 'in-band-error' });
    const stream = await openai.chat.completions.create({ model: 'm', messages: [...messages], stream: true });
    await expect(collect(stream)).rejects.toThrow(OpenAI.APIError);
  });

  it('reads vectors, which it asks for in base64', async () => {
    const { data } = await openai.embeddings.create({ model: 'e', input: ['one', 'two'] });
    expect(data.map(({ embedding }) => embedding)).toEqual([embedText('one'), embedText('two')]);
    expect(provider.calls[0]?.json).toMatchObject({ encoding_format: 'base64' });
  });

  it('lists models', async () => {
    expect((await collect(await openai.models.list())).map(({ id }) => id)).toEqual(['fake-large', 'fake-small']);
  });
});

describe('the openai client over Responses', () => {
  it('reads an answer', async () => {
    const response = await openai.responses.create({ model: 'm', input: 'hello' });
    expect([response.output_text, response.status]).toEqual(['Echo: hello', 'completed']);
  });

  it('puts a stream together to the same Response', async () => {
    const body = {
      model: 'm',
      input: 'hello in parallel, cite it',
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    } as const;
    const stream = openai.responses.stream({ ...body, include: [...body.include] });
    const deltas: string[] = [];
    stream.on('response.output_text.delta', ({ delta }) => deltas.push(delta));
    const response = await stream.finalResponse();
    expect(deltas.join('')).toBe('Echo: hello in parallel, cite it');
    expect(response.output_text).toBe('Echo: hello in parallel, cite it');
    expect(response.output).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text' }], encrypted_content: expect.any(String) },
      { type: 'message', content: [{ annotations: [{ type: 'url_citation' }] }] },
    ]);
  });

  it('carries encrypted reasoning through a loop of tool calls', async () => {
    const asked = {
      model: 'm',
      tools: [{ type: 'function' as const, name: 'f', parameters, strict: false }],
      reasoning: { effort: 'low' as const },
      include: ['reasoning.encrypted_content' as const],
      store: false,
    };
    const first = await openai.responses.create({ ...asked, input: 'weather?' });
    const call = first.output.find((item) => item.type === 'function_call');
    const second = await openai.responses.create({
      ...asked,
      input: [
        { role: 'user', content: 'weather?' },
        ...first.output,
        { type: 'function_call_output', call_id: call?.call_id ?? '', output: 'sun' },
      ] as OpenAI.Responses.ResponseInput,
    });
    expect(second.output_text).toBe('The tool said: sun');
  });

  it.each([undefined, 'error'] as const)('raises on an error inside a stream (%s)', async (report) => {
    provider.behave({ kind: 'in-band-error', ...(report !== undefined && { report }) });
    const stream = await openai.responses.create({ model: 'm', input: 'x', stream: true });
    await expect(collect(stream)).rejects.toThrow();
  });

  it('reads refusals of a request', async () => {
    const bad = openai.responses.create({ model: 'm', input: 'x', max_output_tokens: 1 });
    await expect(bad).rejects.toMatchObject({ status: 400, code: 'integer_below_min_value' });
  });

  it('counts tokens', async () => {
    const { input_tokens } = await openai.responses.inputTokens.count({ model: 'm', input: 'one two' });
    expect(input_tokens).toBe(12);
  });
});

describe('the Anthropic client', () => {
  const ask = {
    model: 'm',
    max_tokens: 2000,
    messages: [{ role: 'user' as const, content: 'hello, redact and cite' }],
  };

  it('puts a stream together to what a whole reply says', async () => {
    const thinking = { type: 'enabled' as const, budget_tokens: 1024 };
    const whole = await anthropic.messages.create({ ...ask, thinking });
    const streamed = await anthropic.messages.stream({ ...ask, thinking }).finalMessage();
    const types = ['thinking', 'redacted_thinking', 'text'];
    expect([whole, streamed].map(({ content }) => content.map(({ type }) => type))).toEqual([types, types]);
    expect(streamed.content[2]).toMatchObject({ citations: [{ url: 'https://example.com/source' }] });
    expect(streamed.stop_reason).toBe('end_turn');
  });

  it('carries thinking through a loop of tool calls', async () => {
    const asked = {
      ...ask,
      thinking: { type: 'adaptive' as const },
      tools: [{ name: 'f', input_schema: parameters }],
    };
    const first = await anthropic.messages.stream(asked).finalMessage();
    const call = first.content.find((block) => block.type === 'tool_use');
    const second = await anthropic.messages.create({
      ...asked,
      messages: [
        ...asked.messages,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call?.id ?? '', content: 'sun' }] },
      ],
    });
    expect(second.content.at(-1)).toMatchObject({ text: 'The tool said: sun' });
  });

  it('counts tokens', async () => {
    expect(await anthropic.messages.countTokens({ model: 'm', messages: ask.messages })).toEqual({ input_tokens: 14 });
  });

  it('raises on an error inside a stream', async () => {
    provider.behave({ kind: 'in-band-error' });
    await expect(anthropic.messages.stream(ask).finalMessage()).rejects.toThrow('Overloaded');
  });

  it('lists models over several pages', async () => {
    const models = await collect(await anthropic.models.list({ limit: 1 }));
    expect(models.map(({ id }) => id)).toEqual(['fake-large', 'fake-small']);
  });
});

describe('the Google client', () => {
  const model = 'gemini-3-fake';
  const tools = [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: parameters }] }];

  it('reads an answer', async () => {
    const response = await google.models.generateContent({ model, contents: 'hello' });
    expect(response.text).toBe('Echo: hello');
    expect(response.usageMetadata?.totalTokenCount).toBe(13);
  });

  it('reads a stream, its thoughts and its end', async () => {
    const chunks = await collect(
      await google.models.generateContentStream({
        model,
        contents: 'hello',
        config: { thinkingConfig: { includeThoughts: true } },
      }),
    );
    expect(chunks.map((chunk) => chunk.text ?? '').join('')).toBe('Echo: hello');
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
    expect(chunks[0]?.candidates?.[0]?.content?.parts?.[0]).toMatchObject({ thought: true });
  });

  it('carries thought signatures through a loop of function calls', async () => {
    const chat = google.chats.create({ model, config: { tools } });
    const [call] = (await chat.sendMessage({ message: 'weather?' })).functionCalls ?? [];
    const { text } = await chat.sendMessage({
      message: [{ functionResponse: { id: call?.id ?? '', name: 'f', response: { output: 'sun' } } }],
    });
    expect(text).toBe('The tool said: sun');
  });

  it('calls what it may', async () => {
    const functionCallingConfig = { mode: FunctionCallingConfigMode.NONE };
    const response = await google.models.generateContent({
      model,
      contents: 'hello',
      config: { tools, toolConfig: { functionCallingConfig } },
    });
    expect(response.functionCalls).toBeUndefined();
  });

  it('counts tokens and reads vectors', async () => {
    expect((await google.models.countTokens({ model, contents: 'one two' })).totalTokens).toBe(12);
    const { embeddings } = await google.models.embedContent({ model: 'e', contents: ['one', 'two'] });
    expect(embeddings?.map(({ values }) => values)).toEqual([embedText('one'), embedText('two')]);
  });

  it('lists models', async () => {
    const models = await collect(await google.models.list({ config: { pageSize: 1 } }));
    expect(models.map(({ name }) => name)).toEqual(['models/fake-large', 'models/fake-small']);
  });

  it('raises on errors, in front of a stream and inside', async () => {
    provider.behave([{ kind: 'status', status: 429 }, { kind: 'in-band-error' }]);
    await expect(google.models.generateContent({ model, contents: 'x' })).rejects.toMatchObject({ status: 429 });
    const stream = await google.models.generateContentStream({ model, contents: 'x' });
    await expect(collect(stream)).rejects.toThrow('overloaded');
  });
});
