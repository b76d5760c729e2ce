import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Anthropic } from '@anthropic-ai/sdk';
import type { DialectId } from '@claudette/core';
import { dialectIds } from '@claudette/core';
import type { OddFraming } from '@claudette/testing';
import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';

import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ routing: { fallback: false, maxAttempts: 1 } }, { timeouts: patient });
});
beforeEach(() => {
  stack.reset();
});
afterAll(() => stack.close());

const content = 'one zwei 三';
const parameters = { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] };

/** A stream as the official SDK hands it over: its text, or else the arguments of the tool that it calls. */
interface Read {
  readonly said: string;
  readonly ended: unknown;
}

const readers: Readonly<Record<DialectId, (url: string, model: string, withTool: boolean) => Promise<Read>>> = {
  async 'openai-chat'(url, model, withTool) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0 });
    const tools = [{ type: 'function' as const, function: { name: 'weather', parameters } }];
    const stream = client.chat.completions.stream({
      model,
      messages: [{ role: 'user', content }],
      ...(withTool && { tools }),
    });
    const [choice] = (await stream.finalChatCompletion()).choices;
    const [call] = choice?.message.tool_calls ?? [];
    const said = call?.type === 'function' ? call.function.arguments : (choice?.message.content ?? '');
    return { said, ended: choice?.finish_reason };
  },
  async 'openai-responses'(url, model, withTool) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0 });
    const tools = [{ type: 'function' as const, name: 'weather', parameters, strict: false }];
    const stream = client.responses.stream({ model, input: content, ...(withTool && { tools }) });
    const { output, output_text: text, status } = await stream.finalResponse();
    const call = output.find((item) => item.type === 'function_call');
    return { said: call?.arguments ?? text, ended: status };
  },
  async 'anthropic-messages'(url, model, withTool) {
    const client = new Anthropic({ baseURL: url, apiKey: 'any', maxRetries: 0 });
    const stream = client.messages.stream({
      model,
      max_tokens: 100,
      messages: [{ role: 'user', content }],
      ...(withTool && { tools: [{ name: 'weather', input_schema: parameters }] }),
    });
    const message = await stream.finalMessage();
    const [block] = message.content;
    const said = block?.type === 'tool_use' ? JSON.stringify(block.input) : block?.type === 'text' ? block.text : '';
    return { said, ended: message.stop_reason };
  },
  async gemini(url, model, withTool) {
    const client = new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: url, fetch } });
    const tools = [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: parameters as unknown }] }];
    const stream = await client.models.generateContentStream({
      model,
      contents: content,
      config: withTool ? { tools } : {},
    });
    let said = '';
    let ended: unknown;
    for await (const { candidates } of stream) {
      for (const { text, functionCall } of candidates?.[0]?.content?.parts ?? []) {
        said += functionCall === undefined ? (text ?? '') : JSON.stringify(functionCall.args);
      }
      ended = candidates?.[0]?.finishReason ?? ended;
    }
    return { said, ended };
  },
};

/** How each dialect says that the model was done, and that it calls a tool. */
const endings: Readonly<Record<DialectId, readonly [text: string, call: string]>> = {
  'openai-chat': ['stop', 'tool_calls'],
  'openai-responses': ['completed', 'completed'],
  'anthropic-messages': ['end_turn', 'tool_use'],
  gemini: ['STOP', 'STOP'],
};

const framings: readonly OddFraming[] = ['crlf', 'cr', 'bom', 'comments', 'multi-line', 'no-final-blank', 'no-space'];
const pairs = dialectIds.flatMap((from) => dialectIds.map((to) => [from, to] as const));

describe.each(pairs)('the SDK of %s clients over a %s backend', (from, to) => {
  const expectWhole = async (): Promise<void> => {
    const text = await readers[from](stack.url, models[to], false);
    expect(text).toEqual({ said: `Echo: ${content}`, ended: endings[from][0] });
    const call = await readers[from](stack.url, models[to], true);
    expect({ ...call, said: JSON.parse(call.said) as unknown }).toEqual({
      said: { city: 'text' },
      ended: endings[from][1],
    });
    expect(stack.providers[to].count()).toBe(2);
  };

  it.each(framings)('reads a stream that is framed in an odd way: %s', async (framing) => {
    stack.providers[to].behave({ kind: 'odd-framing', framing });
    await expectWhole();
  });

  it('reads a stream that has no [DONE]', async () => {
    stack.providers[to].behave({ kind: 'no-done' });
    await expectWhole();
  });

  it('reads a stream that comes byte by byte', async () => {
    stack.providers[to].behave({ kind: 'split-frame', bytes: 1 });
    await expectWhole();
  });

  it.each(['gzip', 'br', 'deflate', 'zstd'] as const)('reads a stream that is compressed: %s', async (encoding) => {
    stack.providers[to].behave({ kind: 'answer', encoding });
    await expectWhole();
  });
});

const folder = join(process.env['CLAUDETTE_REPLAY_DIR'] ?? '', 'json-parsing');
const hasTexts = process.env['CLAUDETTE_REPLAY_DIR'] !== undefined && existsSync(folder);
const texts = hasTexts
  ? readdirSync(folder).filter((name) => name.endsWith('.json'))
  : ['CLAUDETTE_REPLAY_DIR is not set'];
const whenReplaying = hasTexts ? describe : describe.skip;

const text = expect.stringMatching(/./) as unknown;
const openaiError = { error: { message: text, type: 'invalid_request_error' } };
const routes: readonly (readonly [path: string, error: object])[] = [
  ['/v1/responses', openaiError],
  ['/v1beta/models/gpt-fake:generateContent', { error: { code: 400, message: text, status: 'INVALID_ARGUMENT' } }],
  ['/v1beta/models/gpt-fake:countTokens', { error: { code: 400, message: text, status: 'INVALID_ARGUMENT' } }],
  ['/v1/embeddings', openaiError],
  ['/v1/messages/count_tokens', { type: 'error', error: { type: 'invalid_request_error', message: text } }],
];

whenReplaying.each(routes)('JSON of any shape at %s (CLAUDETTE_REPLAY_DIR)', (path, error) => {
  it.each(texts)('is refused in the shape of the dialect, and never breaks the server: %s', async (name) => {
    const response = await fetch(stack.url + path, { method: 'POST', body: readFileSync(join(folder, name)) });
    // None of them is a request, so that what can be parsed is refused as well.
    expect([response.status, await response.json()]).toMatchObject([400, error]);
  });
});
