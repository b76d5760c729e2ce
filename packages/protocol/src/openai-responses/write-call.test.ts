import { describe, expect, it } from '@jest/globals';
import type { ChatEvent, OpaqueState } from '@claudette/core';

import { asObject } from '../json/parse-reply.js';
import { splitCallId } from '../opaque-state.js';
import { between, call } from './__fixtures__/canonical-events.js';

describe('a tool call', () => {
  const place = { item_id: 'fc_chatcmpl-1_0', output_index: 0 };

  it('is an item', () => {
    const item = { type: 'function_call', id: 'fc_chatcmpl-1_0', call_id: 'call_0', name: 'f' };
    expect(between(call(0))).toEqual([
      { type: 'output_item.added', output_index: 0, item: { ...item, arguments: '', status: 'in_progress' } },
      { type: 'function_call_arguments.delta', ...place, delta: '{}' },
      { type: 'function_call_arguments.done', ...place, name: 'f', arguments: '{}' },
      { type: 'output_item.done', output_index: 0, item: { ...item, arguments: '{}', status: 'completed' } },
    ]);
  });

  it('that takes text is one of its own kind', () => {
    const item = { type: 'custom_tool_call', id: 'ctc_chatcmpl-1_0', call_id: 'call_0', name: 'f' };
    const custom = { ...place, item_id: item.id };
    expect(between(call(0, { takesText: true }))).toEqual([
      { type: 'output_item.added', output_index: 0, item: { ...item, input: '', status: 'in_progress' } },
      { type: 'custom_tool_call_input.delta', ...custom, delta: '{}' },
      { type: 'custom_tool_call_input.done', ...custom, input: '{}' },
      { type: 'output_item.done', output_index: 0, item: { ...item, input: '{}', status: 'completed' } },
    ]);
  });

  it('of a nested tool has the names that the client knows', () => {
    const tools = [{ name: 'a__f', nested: { namespace: 'a', name: 'f' } }];
    const [added, , done] = between(call(0, { name: 'a__f' }), { tools });
    expect(added?.['item']).toMatchObject({ namespace: 'a', name: 'f' });
    expect(done).toMatchObject({ name: 'f' });
  });

  it('carries its state on its id', () => {
    const state: OpaqueState = { dialect: 'gemini', kind: 'signature', data: 'sig' };
    const [added] = between(call(0, { state }));
    expect(splitCallId(String(asObject(added?.['item'])?.['call_id']))).toEqual({ id: 'call_0', state });
  });

  it('may be written while another one is', () => {
    const [start0, delta0, end0] = call(0);
    const [start1, delta1, end1] = call(1);
    const events = between([start0, start1, delta1, delta0, end1, end0] as ChatEvent[]);
    expect(events.map((event) => event['output_index'])).toEqual([0, 1, 1, 0, 1, 1, 0, 0]);
  });
});
