import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import type { ChatRequest, Loss, Message } from '@claudette/core';

import type { DialectOptions } from '../codec.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

const silent: ChatRequest = { model: 'auto', messages: [], stream: false, streamUsage: false, tools: [], foreign: [] };

const encode = (
  fields: Partial<ChatRequest>,
  options: DialectOptions = {},
): { body: Record<string, unknown>; losses: readonly Loss[] } => {
  const target = { model: 'gpt-5-mini', options, defaultMaxOutputTokens: 100 };
  const { body, losses } = encodeRequest({ ...silent, ...fields }, target);
  return { body: JSON.parse(Buffer.from(body).toString()), losses };
};

const encodeMessages = (...messages: Message[]): { messages: unknown; losses: readonly Loss[] } => {
  const { body, losses } = encode({ messages });
  return { messages: body['messages'], losses };
};

const tool = { name: 'f' };
const image = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } } as const;
const wireImage = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

describe('an encoded request', () => {
  it('says no more than the canonical one', () => {
    expect(encode({})).toEqual({ body: { model: 'gpt-5-mini', messages: [] }, losses: [] });
  });

  it('carries all that a Chat client said, but for fields deep inside the body', () => {
    const wire = readFileSync(new URL('./__fixtures__/request.json', import.meta.url));
    const request = decodeRequest(wire);
    const { body, losses } = encode(request);
    expect(losses.map(({ path }) => path)).toEqual([
      'messages[6]',
      'messages[7].audio',
      'stream_options.include_obfuscation',
      'messages[1].cacheHint',
      'messages[3].reasoning',
    ]);
    expect(body).toMatchObject({
      tools: [{ type: 'function' }, { type: 'custom', custom: { name: 'shell' } }],
      tool_choice: { type: 'function', function: { name: 'look_up' } },
      parallel_tool_calls: true,
      response_format: { type: 'json_schema', json_schema: { name: 'plant', strict: true } },
      reasoning_effort: 'low',
      max_completion_tokens: 512,
      temperature: 0,
      stop: ['END', '\n\n'],
      n: 2,
      user: 'user-1',
      stream: true,
      stream_options: { include_usage: true },
      logit_bias: { '50256': -100 },
      store: false,
    });
  });

  it('asks for the usage of each stream', () => {
    expect(encode({ stream: true }).body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it('does not ask where the vendor does not understand it', () => {
    expect(encode({ stream: true }, { streamUsageOption: false }).body).not.toHaveProperty('stream_options');
  });

  it("uses the vendor's field for the limit", () => {
    expect(encode({ maxOutputTokens: 9 }, { maxTokensField: 'max_tokens' }).body).toMatchObject({ max_tokens: 9 });
  });

  it('leaves out what says nothing without tools', () => {
    const { body } = encode({ toolChoice: { kind: 'auto' }, parallelToolCalls: false });
    expect(Object.keys(body)).toEqual(['model', 'messages']);
  });

  it('gives a schema the name that the wire requires', () => {
    const { body } = encode({ outputFormat: { kind: 'json-schema', schema: {} } });
    expect(body['response_format']).toEqual({ type: 'json_schema', json_schema: { name: 'response', schema: {} } });
  });

  it('asks for JSON without a schema', () => {
    expect(encode({ outputFormat: { kind: 'json' } }).body['response_format']).toEqual({ type: 'json_object' });
  });

  it('writes a tool choice as a word', () => {
    expect(encode({ tools: [tool], toolChoice: { kind: 'required' } }).body['tool_choice']).toBe('required');
  });

  it('lists what it cannot carry', () => {
    const { losses } = encode({
      topK: 5,
      tools: [{ name: 'f', cacheHint: { ttl: '5m' } }],
      foreign: [{ dialect: 'anthropic-messages', path: 'container', value: 1 }],
    });
    expect(losses.map(({ path }) => path)).toEqual(['container', 'tools[0].cacheHint', 'topK']);
  });
});

describe('encoded reasoning', () => {
  it.each([
    [{ effort: 'none' }, 'none', []],
    [{ effort: 'high', adaptive: true }, 'high', []],
    [{ adaptive: true }, undefined, ['reasoning.adaptive']],
    [{ budgetTokens: 2048 }, 'low', ['reasoning.budgetTokens']],
    [{ budgetTokens: 8192 }, 'medium', ['reasoning.budgetTokens']],
    [{ budgetTokens: 8193 }, 'high', ['reasoning.budgetTokens']],
    [{ budgetTokens: 9999, effort: 'low' }, 'low', ['reasoning.budgetTokens']],
    [{}, undefined, []],
  ] as const)('is for %j the effort %s', (reasoning, effort, lost) => {
    const { body, losses } = encode({ reasoning });
    expect([body['reasoning_effort'], losses.map(({ path }) => path)]).toEqual([effort, lost]);
  });
});

describe('encoded messages', () => {
  it('have a single text as a string and several as parts', () => {
    const one = { type: 'text', text: 'a' } as const;
    expect(
      encodeMessages({ role: 'user', parts: [one] }, { role: 'user', parts: [one, one], name: 'n' }).messages,
    ).toEqual([
      { role: 'user', content: 'a' },
      { role: 'user', content: [one, one], name: 'n' },
    ]);
  });

  it('have no parts as an empty string', () => {
    expect(encodeMessages({ role: 'user', parts: [] }, { role: 'assistant', parts: [] }).messages).toEqual([
      { role: 'user', content: '' },
      { role: 'assistant', content: '' },
    ]);
  });

  it.each([
    [true, 'developer'],
    [false, 'system'],
  ])('with a developer role that is known: %s', (developerRole, role) => {
    const { body } = encode(
      { messages: [{ role: 'developer', parts: [{ type: 'text', text: 'a' }] }] },
      { developerRole },
    );
    expect(body['messages']).toEqual([{ role, content: 'a' }]);
  });

  it('have null beside tool calls without text', () => {
    const parts = [{ type: 'tool-call', id: 'c', name: 'f', arguments: '{}', cacheHint: { ttl: '5m' } }] as const;
    expect(encodeMessages({ role: 'assistant', parts, name: 'n' })).toEqual({
      messages: [
        {
          role: 'assistant',
          content: null,
          name: 'n',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
      ],
      losses: [expect.objectContaining({ path: 'messages[0].cacheHint' })],
    });
  });

  it('have a refusal in its own field', () => {
    expect(encodeMessages({ role: 'assistant', parts: [{ type: 'refusal', text: 'No.' }] }).messages).toEqual([
      { role: 'assistant', content: null, refusal: 'No.' },
    ]);
  });

  it('have images as URLs, with their detail', () => {
    const source = { kind: 'url', url: 'https://a.example/b.png' } as const;
    expect(encodeMessages({ role: 'user', parts: [{ type: 'image', source, detail: 'low' }, image] }).messages).toEqual(
      [{ role: 'user', content: [{ type: 'image_url', image_url: { url: source.url, detail: 'low' } }, wireImage] }],
    );
  });

  it('have the images of a run of tool results in a user message behind it', () => {
    const result = (id: string): Message => ({
      role: 'tool',
      toolCallId: id,
      parts: [{ type: 'text', text: id }, image],
    });
    expect(encodeMessages(result('1'), result('2'), { role: 'user', parts: [{ type: 'text', text: 'so?' }] })).toEqual({
      messages: [
        { role: 'tool', tool_call_id: '1', content: '1' },
        { role: 'tool', tool_call_id: '2', content: '2' },
        { role: 'user', content: [wireImage, wireImage] },
        { role: 'user', content: 'so?' },
      ],
      losses: [],
    });
  });

  it('have the images of a tool result that ends the conversation', () => {
    expect(encodeMessages({ role: 'tool', toolCallId: '1', parts: [image] }).messages).toEqual([
      { role: 'tool', tool_call_id: '1', content: '' },
      { role: 'user', content: [wireImage] },
    ]);
  });

  it('lose reasoning, and say which', () => {
    const readable = { type: 'reasoning', text: 'a', signature: 's' } as const;
    const encrypted = { type: 'reasoning', text: '', redactedData: 'x' } as const;
    const { losses } = encodeMessages(
      { role: 'assistant', parts: [readable] },
      { role: 'assistant', parts: [encrypted] },
    );
    expect(losses).toEqual([
      { path: 'messages[0].reasoning', reason: 'Chat has no field for reasoning of earlier turns' },
      { path: 'messages[1].reasoning', reason: 'Chat has no field for encrypted reasoning' },
    ]);
  });

  it('lose the mark of a failed tool and cache hints, once for each message', () => {
    const text = { type: 'text', text: 'a', cacheHint: { ttl: '5m' } } as const;
    const { losses } = encodeMessages(
      { role: 'tool', toolCallId: '1', parts: [], isError: true, cacheHint: { ttl: '5m' } },
      { role: 'user', parts: [text, text] },
    );
    expect(losses.map(({ path }) => path)).toEqual([
      'messages[0].isError',
      'messages[0].cacheHint',
      'messages[1].cacheHint',
    ]);
  });

  it('lose the parts of other dialects', () => {
    const part = { type: 'foreign', dialect: 'anthropic-messages', path: 'messages[0].content[0]', value: {} } as const;
    expect(encodeMessages({ role: 'user', parts: [part] })).toEqual({
      messages: [{ role: 'user', content: '' }],
      losses: [{ path: 'messages[0].content[0]', reason: 'only anthropic-messages knows it' }],
    });
  });

  it('keep the parts of their own dialect in place', () => {
    const part = {
      type: 'foreign',
      dialect: 'openai-chat',
      path: 'messages[0].content[0]',
      value: { type: 'file' },
    } as const;
    expect(encodeMessages({ role: 'assistant', parts: [part] }).messages).toEqual([
      { role: 'assistant', content: [{ type: 'file' }] },
    ]);
  });
});
