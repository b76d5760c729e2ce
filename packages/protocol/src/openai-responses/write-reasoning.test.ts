import { describe, expect, it } from '@jest/globals';
import type { ChatEvent, OpaqueState } from '@claudette/core';

import { asObject } from '../json/parse-reply.js';
import { noProof, readState, sealState } from '../opaque-state.js';
import { between, block } from './__fixtures__/canonical-events.js';

describe('reasoning', () => {
  const place = { item_id: 'rs_chatcmpl-1_0', output_index: 0, summary_index: 0 };
  const item = { type: 'reasoning', id: 'rs_chatcmpl-1_0', summary: [] };
  /** A client that sends it back does not name an item that OpenAI has never seen. */
  const unproven = { ...item, encrypted_content: noProof('openai-responses', 'encrypted') };
  const end = (state: OpaqueState): ChatEvent[] => [
    { type: 'reasoning-start', block: 0 },
    { type: 'reasoning-end', block: 0, state },
  ];
  const encrypted = (state: OpaqueState): unknown =>
    asObject(between(end(state)).at(-1)?.['item'])?.['encrypted_content'];

  it('is an item with one summary', () => {
    const [open, delta, close] = block('reasoning', 0, 'hm');
    const events = [open, delta, { type: 'reasoning-delta', block: 0, text: '!' }, close] as ChatEvent[];
    const part = { type: 'summary_text', text: 'hm!' };
    expect(between(events)).toEqual([
      { type: 'output_item.added', output_index: 0, item },
      { type: 'reasoning_summary_part.added', ...place, part: { type: 'summary_text', text: '' } },
      { type: 'reasoning_summary_text.delta', ...place, delta: 'hm' },
      { type: 'reasoning_summary_text.delta', ...place, delta: '!' },
      { type: 'reasoning_summary_text.done', ...place, text: 'hm!' },
      { type: 'reasoning_summary_part.done', ...place, part },
      { type: 'output_item.done', output_index: 0, item: { ...unproven, summary: [part] } },
    ]);
  });

  it('without words is an item without a summary', () => {
    expect(between(block('reasoning', 0, ''))).toEqual([
      { type: 'output_item.added', output_index: 0, item },
      { type: 'output_item.done', output_index: 0, item: unproven },
    ]);
  });

  it("carries another provider's state sealed", () => {
    const state: OpaqueState = { dialect: 'anthropic-messages', kind: 'signature', data: 'sig' };
    expect(readState(String(encrypted(state)), 'openai-responses', 'encrypted')).toEqual(state);
  });

  it('carries its own state as it is', () => {
    expect(encrypted({ dialect: 'openai-responses', kind: 'encrypted', data: 'gAAA' })).toBe('gAAA');
  });

  it('carries its own state sealed with the id that it is bound to', () => {
    const state: OpaqueState = { dialect: 'openai-responses', kind: 'encrypted', data: 'gAAA', id: 'rs_1' };
    expect(encrypted(state)).toBe(sealState(state));
  });
});
