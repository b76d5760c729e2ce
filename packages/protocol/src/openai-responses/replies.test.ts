import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import type { ChatEvent } from '@claudette/core';

import type { ReplyContext } from '../codec.js';
import { parseReply } from '../json/parse-reply.js';
import { decodeReply } from './decode-reply.js';
import { encodeReply } from './encode-reply.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url));
const context: ReplyContext = { streamUsage: false, tools: [], createdAtSeconds: 1_700_000_000 };

const start: ChatEvent = { type: 'start', id: 'resp_1', model: 'm' };
const finish: ChatEvent = { type: 'finish', reason: 'stop' };

const decodeText = (text: string): ChatEvent[] => decodeReply(Buffer.from(text));

describe('a decoded reply', () => {
  it('is the canonical form of all that Responses can say', () => {
    expect(decodeReply(fixture('reply.json'))).toEqual(JSON.parse(fixture('reply.events.json').toString()));
  });

  it.each([
    ['', 'stop'],
    ['"status":"completed",', 'stop'],
    ['"status":"incomplete","incomplete_details":{"reason":"content_filter"},', 'content-filter'],
  ])('with %j finishes as %s', (status, reason) => {
    expect(decodeText(`{"id":"a","model":"b",${status}"output":[]}`)).toEqual([
      { type: 'start', id: 'a', model: 'b' },
      { type: 'finish', reason },
    ]);
  });

  it.each([
    ['{"error":{"message":"m"}}', 'm'],
    ['{"status":"failed","error":{"message":"m"},"output":[]}', 'm'],
    ['{"status":"failed","error":null,"output":[]}', 'the response ended as failed'],
    ['{"status":"cancelled","output":[]}', 'the response ended as cancelled'],
  ])('may be an error: %s', (text, message) => {
    expect(decodeText(text)).toEqual([{ type: 'error', message }]);
  });

  it.each([
    '',
    '{"output":[',
    '[]',
    '{}',
    '{"output":{}}',
    '{"status":"queued","output":[]}',
    '{"status":"in_progress","output":[]}',
  ])('is not valid as %p', (text) => {
    expect(() => decodeText(text)).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });
});

describe('an encoded reply', () => {
  it('keeps the meaning of what was decoded', () => {
    const events = decodeReply(fixture('reply.json'));
    const nested = { name: 'garden__look_up', nested: { namespace: 'garden', name: 'look_up' } };
    const { body, losses } = encodeReply(events, { ...context, tools: [nested] });
    // Reasoning comes back as one summary, with its state sealed; see the tests of streams.
    const isExact = ({ type }: ChatEvent): boolean => type !== 'foreign' && !type.startsWith('reasoning');
    expect(decodeReply(body).filter(isExact)).toEqual(events.filter(isExact));
    expect(losses.map(({ path }) => path)).toEqual([
      'output[1]',
      'output[2].content[0].annotations[1]',
      'output[2].phase',
    ]);
  });

  it('has every field that a response has', () => {
    const { body } = encodeReply([start, finish], context);
    expect(parseReply(Buffer.from(body).toString())).toEqual({
      id: 'resp_1',
      object: 'response',
      created_at: 1_700_000_000,
      completed_at: 1_700_000_000,
      status: 'completed',
      error: null,
      incomplete_details: null,
      model: 'm',
      output: [],
      usage: null,
      background: false,
      frequency_penalty: 0,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      metadata: {},
      parallel_tool_calls: true,
      presence_penalty: 0,
      previous_response_id: null,
      prompt_cache_key: null,
      reasoning: { effort: null, summary: null },
      safety_identifier: null,
      service_tier: 'default',
      store: false,
      temperature: 1,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_logprobs: 0,
      top_p: 1,
      truncation: 'disabled',
      user: null,
    });
  });

  it('was completed at no time when it is incomplete', () => {
    const { body } = encodeReply([start, { type: 'finish', reason: 'length' }], context);
    expect(parseReply(Buffer.from(body).toString())).toMatchObject({ status: 'incomplete', completed_at: null });
  });

  it('cannot be made of an error', () => {
    expect(() => encodeReply([start, { type: 'error', message: 'm' }], context)).toThrow(
      expect.objectContaining({ code: 'upstream_failed', detail: 'm' }),
    );
  });

  it('cannot be made without a finish', () => {
    expect(() => encodeReply([start], context)).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});
