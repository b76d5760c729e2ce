import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import type { ChatEvent } from '@claudette/core';

import { decodeReply } from './decode-reply.js';
import { encodeReply } from './encode-reply.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url));
const context = { streamUsage: false, tools: [], createdAtSeconds: 1_700_000_000 };

const encode = (events: ChatEvent[]): { completion: Record<string, never>; losses: readonly unknown[] } => {
  const { body, losses } = encodeReply(events, context);
  return { completion: JSON.parse(Buffer.from(body).toString()), losses };
};

const messageOf = (events: ChatEvent[]): unknown => encode(events).completion['choices']?.[0]?.['message'];

const start: ChatEvent = { type: 'start', id: 'r', model: 'm' };
const finish: ChatEvent = { type: 'finish', reason: 'stop' };

describe('a decoded reply', () => {
  it('is the canonical form of all that Chat can say', () => {
    expect(decodeReply(fixture('reply.json'))).toEqual(JSON.parse(fixture('reply.events.json').toString()));
  });

  it('that gives no reason is over, because the body is whole', () => {
    const body = { choices: [{ message: { content: 'a' }, finish_reason: null }] };
    expect(decodeReply(Buffer.from(JSON.stringify(body))).at(-1)).toEqual({ type: 'finish', reason: 'stop' });
  });

  it('may be an error', () => {
    expect(decodeReply(Buffer.from('{"error":{"message":"m"}}'))).toEqual([{ type: 'error', message: 'm' }]);
  });

  it.each(['', '{"choices":[', '[]', '{}', '{"choices":[]}', '{"choices":[{}]}'])('is not valid as %p', (text) => {
    expect(() => decodeReply(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });
});

describe('an encoded reply', () => {
  it('keeps the meaning of what was decoded', () => {
    const events = decodeReply(fixture('reply.json'));
    const { body, losses } = encodeReply(events, context);
    expect(decodeReply(body)).toEqual(events.filter(({ type }) => type !== 'foreign'));
    expect(losses.map(({ path }) => path)).toEqual(['choices[0].message.annotations', 'choices[1]']);
  });

  it('has an empty text when nothing was said, and no usage when none is known', () => {
    expect(encode([start, finish]).completion).toEqual({
      id: 'r',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'm',
      choices: [
        { index: 0, message: { role: 'assistant', content: '', refusal: null }, logprobs: null, finish_reason: 'stop' },
      ],
    });
  });

  it('has null for the text beside tool calls alone', () => {
    const events: ChatEvent[] = [
      start,
      { type: 'tool-call-start', block: 0, id: 'c', name: 'f' },
      { type: 'tool-call-delta', block: 0, arguments: '{"a"' },
      { type: 'tool-call-delta', block: 0, arguments: ':1}' },
      { type: 'tool-call-end', block: 0 },
      { type: 'finish', reason: 'tool-calls' },
    ];
    expect(messageOf(events)).toEqual({
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
    });
  });

  it('has words for a refusal that came without', () => {
    expect(messageOf([start, { type: 'finish', reason: 'refusal' }])).toEqual({
      role: 'assistant',
      content: null,
      refusal: 'The model declined to answer.',
    });
  });

  it('is not made from an error', () => {
    expect(() => encode([start, { type: 'error', message: 'm' }])).toThrow(
      expect.objectContaining({ code: 'upstream_failed' }),
    );
  });

  it('is not made before the finish', () => {
    expect(() => encode([start])).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});
