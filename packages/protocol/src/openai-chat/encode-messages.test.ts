import { describe, expect, it } from '@jest/globals';
import type { ChatRequest, Loss, Message } from '@claudette/core';

import type { DialectOptions } from '../codec.js';
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

const image = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } } as const;
const from = (id: string): object => ({ type: 'text', text: `From the result of the tool call ${id}:` });
const wireImage = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

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
        { role: 'user', content: [from('1'), wireImage, from('2'), wireImage] },
        { role: 'user', content: 'so?' },
      ],
      losses: [],
    });
  });

  it('have the images of a tool result that ends the conversation', () => {
    expect(encodeMessages({ role: 'tool', toolCallId: '1', parts: [image] }).messages).toEqual([
      { role: 'tool', tool_call_id: '1', content: '' },
      { role: 'user', content: [from('1'), wireImage] },
    ]);
  });

  it('have the documents of a tool result behind it too, but for those behind URLs', () => {
    const pdf = { type: 'document', source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' } } as const;
    const linked = { type: 'document', source: { kind: 'url', url: 'https://a.example' } } as const;
    const { messages, losses } = encodeMessages(
      { role: 'tool', toolCallId: '1', parts: [pdf] },
      { role: 'tool', toolCallId: '2', parts: [linked] },
    );
    const file = { filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBE' };
    expect(messages).toContainEqual({ role: 'user', content: [from('1'), { type: 'file', file }] });
    expect(losses).toEqual([{ path: 'messages[1].content[0]', reason: 'Chat takes documents as data, not by URL' }]);
  });

  it.each([
    [{ kind: 'text', text: 'hi 🌷' }, 'data:text/plain;base64,aGkg8J+Mtw=='],
    [{ kind: 'base64', mediaType: 'text/csv', data: 'YSxi' }, 'data:text/csv;base64,YSxi'],
  ] as const)('have a document %j with its data', (source, data) => {
    const parts = [{ type: 'document', source } as const, { type: 'document', source, name: 'n' } as const];
    expect(encodeMessages({ role: 'user', parts }).messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'file', file: { filename: 'document.txt', file_data: data } },
          { type: 'file', file: { filename: 'n', file_data: data } },
        ],
      },
    ]);
  });

  it('lose reasoning, and say so unless only its provider could read it', () => {
    const state = { dialect: 'anthropic-messages', kind: 'signature', data: 's' } as const;
    const { losses } = encodeMessages(
      { role: 'assistant', parts: [{ type: 'reasoning', text: 'a', state }] },
      { role: 'assistant', parts: [{ type: 'reasoning', text: '', state }] },
    );
    expect(losses).toEqual([
      { path: 'messages[0].reasoning', reason: 'Chat has no field for reasoning of earlier turns' },
    ]);
  });

  it("have a tool call's own id, without another provider's state", () => {
    const state = { dialect: 'gemini', kind: 'signature', data: 's' } as const;
    const call = { type: 'tool-call', id: 'c', name: 'f', arguments: '{}', state } as const;
    const { messages, losses } = encodeMessages({ role: 'assistant', parts: [call] });
    expect([messages, losses]).toMatchObject([[{ tool_calls: [{ id: 'c' }] }], []]);
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
