import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';
import type { ChatEvent, OpaqueState } from '@claudette/core';

import { asObject, parseReply } from '../json/parse-reply.js';
import { parseFrames } from '../sse/frames.js';
import { context, start, finish, encode, lastResponse, block, call } from './__fixtures__/canonical-events.js';
import { createEventEncoder } from './encode-events.js';

describe('an encoded stream', () => {
  it('opens and closes with the whole response', () => {
    const { names, data } = encode([start, finish]);
    expect(names).toEqual(['response.created', 'response.in_progress', 'response.completed']);
    expect(data.map((event) => asObject(event['response'])?.['status'])).toEqual([
      'in_progress',
      'in_progress',
      'completed',
    ]);
    expect(data[0]).toMatchObject({
      response: {
        id: 'resp_chatcmpl-1',
        object: 'response',
        created_at: 1_700_000_000,
        model: 'm',
        output: [],
        usage: null,
      },
    });
  });

  it('names each frame by its type and numbers the events without gaps', () => {
    const { names, data } = encode([
      start,
      ...block('reasoning', 0, 'hm'),
      ...block('text', 1, 'hi'),
      ...call(2),
      finish,
    ]);
    expect(data.map(({ type }) => type)).toEqual(names);
    expect(data.map((event) => event['sequence_number'])).toEqual(data.map((_, index) => index));
  });

  it('keeps an id that is one of a response', () => {
    expect(lastResponse([{ ...start, id: 'resp_7' }, finish])?.['id']).toBe('resp_7');
  });

  it('has an id of its own where the vendor has none', () => {
    expect(lastResponse([{ ...start, id: '' }, finish])?.['id']).toBe('resp_1700000000');
  });

  it('gives items ids that OpenAI would take back', () => {
    const long: ChatEvent = { ...start, id: `gen:${'x'.repeat(90)}` };
    const { data } = encode([long, ...block('text', 0, 'hi'), finish]);
    expect(asObject(data[2]?.['item'])?.['id']).toBe(`msg_${'x'.repeat(50)}_0`);
  });

  it('has the usage at its end, or null', () => {
    const usage = {
      ...noUsage,
      inputTokens: 1,
      cachedInputTokens: 2,
      cacheWriteTokens: 3,
      outputTokens: 4,
      reasoningTokens: 5,
    };
    const wire = {
      input_tokens: 6,
      input_tokens_details: { cached_tokens: 2, cache_write_tokens: 3 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 15,
    };
    expect(lastResponse([start, finish, { type: 'usage', usage }])?.['usage']).toEqual(wire);
    expect(lastResponse([{ ...start, usage }, finish])?.['usage']).toEqual(wire);
    expect(lastResponse([start, finish])?.['usage']).toBeNull();
  });

  it('cannot be closed before its finish', () => {
    const encoder = createEventEncoder(context);
    encoder.push(start);
    expect(() => encoder.end()).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it.each([
    ['a block that is not open', [start, { type: 'text-delta', block: 0, text: 'a' }]],
    [
      'a block of another type',
      [start, { type: 'reasoning-start', block: 0 }, { type: 'text-delta', block: 0, text: 'a' }],
    ],
    ['a block that has ended', [start, ...block('text', 0, 'a'), { type: 'text-delta', block: 0, text: 'a' }]],
  ] as [string, ChatEvent[]][])('cannot have a delta in %s', (_, events) => {
    expect(() => encode(events)).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});

describe('the end of an encoded stream', () => {
  it.each([
    ['stop', 'completed', null, []],
    ['tool-calls', 'completed', null, []],
    ['length', 'incomplete', { reason: 'max_output_tokens' }, []],
    ['content-filter', 'incomplete', { reason: 'content_filter' }, []],
    ['context-length', 'incomplete', { reason: 'max_output_tokens' }, ['finish.reason']],
    ['pause', 'completed', null, ['finish.reason']],
  ] as const)('with %s is %s', (reason, status, details, paths) => {
    const { names, data, losses } = encode([start, ...block('text', 0, 'a'), { type: 'finish', reason }]);
    expect(names.at(-1)).toBe(`response.${status}`);
    expect(data.at(-1)?.['response']).toMatchObject({
      status,
      incomplete_details: details,
      completed_at: null,
      output: [{ status }],
    });
    expect(losses.map(({ path }) => path)).toEqual(paths);
  });

  it('closes what was left open', () => {
    const { names } = encode([
      start,
      { type: 'reasoning-start', block: 0 },
      { type: 'text-start', block: 1 },
      { type: 'tool-call-start', block: 2, id: 'c', name: 'f' },
      finish,
    ]);
    expect(names.filter((name) => name === 'response.output_item.done')).toHaveLength(3);
  });

  it('is an error that readers raise, and a response that failed, when the provider gave up', () => {
    const encoder = createEventEncoder(context);
    encoder.push(start);
    const frames = parseFrames(encoder.push({ type: 'error', message: 'm', providerType: 'rate_limit_exceeded' }));
    const error = { code: 'rate_limit_exceeded', message: 'm' };
    expect(frames.map(({ event }) => event)).toEqual(['error', 'response.failed']);
    expect(frames.map(({ data }) => parseReply(data))).toEqual([
      expect.objectContaining({ type: 'error', ...error, param: null, sequence_number: 2 }),
      expect.objectContaining({ sequence_number: 3, response: expect.objectContaining({ status: 'failed', error }) }),
    ]);
  });

  it("is an error of the server where the provider's word is not one of OpenAI's", () => {
    const encoder = createEventEncoder(context);
    const codeOf = (event: ChatEvent): unknown => {
      const failed = parseReply(parseFrames(encoder.push(event))[1]?.data ?? '');
      return asObject(asObject(failed['response'])?.['error'])?.['code'];
    };
    expect(codeOf({ type: 'error', message: 'm', providerType: 'overloaded_error' })).toBe('server_error');
    expect(codeOf({ type: 'error', message: 'm' })).toBe('server_error');
  });
});

describe('what Responses cannot carry of a stream', () => {
  it('is listed', () => {
    const state: OpaqueState = { dialect: 'gemini', kind: 'signature', data: 'sig' };
    const { losses } = encode([
      start,
      { type: 'text-start', block: 0 },
      { type: 'text-citation', block: 0, citation: { url: 'https://a.example', citedText: 'a' } },
      { type: 'text-end', block: 0, state },
      { type: 'foreign', path: 'content[1]', value: {} },
      { type: 'finish', reason: 'stop', stopSequence: 'END' },
    ]);
    expect(losses.map(({ path }) => path)).toEqual([
      'text.citations.citedText',
      'text.state',
      'content[1]',
      'finish.stopSequence',
    ]);
  });

  it('is empty when it carries all', () => {
    const citation = { url: 'https://a.example', title: 'A' };
    expect(
      encode([
        start,
        { type: 'text-start', block: 0 },
        { type: 'text-citation', block: 0, citation },
        { type: 'text-end', block: 0 },
        finish,
      ]).losses,
    ).toEqual([]);
  });
});
