import { readFileSync } from 'node:fs';

import type { ChatEvent } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { decodeReply } from './decode-reply.js';
import { encodeReply } from './encode-reply.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`__fixtures__/${name}`, import.meta.url));

const start: ChatEvent = { type: 'start', id: 'chatcmpl-1', model: 'gpt' };
const finish: ChatEvent = { type: 'finish', reason: 'stop' };

const encode = (...events: ChatEvent[]) => {
  const { body, losses } = encodeReply(events);
  return { answer: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>, losses };
};

describe('decodeReply', () => {
  it('reads a whole reply', () => {
    expect(decodeReply(fixture('reply.json'))).toEqual(JSON.parse(fixture('reply.events.json').toString()));
  });

  it('tells an error that came with a good status', () => {
    const body = Buffer.from('{"type":"error","error":{"type":"api_error","message":"Oops"}}');
    expect(decodeReply(body)).toEqual([{ type: 'error', message: 'Oops', providerType: 'api_error' }]);
  });

  it.each([
    ['{"type":"mess', /JSON/],
    ['{"type":"list"}', /type must be one of message, error/],
    ['{"type":"message","id":"a","model":"b"}', /content must be an array/],
    ['{"type":"message","content":[]}', /message.id must be a string/],
    ['{"type":"message","id":"a","model":"b","content":[7]}', /content\[0\] must be an object, but is 7/],
  ])('refuses %s and names the place', (body, detail) => {
    expect(() => decodeReply(Buffer.from(body))).toThrow(
      expect.objectContaining({ code: 'upstream_invalid_reply', detail: expect.stringMatching(detail) }),
    );
  });
});

describe('encodeReply', () => {
  it('writes what it read, but for what only Anthropic knows', () => {
    const { answer, losses } = encode(...decodeReply(fixture('reply.json')));
    expect(answer).toEqual({
      id: 'msg_02',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [
        { type: 'thinking', thinking: 'Oslo.', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'b3BhcXVl' },
        {
          type: 'text',
          text: 'Let me look.',
          citations: [
            {
              type: 'web_search_result_location',
              url: 'https://example.test',
              title: null,
              cited_text: '',
              encrypted_index: 'cHJvb2Y=',
            },
          ],
        },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' }, caller: { type: 'direct' } },
        { type: 'tool_use', id: 'toolu_2', name: 'clock', input: {}, caller: { type: 'direct' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 20,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 5,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: 44,
      },
    });
    expect(losses.map(({ path }) => path)).toEqual([
      'content[2].citations[0].score',
      'content[2].citations[1]',
      'content[5]',
    ]);
  });

  it('replaces arguments that are not an object and says so', () => {
    const { answer, losses } = encode(
      start,
      { type: 'tool-call-start', block: 0, id: 'a', name: 'f' },
      { type: 'tool-call-delta', block: 0, arguments: '{"city":"Os' },
      { type: 'tool-call-end', block: 0 },
      { type: 'finish', reason: 'length' },
    );
    expect(answer).toMatchObject({ content: [{ input: {} }], stop_reason: 'max_tokens' });
    expect(losses).toEqual([{ path: 'content[0].input', reason: 'the arguments are not a JSON object' }]);
  });

  it('refuses events that report a fault', () => {
    expect(() => encode(start, { type: 'error', message: 'Oops' })).toThrow(
      expect.objectContaining({ code: 'upstream_failed', detail: 'Oops' }),
    );
  });

  it.each([[[start]], [[finish]]])('refuses %j, which are no whole reply', (events) => {
    expect(() => encode(...events)).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });
});
