import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import type { ChatEvent } from '@claudette/core';

import { createFramer } from '../sse/framer.js';
import { createEventDecoder } from './decode-events.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url));

const frames = (...chunks: unknown[]): Buffer =>
  Buffer.from(chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join(''));

const choice = (delta: object, finish: string | null = null): object => ({
  id: 'r',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

const call = (...pieces: object[]): object => choice({ tool_calls: pieces });

const decode = (...chunks: unknown[]): ChatEvent[] => createEventDecoder().push(frames(...chunks));

/** Without the `start` that each stream has. */
const decodeRest = (...chunks: unknown[]): ChatEvent[] => decode(...chunks).slice(1);

describe('a decoded stream', () => {
  it('is the canonical form of all that Chat can say', () => {
    const events = createEventDecoder().push(fixture('tools.sse'));
    expect(events).toEqual(JSON.parse(fixture('tools.events.json').toString()));
  });

  it('is the same wherever its bytes were cut', () => {
    const bytes = fixture('tools.sse');
    const decodeCut = (cut: number): string => {
      const framer = createFramer();
      const decoder = createEventDecoder();
      const parts = [framer.push(bytes.subarray(0, cut)), framer.push(bytes.subarray(cut)), framer.end()];
      return JSON.stringify(parts.flatMap((part) => decoder.push(part)));
    };
    const results = new Set(Array.from({ length: bytes.length + 1 }, (_, cut) => decodeCut(cut)));
    expect([...results]).toEqual([JSON.stringify(createEventDecoder().push(bytes))]);
  });

  it('starts with the first choice, not with what vendors send before', () => {
    expect(
      decode({ id: '', choices: [], prompt_filter_results: [] }, choice({ role: 'assistant', content: '' })),
    ).toEqual([{ type: 'start', id: 'r', model: 'm' }]);
  });

  it('starts without an id and a model where the vendor has none', () => {
    expect(decode({ choices: [{}] })).toEqual([{ type: 'start', id: '', model: '' }]);
  });

  it('finishes without text', () => {
    expect(decodeRest(choice({}, 'stop'))).toEqual([{ type: 'finish', reason: 'stop' }]);
  });

  it('has no finish when the provider gave none', () => {
    expect(decodeRest(choice({ content: 'a' }), '[DONE]').map(({ type }) => type)).toEqual([
      'text-start',
      'text-delta',
    ]);
  });

  it('finishes once, and says nothing behind', () => {
    const events = decodeRest(choice({}, 'stop'), choice({ content: 'late' }, 'stop'), choice({}, 'length'));
    expect(events).toEqual([{ type: 'finish', reason: 'stop' }]);
  });

  it('is over at [DONE]', () => {
    expect(decodeRest(choice({}, 'stop'), '[DONE]', 'garbage')).toEqual([{ type: 'finish', reason: 'stop' }]);
    const decoder = createEventDecoder();
    decoder.push(frames('[DONE]'));
    expect(decoder.push(frames('garbage'))).toEqual([]);
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool_calls', 'tool-calls'],
    ['function_call', 'tool-calls'],
    ['content_filter', 'content-filter'],
    ['model_length', 'context-length'],
    ['eos', 'stop'],
    ['constructor', 'stop'],
  ])('finishes with %s as %s', (wire, reason) => {
    expect(decodeRest(choice({}, wire))).toEqual([{ type: 'finish', reason }]);
  });

  it('finishes with tool calls when a forced call ends with stop', () => {
    const events = decode(call({ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }), choice({}, 'stop'));
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' });
  });

  it('finishes with a refusal when it refused', () => {
    expect(decodeRest(choice({ refusal: 'No' }), choice({ refusal: '.' }), choice({}, 'stop'))).toEqual([
      { type: 'refusal-start', block: 0 },
      { type: 'refusal-delta', block: 0, text: 'No' },
      { type: 'refusal-delta', block: 0, text: '.' },
      { type: 'refusal-end', block: 0 },
      { type: 'finish', reason: 'refusal' },
    ]);
  });

  it('reads reasoning and text in parts', () => {
    const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }, { type: 'reference' }] };
    expect(decodeRest(choice({ content: [thinking, { type: 'text', text: 'a' }] }))).toEqual([
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-delta', block: 0, text: 'hm' },
      { type: 'reasoning-end', block: 0 },
      { type: 'text-start', block: 1 },
      { type: 'text-delta', block: 1, text: 'a' },
    ]);
  });

  it('takes the usage from wherever the vendor puts it', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2 };
    const last = { ...choice({}, 'stop'), x_groq: { usage } };
    expect(decodeRest(last).at(-1)).toMatchObject({ type: 'usage', usage: { inputTokens: 3, outputTokens: 2 } });
  });

  it('reports foreign content once for each place', () => {
    const second = { index: 1, delta: { content: 'b' } };
    const reference = { type: 'reference', reference_ids: [1] };
    const delta = { audio: { id: 1 }, content: [reference] };
    const chunk = { choices: [{ index: 0, delta, logprobs: { content: [], refusal: [{}] } }, second] };
    expect(decodeRest(chunk, chunk)).toEqual([
      { type: 'foreign', path: 'choices[0].logprobs.refusal', value: [{}] },
      { type: 'foreign', path: 'choices[0].message.audio', value: { id: 1 } },
      { type: 'foreign', path: 'choices[0].message.content.reference', value: reference },
      { type: 'foreign', path: 'choices[1]', value: second },
    ]);
  });

  it('has nothing foreign in fields that say nothing', () => {
    expect(decodeRest(choice({ audio: null, reasoning_details: [], annotations: [], function_call: null }))).toEqual(
      [],
    );
  });

  it('is not valid when a frame is not JSON', () => {
    expect(() => decode('{"choices":')).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });
});

describe('a fault inside a stream', () => {
  it.each([
    ['an object', { error: { message: 'm', type: 't' } }, { message: 'm', providerType: 't' }],
    ['an object with a code', { error: { message: 'm', code: 429 } }, { message: 'm', providerType: '429' }],
    ['a string', { error: 'm' }, { message: 'm' }],
    ['fields at the top', { object: 'error', message: 'm' }, { message: 'm' }],
    ['a detail', { error: { detail: 'm' } }, { message: 'm' }],
    ['something else', { error: { a: 1 } }, { message: '{"a":1}' }],
  ])('is an error when it is %s, and nothing follows', (_, chunk, fields) => {
    expect(decode(chunk, choice({ content: 'a' }, 'stop'))).toEqual([{ type: 'error', ...fields }]);
  });

  it('is an error when the frame has that name', () => {
    expect(createEventDecoder().push(Buffer.from('event: error\ndata: {"message":"m"}\n\n'))).toEqual([
      { type: 'error', message: 'm' },
    ]);
  });

  it.each(['error', 'insufficient_system_resource'])('is an error when it finishes with %s', (reason) => {
    expect(decodeRest(choice({}, reason))).toEqual([
      { type: 'error', message: `the answer finished with ${reason}`, providerType: reason },
    ]);
  });
});

describe('decoded tool calls', () => {
  const start = (block: number, id = 'c'): object => ({ type: 'tool-call-start', block, id, name: 'f' });
  const delta = (block: number, text: string): object => ({ type: 'tool-call-delta', block, arguments: text });
  const end = (block: number): object => ({ type: 'tool-call-end', block });

  it('end when another begins and theirs are whole', () => {
    const events = decodeRest(
      call({ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }),
      call({ index: 1, id: 'd', function: { name: 'f' } }),
      choice({}, 'tool_calls'),
    );
    expect(events.slice(0, -1)).toEqual([start(0), delta(0, '{}'), end(0), start(1, 'd'), end(1)]);
  });

  it('end when text follows and theirs are whole', () => {
    const events = decodeRest(
      call({ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }),
      choice({ content: 'a' }),
    );
    expect(events).toEqual([
      start(0),
      delta(0, '{}'),
      end(0),
      { type: 'text-start', block: 1 },
      { type: 'text-delta', block: 1, text: 'a' },
    ]);
  });

  it('are told apart by their ids when the vendor gives all the same index', () => {
    const events = decodeRest(
      call({ index: 0, id: 'c', function: { name: 'f', arguments: '{"a"' } }),
      call({ index: 0, id: 'd', function: { name: 'f', arguments: '{}' } }),
    );
    expect(events).toEqual([start(0), delta(0, '{"a"'), end(0), start(1, 'd'), delta(1, '{}')]);
  });

  it('are told apart by their place when the vendor does not number them', () => {
    const events = decodeRest(
      call(
        { id: 'c', function: { name: 'f', arguments: '{}' } },
        { id: 'd', function: { name: 'f', arguments: '{}' } },
      ),
    );
    expect(events).toEqual([start(0), delta(0, '{}'), end(0), start(1, 'd'), delta(1, '{}')]);
  });

  it('may repeat their id and have an empty name in later pieces', () => {
    const events = decodeRest(
      call({ index: 0, id: 'c', function: { name: 'f', arguments: '{' } }),
      call({ index: 0, id: 'c', function: { name: '', arguments: '}' } }),
    );
    expect(events).toEqual([start(0), delta(0, '{'), delta(0, '}')]);
  });

  it('get an id when the vendor gives none', () => {
    expect(decodeRest(call({ index: 0, function: { name: 'f' } }))).toEqual([start(0, 'call_r_0')]);
  });

  it('may have white space behind whole arguments', () => {
    const events = decodeRest(
      call({ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }),
      call({ index: 1, id: 'd', function: { name: 'f' } }),
      call({ index: 0, function: { arguments: '\n' } }),
    );
    expect(events).toHaveLength(4);
  });

  it('may not have more behind whole arguments', () => {
    const late = call({ index: 0, function: { arguments: '{}' } });
    const next = call({ index: 1, id: 'd', function: { name: 'f' } });
    const first = call({ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } });
    expect(() => decode(first, next, late)).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });

  it('may not begin without a name', () => {
    expect(() => decode(call({ index: 0, id: 'c' }))).toThrow(
      expect.objectContaining({ code: 'upstream_invalid_reply' }),
    );
  });

  it('with text end when something else begins, whatever the text is', () => {
    const custom = (index: number, fields: object): object => call({ index, ...fields });
    const events = decodeRest(
      custom(0, { id: 'c', type: 'custom', custom: { name: 'f', input: '' } }),
      custom(0, { custom: { input: '{"cut' } }),
      custom(1, { id: 'd', type: 'custom', custom: { name: 'f', input: 'ls' } }),
      choice({}, 'stop'),
    );
    expect(events).toEqual([
      { ...start(0), takesText: true },
      delta(0, '{"cut'),
      end(0),
      { ...start(1, 'd'), takesText: true },
      delta(1, 'ls'),
      end(1),
      { type: 'finish', reason: 'tool-calls' },
    ]);
  });

  it('are of functions though an empty `custom` stands beside them', () => {
    expect(decodeRest(call({ index: 0, id: 'c', function: { name: 'f', arguments: '{' }, custom: {} }))).toEqual([
      start(0),
      delta(0, '{'),
    ]);
  });
});
