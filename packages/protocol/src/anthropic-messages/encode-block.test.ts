import type { ChatEvent, OpaqueState } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { sealState } from '../opaque-state.js';

import { args, blockStop, callEnd, encode, finish } from './__fixtures__/written-events.js';
import type { Wire } from './__fixtures__/written-events.js';
import { createEventEncoder } from './encode-events.js';
import { noProof } from './own-state.js';

const signed: OpaqueState = { dialect: 'anthropic-messages', kind: 'signature', data: 's' };
const redacted: OpaqueState = { dialect: 'anthropic-messages', kind: 'encrypted', data: 'd' };
const foreignState: OpaqueState = { dialect: 'openai-responses', kind: 'encrypted', data: 'e', id: 'rs_1' };

describe('a block of an answer', () => {
  it('writes signed reasoning', () => {
    const written = encode(
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-delta', block: 0, text: 'hm' },
      { type: 'reasoning-delta', block: 0, text: '' },
      { type: 'reasoning-end', block: 0, state: signed },
    );
    expect(written).toEqual([
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 's' } },
      blockStop(0),
    ]);
  });

  it('writes a signature whose reasoning is not shown', () => {
    const written = encode({ type: 'reasoning-start', block: 0 }, { type: 'reasoning-end', block: 0, state: signed });
    expect(written.map(({ type }) => type)).toEqual([
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
    ]);
  });

  it('writes redacted reasoning as a block of its own', () => {
    const written = encode({ type: 'reasoning-start', block: 0 }, { type: 'reasoning-end', block: 0, state: redacted });
    expect(written).toEqual([
      { type: 'content_block_start', index: 0, content_block: { type: 'redacted_thinking', data: 'd' } },
      blockStop(0),
    ]);
  });

  const reason = (text: string, state?: OpaqueState): Wire[] =>
    encode(
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-delta', block: 0, text },
      { type: 'reasoning-end', block: 0, ...(state && { state }) },
    );

  it("seals another provider's state, beside the text or instead of it", () => {
    expect(reason('hm', foreignState).slice(2)).toEqual([
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'signature_delta', signature: sealState(foreignState) },
      },
      blockStop(0),
    ]);
    expect(reason('', foreignState)[0]).toMatchObject({
      content_block: { type: 'redacted_thinking', data: sealState(foreignState) },
    });
  });

  it('keeps what is encrypted apart from text of the same provider', () => {
    expect(reason('hm', redacted).map(({ content_block }) => content_block)).toEqual([
      { type: 'thinking', thinking: '', signature: '' },
      undefined,
      undefined,
      { type: 'redacted_thinking', data: 'd' },
      undefined,
    ]);
  });

  it('marks reasoning that nobody signed, so that the provider does not get to see it', () => {
    expect(reason('hm')[2]).toMatchObject({ delta: { type: 'signature_delta', signature: noProof('signature') } });
  });

  it('lets the state of a call ride on its id, which holds only what the provider accepts', () => {
    const event: ChatEvent = { type: 'tool-call-start', block: 0, id: 'f.g:0', name: 'f', state: foreignState };
    const [block] = encode(event);
    expect(block).toMatchObject({ content_block: { id: `f_g_0__${sealState(foreignState)}` } });
    expect(JSON.stringify(block)).toMatch(/"id":"[a-zA-Z0-9_-]+"/);
  });

  it('writes a call that takes text as JSON with one field', () => {
    const written = encode(
      { type: 'tool-call-start', block: 0, id: 'a', name: 'f', takesText: true },
      args(0, 'say "'),
      args(0, '☀"\n'),
      callEnd(0),
    );
    const json = written
      .map(({ delta }) => (delta as { partial_json?: string } | undefined)?.partial_json ?? '')
      .join('');
    expect(JSON.parse(json)).toEqual({ input: 'say "☀"\n' });
  });

  const cite = (...citations: { url: string }[]): ChatEvent[] => [
    { type: 'text-start', block: 0 },
    ...citations.map((citation): ChatEvent => ({ type: 'text-citation', block: 0, citation })),
    { type: 'text-delta', block: 0, text: 'a' },
  ];

  it('writes citations at the end of their block, with what proves them', () => {
    const state: OpaqueState = { ...redacted, data: '{"proofs":["p"]}' };
    const citation = { url: 'https://a.test', title: 'A', citedText: 'word' };
    const written = encode(...cite(citation, { url: 'https://b.test' }), { type: 'text-end', block: 0, state });
    const wire = { type: 'web_search_result_location' };
    expect(written.slice(2).map(({ delta }) => delta)).toEqual([
      {
        type: 'citations_delta',
        citation: { ...wire, url: 'https://a.test', title: 'A', cited_text: 'word', encrypted_index: 'p' },
      },
      {
        type: 'citations_delta',
        citation: {
          ...wire,
          url: 'https://b.test',
          title: null,
          cited_text: '',
          encrypted_index: noProof('encrypted'),
        },
      },
      undefined,
    ]);
  });

  it.each(['{"proofs":', '{"proofs":7}'])('takes the proofs %s for none', (data) => {
    const state: OpaqueState = { ...redacted, data };
    expect(encode(...cite({ url: 'https://a.test' }), { type: 'text-end', block: 0, state })[2]).toMatchObject({
      delta: { citation: { encrypted_index: noProof('encrypted') } },
    });
  });

  it('writes the citations of a block that was left open', () => {
    expect(encode(...cite({ url: 'https://a.test' }), finish).map(({ type }) => type)).toEqual([
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });

  it('lists what its blocks have no place for', () => {
    const encoder = createEventEncoder();
    const events: ChatEvent[] = [
      { type: 'text-start', block: 0 },
      { type: 'text-citation', block: 0, citation: { url: 'https://a.test', startIndex: 0 } },
      { type: 'text-citation', block: 0, citation: { url: 'https://a.test', endIndex: 1 } },
      { type: 'text-logprobs', block: 0, tokens: [] },
      { type: 'text-end', block: 0, state: foreignState },
    ];
    for (const event of events) encoder.push(event);
    expect(encoder.losses).toEqual([
      { path: 'content[0].citations', reason: 'Anthropic citations are of a whole block of text' },
      { path: 'logprobs', reason: 'Anthropic answers have no log probabilities' },
      { path: 'content[0].state', reason: 'an Anthropic text has no place for state of openai-responses' },
    ]);
  });

  it('writes nothing for reasoning without content', () => {
    expect(encode({ type: 'reasoning-start', block: 0 }, { type: 'reasoning-end', block: 0 })).toEqual([]);
  });
});
