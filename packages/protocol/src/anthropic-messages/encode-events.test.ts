import type { ChatEvent, FinishReason } from '@claudette/core';
import { noUsage } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { createEventEncoder } from './encode-events.js';

type Wire = { readonly type: string; readonly [key: string]: unknown };

const parse = (bytes: Uint8Array): Wire[] =>
  Buffer.from(bytes)
    .toString()
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const [, name, data] = /^event: (\S+)\ndata: (.*)$/.exec(frame) ?? [];
      const event = JSON.parse(data ?? '') as Wire;
      expect(event.type).toBe(name);
      return event;
    });

/** What each event writes, then what the end writes. */
const encodeEach = (...events: ChatEvent[]): Wire[][] => {
  const encoder = createEventEncoder();
  return [...events.map((event) => parse(encoder.push(event))), parse(encoder.end())];
};
const encode = (...events: ChatEvent[]): Wire[] => encodeEach(...events).flat();

const start: ChatEvent = { type: 'start', id: 'msg_1', model: 'gpt' };
const finish: ChatEvent = { type: 'finish', reason: 'stop' };
const call = (block: number): ChatEvent => ({ type: 'tool-call-start', block, id: `call_${block}`, name: 'f' });
const args = (block: number, text: string): ChatEvent => ({ type: 'tool-call-delta', block, arguments: text });
const callEnd = (block: number): ChatEvent => ({ type: 'tool-call-end', block });

const blockStop = (index: number) => ({ type: 'content_block_stop', index });
const inputDelta = (index: number, partial_json: string) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json },
});
const toolStart = (index: number, id: string) => ({
  type: 'content_block_start',
  index,
  content_block: { type: 'tool_use', id, name: 'f', input: {}, caller: { type: 'direct' } },
});

const usageOf = (input_tokens: number, output_tokens: number) => ({
  input_tokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens,
});

describe('createEventEncoder', () => {
  it('begins with the message', () => {
    expect(encodeEach(start)[0]).toEqual([
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'gpt',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: usageOf(0, 0),
        },
      },
    ]);
  });

  it("gives another dialect's id the prefix that Anthropic's readers know", () => {
    expect(encode({ ...start, id: 'chatcmpl-1' })[0]).toMatchObject({ message: { id: 'msg_chatcmpl-1' } });
  });

  it('begins with the usage that is known by then, and ends with it when none comes later', () => {
    const usage = { ...noUsage, inputTokens: 7 };
    const written = encode({ ...start, usage }, finish);
    expect(written[0]).toMatchObject({ message: { usage: usageOf(7, 0) } });
    expect(written[1]).toMatchObject({ usage: usageOf(7, 0) });
  });

  it('writes text as it comes', () => {
    const written = encodeEach(
      { type: 'text-start', block: 0 },
      { type: 'text-delta', block: 0, text: 'a' },
      { type: 'text-delta', block: 0, text: '' },
      { type: 'text-end', block: 0 },
    );
    expect(written).toEqual([
      [{ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }],
      [{ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } }],
      [],
      [blockStop(0)],
      [],
    ]);
  });

  it('writes parallel calls one after the other and holds back only those whose turn it is not', () => {
    const written = encodeEach(
      call(0),
      call(1),
      args(1, '{"b"'),
      args(0, '{}'),
      args(1, ':1}'),
      callEnd(1),
      args(0, ''),
      callEnd(0),
    );
    expect(written).toEqual([
      [toolStart(0, 'call_0')],
      [],
      [],
      [inputDelta(0, '{}')],
      [],
      [],
      [],
      [blockStop(0), toolStart(1, 'call_1'), inputDelta(1, '{"b"'), inputDelta(1, ':1}'), blockStop(1)],
      [],
    ]);
  });

  it('goes on live with the next block as soon as its turn comes', () => {
    const written = encodeEach(call(0), call(1), callEnd(0), args(1, '{}'));
    expect(written.slice(2, 4)).toEqual([[blockStop(0), toolStart(1, 'call_1')], [inputDelta(1, '{}')]]);
  });

  it('writes signed reasoning', () => {
    const written = encode(
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-delta', block: 0, text: 'hm' },
      { type: 'reasoning-delta', block: 0, text: '' },
      { type: 'reasoning-end', block: 0, signature: 's' },
    );
    expect(written).toEqual([
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 's' } },
      blockStop(0),
    ]);
  });

  it('writes a signature whose reasoning is not shown', () => {
    const written = encode({ type: 'reasoning-start', block: 0 }, { type: 'reasoning-end', block: 0, signature: 's' });
    expect(written.map(({ type }) => type)).toEqual([
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
    ]);
  });

  it('writes redacted reasoning as a block of its own', () => {
    const written = encode(
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-end', block: 0, redactedData: 'd' },
    );
    expect(written).toEqual([
      { type: 'content_block_start', index: 0, content_block: { type: 'redacted_thinking', data: 'd' } },
      blockStop(0),
    ]);
  });

  it('writes nothing for reasoning without content', () => {
    expect(encode({ type: 'reasoning-start', block: 0 }, { type: 'reasoning-end', block: 0 })).toEqual([]);
  });

  it('writes a refusal as text and says so by the stop reason', () => {
    const written = encode(
      { type: 'refusal-start', block: 0 },
      { type: 'refusal-delta', block: 0, text: 'No.' },
      { type: 'refusal-delta', block: 0, text: '' },
      { type: 'refusal-end', block: 0 },
      finish,
    );
    expect(written[1]).toMatchObject({ delta: { type: 'text_delta', text: 'No.' } });
    expect(written[3]).toMatchObject({ delta: { stop_reason: 'refusal' } });
  });

  it.each<[FinishReason, string]>([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['tool-calls', 'tool_use'],
    ['content-filter', 'refusal'],
    ['refusal', 'refusal'],
    ['pause', 'pause_turn'],
    ['context-length', 'model_context_window_exceeded'],
  ])('ends after %s with %s', (reason, stop_reason) => {
    expect(encode({ type: 'finish', reason })).toEqual([
      { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: usageOf(0, 0) },
      { type: 'message_stop' },
    ]);
  });

  it('names the stop sequence that was met', () => {
    expect(encode({ ...finish, stopSequence: 'END' })[0]).toMatchObject({
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
    });
  });

  it('ends with the whole usage', () => {
    const usage = {
      inputTokens: 1,
      cachedInputTokens: 2,
      cacheWriteTokens: 3,
      cacheWrite1hTokens: 4,
      outputTokens: 5,
      reasoningTokens: 6,
      source: 'measured',
    } as const;
    expect(encode({ type: 'usage', usage }, finish)[0]).toMatchObject({
      usage: {
        input_tokens: 1,
        cache_creation_input_tokens: 7,
        cache_read_input_tokens: 2,
        cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
        output_tokens: 11,
        output_tokens_details: { thinking_tokens: 6 },
      },
    });
  });

  it('invents no end', () => {
    expect(encodeEach(start).at(-1)).toEqual([]);
  });

  it('closes what was left open before it ends', () => {
    const written = encodeEach(call(0), call(1), { type: 'reasoning-start', block: 2 }, finish).at(-1);
    expect(written?.map(({ type, index }) => [type, index])).toEqual([
      ['content_block_stop', 0],
      ['content_block_start', 1],
      ['content_block_stop', 1],
      ['message_delta', undefined],
      ['message_stop', undefined],
    ]);
  });

  it('writes an error as the last word', () => {
    expect(
      encode(start, { type: 'error', message: 'Busy', providerType: 'overloaded_error' }, finish).slice(1),
    ).toEqual([{ type: 'error', error: { type: 'overloaded_error', message: 'Busy' } }]);
  });

  it.each(['server_error', undefined])('calls an error of type %s an api_error', (providerType) => {
    const event: ChatEvent = { type: 'error', message: 'Oops', ...(providerType && { providerType }) };
    expect(encode(event)[0]).toMatchObject({ error: { type: 'api_error' } });
  });

  it('lists foreign content as lost, each place once', () => {
    const encoder = createEventEncoder();
    const foreign: ChatEvent = { type: 'foreign', path: 'logprobs', value: {} };
    expect([encoder.push(foreign), encoder.push(foreign)].map(({ length }) => length)).toEqual([0, 0]);
    expect(encoder.losses).toEqual([{ path: 'logprobs', reason: 'Anthropic answers have no place for it' }]);
  });

  it('refuses a delta for a block that is not open', () => {
    expect(() => encode(args(0, '{}'))).toThrow(
      expect.objectContaining({ code: 'internal', detail: 'tool-call-delta for block 0, which is not open' }),
    );
  });
});
