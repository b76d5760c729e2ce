import { readFileSync } from 'node:fs';

import type { ChatEvent } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createFramer } from '../sse/framer.js';

import { createEventDecoder } from './decode-events.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`__fixtures__/${name}`, import.meta.url));
const stream = fixture('stream.sse');
const streamEvents = JSON.parse(fixture('stream.events.json').toString()) as ChatEvent[];

type WireEvent = { readonly type: string; readonly [key: string]: unknown };
const toFrames = (...events: WireEvent[]): Buffer =>
  Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));

const start: WireEvent = { type: 'message_start', message: { id: 'msg_1', model: 'claude' } };
const stop: WireEvent = { type: 'message_stop' };
const blockStart = (index: number, content_block: unknown): WireEvent => ({
  type: 'content_block_start',
  index,
  content_block,
});
const blockDelta = (index: number, delta: unknown): WireEvent => ({ type: 'content_block_delta', index, delta });
const blockStop = (index: number): WireEvent => ({ type: 'content_block_stop', index });
const messageDelta = (delta: unknown): WireEvent => ({ type: 'message_delta', delta });

const decode = (...events: WireEvent[]): ChatEvent[] => createEventDecoder().push(toFrames(...events));
/** What comes after the start. */
const decodeWithin = (...events: WireEvent[]): ChatEvent[] => decode(start, ...events).slice(1);

const fault = (detail: string) => expect.objectContaining({ code: 'upstream_invalid_reply', detail });

describe('createEventDecoder', () => {
  it('reads a whole stream', () => {
    expect(createEventDecoder().push(stream)).toEqual(streamEvents);
  });

  it('reads the same however the frames are grouped', () => {
    const frames = stream.toString().split(/(?<=\n\n)/);
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: frames.length, maxLength: frames.length }), (cuts) => {
        const decoder = createEventDecoder();
        const groups = frames.reduce<string[]>(
          (done, frame, index) =>
            cuts[index] === true ? [...done, frame] : [...done.slice(0, -1), `${done.at(-1) ?? ''}${frame}`],
          [],
        );
        expect(groups.flatMap((group) => decoder.push(Buffer.from(group)))).toEqual(streamEvents);
      }),
    );
  });

  it('reads the same wherever the bytes are cut, inside a character too', () => {
    const expected = JSON.stringify(streamEvents);
    const isSame = (cut: number): boolean => {
      const framer = createFramer();
      const decoder = createEventDecoder();
      const chunks = [framer.push(stream.subarray(0, cut)), framer.push(stream.subarray(cut)), framer.end()];
      return JSON.stringify(chunks.flatMap((frames) => decoder.push(frames))) === expected;
    };
    expect([...stream.keys()].filter((cut) => !isSame(cut))).toEqual([]);
  });

  it('does not finish before message_stop', () => {
    expect(decodeWithin(messageDelta({ stop_reason: 'end_turn' }))).toEqual([]);
  });

  it('says nothing after the end', () => {
    expect(decode(start, stop, start).at(-1)).toEqual({ type: 'finish', reason: 'stop' });
    const decoder = createEventDecoder();
    decoder.push(toFrames(start, stop));
    expect(decoder.push(Buffer.from('data: [DONE]\n\n'))).toEqual([]);
  });

  it.each([
    ['end_turn', null, { reason: 'stop' }],
    ['stop_sequence', 'END', { reason: 'stop', stopSequence: 'END' }],
    ['max_tokens', null, { reason: 'length' }],
    ['tool_use', null, { reason: 'tool-calls' }],
    ['refusal', null, { reason: 'refusal' }],
    ['pause_turn', null, { reason: 'pause' }],
    ['model_context_window_exceeded', null, { reason: 'context-length' }],
  ])('reads the stop reason %s', (stop_reason, stop_sequence, finish) => {
    expect(decodeWithin(messageDelta({ stop_reason, stop_sequence }), stop)).toEqual([{ type: 'finish', ...finish }]);
  });

  it('tells a stop reason that is not known as foreign', () => {
    expect(decodeWithin(messageDelta({ stop_reason: 'toString' }), stop)).toEqual([
      { type: 'foreign', path: 'stop_reason', value: 'toString' },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('keeps the stop reason when a later delta has none', () => {
    const deltas = [messageDelta({ stop_reason: 'max_tokens', stop_sequence: 'x' }), { type: 'message_delta' }];
    expect(decodeWithin(...deltas, stop)).toEqual([{ type: 'finish', reason: 'length', stopSequence: 'x' }]);
  });

  it('reads blocks that come whole with the start of the message', () => {
    const message = {
      id: 'msg_1',
      model: 'claude',
      content: [{ type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }],
      stop_reason: 'tool_use',
    };
    expect(decode({ type: 'message_start', message }, stop)).toEqual([
      { type: 'start', id: 'msg_1', model: 'claude' },
      { type: 'tool-call-start', block: 0, id: 'a', name: 'f' },
      { type: 'tool-call-delta', block: 0, arguments: '{"x":1}' },
      { type: 'tool-call-end', block: 0 },
      { type: 'finish', reason: 'tool-calls' },
    ]);
  });

  it('reads content that comes with the start of its block', () => {
    expect(decodeWithin(blockStart(0, { type: 'thinking', thinking: 'hm', signature: 's' }), blockStop(0))).toEqual([
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-delta', block: 0, text: 'hm' },
      {
        type: 'reasoning-end',
        block: 0,
        state: { dialect: 'anthropic-messages', kind: 'signature', data: 's' },
      },
    ]);
  });

  it('reads blocks whose fields are left out', () => {
    const blocks = [blockStart(0, { type: 'text' }), blockStart(1, { type: 'thinking' }), blockStop(1)];
    expect(decodeWithin(...blocks)).toEqual([
      { type: 'text-start', block: 0 },
      { type: 'reasoning-start', block: 1 },
      { type: 'reasoning-end', block: 1 },
    ]);
  });

  it('gives a tool call without arguments an empty object', () => {
    const delta = blockDelta(0, { type: 'input_json_delta', partial_json: '' });
    expect(decodeWithin(blockStart(0, { type: 'tool_use', id: 'a', name: 'f' }), delta, blockStop(0))).toEqual([
      { type: 'tool-call-start', block: 0, id: 'a', name: 'f' },
      { type: 'tool-call-delta', block: 0, arguments: '{}' },
      { type: 'tool-call-end', block: 0 },
    ]);
  });

  it('numbers overlapping blocks in the order they begin', () => {
    const text = (index: number, what: string) => blockDelta(index, { type: 'text_delta', text: what });
    const block = { type: 'text', text: '' };
    const events = decodeWithin(blockStart(4, block), blockStart(2, block), text(2, 'b'), text(4, 'a'), blockStop(4));
    expect(events.slice(2)).toEqual([
      { type: 'text-delta', block: 1, text: 'b' },
      { type: 'text-delta', block: 0, text: 'a' },
      { type: 'text-end', block: 0 },
    ]);
  });

  it('ends blocks that the provider left open', () => {
    expect(decodeWithin(blockStart(0, { type: 'text', text: 'a' }), stop).slice(2)).toEqual([
      { type: 'text-end', block: 0 },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('tells events that are not known as foreign', () => {
    const event = { type: 'message_note', note: 1 };
    expect(decodeWithin(event)).toEqual([{ type: 'foreign', path: 'message_note', value: event }]);
  });

  it('tells what a reply says beyond the canonical events as foreign', () => {
    const message = { id: 'a', model: 'b', container: { id: 'c' }, diagnostics: null, edits: [] };
    expect(decode({ type: 'message_start', message }).slice(1)).toEqual([
      { type: 'foreign', path: 'container', value: { id: 'c' } },
    ]);
  });

  it('tells a delta that is not known as foreign', () => {
    const delta = { type: 'emphasis_delta', emphasis: 1 };
    expect(decodeWithin(blockStart(0, { type: 'text' }), blockDelta(0, delta))[1]).toEqual({
      type: 'foreign',
      path: 'content[0].emphasis_delta',
      value: delta,
    });
  });

  it.each([
    [{ type: 'error', error: { type: 'overloaded_error', message: 'Busy' } }, 'Busy', 'overloaded_error'],
    [{ type: 'error', error: 'Busy' }, 'Busy', undefined],
    [{ type: 'error', message: 'Busy' }, 'Busy', undefined],
    [{ type: 'error' }, '{"type":"error"}', undefined],
  ])('tells the fault %j and nothing after it', (event, message, providerType) => {
    expect(decodeWithin(event, stop)).toEqual([{ type: 'error', message, providerType }].map((one) => ({ ...one })));
  });

  it.each([
    ['{"type":"overloaded_error","message":"Busy"}', { message: 'Busy', providerType: 'overloaded_error' }],
    ['{"error":{"message":"Busy"}}', { message: 'Busy' }],
  ])('takes a frame called error for one: %s', (data, told) => {
    expect(createEventDecoder().push(Buffer.from(`event: error\ndata: ${data}\n\n`))).toEqual([
      { type: 'error', ...told },
    ]);
  });

  it("takes a frame's name for a type that its data leaves out", () => {
    expect(createEventDecoder().push(Buffer.from('event: ping\ndata: {}\n\n'))).toEqual([]);
  });

  it.each([
    ['data: {"type"\n\n', /JSON/],
    ['data: 7\n\n', /the data of a frame must be an object, but is 7/],
    ['data: {}\n\n', /undefined comes before message_start/],
  ])('refuses the frame %j', (frame, detail) => {
    expect(() => createEventDecoder().push(Buffer.from(frame))).toThrow(
      expect.objectContaining({ code: 'upstream_invalid_reply', detail: expect.stringMatching(detail) }),
    );
  });

  const textBlock = blockStart(0, { type: 'text', text: '' });
  it.each([
    [[start], 'message_start comes twice'],
    [[{ type: 'message_start' }], 'message_start comes twice'],
    [[textBlock, textBlock], 'content[0] begins twice'],
    [[blockStop(1)], 'content[1] ends but had not begun'],
    [[blockDelta(1, {})], 'content[1] goes on but had not begun'],
    [
      [textBlock, blockDelta(0, { type: 'thinking_delta', thinking: 'x' })],
      'content[0] is a text block but goes on with a thinking_delta',
    ],
    [[textBlock, blockDelta(0, { type: 'text_delta', text: 7 })], 'content[0].delta.text must be a string, but is 7'],
  ])('refuses %j within a message', (events, detail) => {
    expect(() => decodeWithin(...events)).toThrow(fault(detail));
  });
});
