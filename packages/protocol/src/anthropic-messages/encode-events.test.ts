import type { ChatEvent, FinishReason } from '@claudette/core';
import { noUsage } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import {
  args,
  blockStop,
  call,
  callEnd,
  encode,
  encodeEach,
  finish,
  inputDelta,
  start,
  toolStart,
} from './__fixtures__/written-events.js';
import { createEventEncoder } from './encode-events.js';

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

  it('writes a block that ended behind an open one once', () => {
    const written = encodeEach(call(0), call(1), callEnd(1), finish).at(-1);
    expect(written?.map(({ type, index }) => [type, index]).slice(0, 3)).toEqual([
      ['content_block_stop', 0],
      ['content_block_start', 1],
      ['content_block_stop', 1],
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
