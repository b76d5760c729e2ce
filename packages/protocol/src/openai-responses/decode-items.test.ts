import { describe, expect, it } from '@jest/globals';
import type { OpaqueState } from '@claudette/core';

import { joinCallId, writeState } from '../opaque-state.js';
import { decodeInput } from './decode-items.js';
import { collectForeignFields } from './foreign-fields.js';

const decode = (...items: unknown[]) => {
  const foreign = collectForeignFields();
  return { ...decodeInput(items, foreign), foreign: foreign.all };
};

const partsOf = (...items: unknown[]): unknown => decode(...items).messages[0]?.parts;

const user = (...content: object[]) => ({ role: 'user', content });

const signature: OpaqueState = { dialect: 'gemini', kind: 'signature', data: 'sig' };

describe('decoded items', () => {
  it('of the assistant are one message, until somebody else says something', () => {
    const words = { type: 'message', role: 'assistant', content: 'a' };
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
    const { messages } = decode(words, call, call, { role: 'user', content: 'b' }, words);
    expect(messages.map(({ role, parts }) => [role, parts.length])).toEqual([
      ['assistant', 3],
      ['user', 1],
      ['assistant', 1],
    ]);
  });

  it('leave out an assistant that says nothing', () => {
    expect(decode({ role: 'assistant', content: '' }).messages).toEqual([]);
  });

  it('keep an empty text of the user', () => {
    expect(partsOf({ role: 'user', content: '' })).toEqual([{ type: 'text', text: '' }]);
  });

  it('of unknown types are foreign, even those named like something built in', () => {
    const item = { type: 'constructor' };
    const part = { type: 'foreign', dialect: 'openai-responses', path: 'input[0]', value: item };
    expect(decode(item).messages).toEqual([{ role: 'assistant', parts: [part] }]);
  });

  it('of an unknown role are foreign', () => {
    expect(partsOf({ role: 'critic', content: 'no' })).toMatchObject([{ type: 'foreign', path: 'input[0]' }]);
  });

  it.each([
    ['a message', { role: 'user', content: 'a', name: 'n' }, 'input[0].name', 'n'],
    ['a system message', { role: 'system', content: 'a', name: 'n' }, 'input[0].name', 'n'],
    ["the assistant's phase", { role: 'assistant', content: 'a', phase: 'commentary' }, 'input[0].phase', 'commentary'],
    [
      'a call by a program',
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '', caller: { type: 'program' } },
      'input[0].caller',
      { type: 'program' },
    ],
    ['a result', { type: 'function_call_output', call_id: 'c', output: '', x: 1 }, 'input[0].x', 1],
  ])('keep unknown fields of %s', (_, item, path, value) => {
    expect(decode(item).foreign).toEqual([{ dialect: 'openai-responses', path, value }]);
  });

  it('of a result take a direct caller as a matter of course', () => {
    const output = { type: 'custom_tool_call_output', call_id: 'c', output: '', caller: { type: 'direct' } };
    expect(decode(output).foreign).toEqual([]);
  });

  it('bring back the state that rode on the id of a call', () => {
    const id = joinCallId('c', signature);
    const { messages } = decode(
      { type: 'function_call', call_id: id, name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: id, output: 'a' },
    );
    expect(messages).toMatchObject([{ parts: [{ id: 'c', state: signature }] }, { toolCallId: 'c' }]);
  });
});

describe('decoded reasoning', () => {
  const summary = [{ type: 'summary_text', text: 'why' }];
  const content = [{ type: 'reasoning_text', text: 'because' }];

  it.each([
    ['a summary', { summary }, { type: 'reasoning', text: 'why' }],
    ['its words, where there is no summary', { summary: [], content }, { type: 'reasoning', text: 'because' }],
    [
      'nothing but its state',
      { encrypted_content: 'x' },
      { type: 'reasoning', text: '', state: { dialect: 'openai-responses', kind: 'encrypted', data: 'x' } },
    ],
    [
      'state of another dialect',
      { id: 'rs_1', summary, encrypted_content: writeState(signature, 'openai-responses') },
      { type: 'reasoning', text: 'why', state: signature },
    ],
  ])('has %s', (_, fields, part) => {
    const decoded = decode({ type: 'reasoning', ...fields });
    expect(decoded.messages[0]?.parts).toEqual([part]);
    expect(decoded.foreign).toEqual([]);
  });

  it('keeps its words as foreign beside a summary', () => {
    expect(decode({ type: 'reasoning', summary, content }).foreign).toMatchObject([{ path: 'input[0].content' }]);
  });

  it('is foreign when only its id is there', () => {
    const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: '' };
    expect(partsOf(item)).toMatchObject([{ type: 'foreign', value: item }]);
  });
});

describe('decoded content', () => {
  it.each([
    ['a picture of an uploaded file', { type: 'input_image', file_id: 'file-1' }],
    ['an uploaded file', { type: 'input_file', file_id: 'file-1' }],
    ['a file that is no data URL', { type: 'input_file', file_data: 'JVBERi0=' }],
    ['a part of an unknown type', { type: 'toString' }],
  ])('has %s as a foreign part', (_, part) => {
    expect(partsOf(user(part))).toEqual([
      { type: 'foreign', dialect: 'openai-responses', path: 'input[0].content[0]', value: part },
    ]);
  });

  it('has plain text that is not UTF-8 as data', () => {
    expect(partsOf(user({ type: 'input_file', file_data: 'data:text/plain;base64,/w==' }))).toEqual([
      { type: 'document', source: { kind: 'base64', mediaType: 'text/plain', data: '/w==' } },
    ]);
  });

  it.each([
    ['the detail of a file', { type: 'input_file', file_url: 'https://a.example', detail: 'high' }, 'detail'],
    [
      'a breakpoint of another kind',
      { type: 'input_text', text: 'a', prompt_cache_breakpoint: {} },
      'prompt_cache_breakpoint',
    ],
    ['an unknown field of a text', { type: 'input_text', text: 'a', x: 1 }, 'x'],
    ['an unknown field of an image', { type: 'input_image', image_url: 'https://a.example', x: 1 }, 'x'],
  ])('keeps %s as foreign', (_, part, field) => {
    expect(decode(user(part)).foreign).toMatchObject([{ path: `input[0].content[0].${field}` }]);
  });

  it('does not mind a detail that goes without saying', () => {
    const file = { type: 'input_file', file_url: 'https://a.example', detail: 'auto' };
    expect(decode(user(file)).foreign).toEqual([]);
  });
});
