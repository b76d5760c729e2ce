import { describe, expect, it } from '@jest/globals';
import type { Loss, Message, Tool } from '@claudette/core';

import { createLossList } from '../loss-list.js';
import { encodeInput } from './encode-items.js';

const encode = (messages: readonly Message[], textTools = true, tools: readonly Tool[] = []) => {
  const losses = createLossList();
  return { ...encodeInput(messages, { tools, textTools, losses }), losses: losses.all };
};

const items = (...messages: Message[]): readonly unknown[] => encode(messages).input;
const lost = (...messages: Message[]): readonly string[] => encode(messages).losses.map(({ path }: Loss) => path);

const text = { type: 'text', text: 'a' } as const;
const image = { type: 'image', source: { kind: 'url', url: 'https://a.example/b.png' } } as const;
const user: Message = { role: 'user', parts: [text] };
const hint = { cacheHint: { ttl: '5m' } } as const;

const foreign = (dialect: 'openai-responses' | 'gemini', path: string) =>
  ({ type: 'foreign', dialect, path, value: { type: 'new' } }) as const;

describe('encoded instructions', () => {
  it('are the texts of a leading system message', () => {
    expect(encode([{ role: 'system', parts: [text, { type: 'text', text: 'b' }] }, user])).toEqual({
      instructions: 'a\n\nb',
      input: [{ type: 'message', role: 'user', content: 'a' }],
      losses: [],
    });
  });

  it.each<[string, readonly Message[]]>([
    ['nothing else is there to say', [{ role: 'system', parts: [text] }]],
    ['they have no parts', [{ role: 'system', parts: [] }, user]],
    [
      'not all of them is text',
      [{ role: 'system', parts: [foreign('openai-responses', 'input[0].content[0]')] }, user],
    ],
    ['the developer gives them', [{ role: 'developer', parts: [text] }, user]],
    ['they come later', [user, { role: 'system', parts: [text] }]],
  ])('stay in the input when %s', (_, messages) => {
    expect(encode(messages)).not.toHaveProperty('instructions');
    expect(encode(messages).input).toHaveLength(messages.length);
  });
});

describe('encoded messages', () => {
  it('have a single text as a string and several parts as a list', () => {
    expect(items(user, { role: 'user', parts: [text, image] }, { role: 'user', parts: [] })).toEqual([
      { type: 'message', role: 'user', content: 'a' },
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: 'https://a.example/b.png', detail: 'auto' },
        ],
      },
      { type: 'message', role: 'user', content: '' },
    ]);
  });

  it.each([
    [{ kind: 'url', url: 'https://a.example' }, 'n', { file_url: 'https://a.example', filename: 'n' }],
    [{ kind: 'url', url: 'https://a.example' }, undefined, { file_url: 'https://a.example' }],
    [{ kind: 'text', text: 'a' }, undefined, { filename: 'document.txt', file_data: 'data:text/plain;base64,YQ==' }],
    [
      { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' },
      undefined,
      { filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
    ],
  ] as const)('have the document %j', (source, name, file) => {
    const part = { type: 'document', source, ...(name && { name }) } as const;
    expect(items({ role: 'user', parts: [part] })).toEqual([
      { type: 'message', role: 'user', content: [{ type: 'input_file', ...file }] },
    ]);
  });

  it('lose names and cache hints', () => {
    expect(lost({ role: 'user', name: 'n', parts: [{ ...text, ...hint }] })).toEqual([
      'messages[0].name',
      'messages[0].cacheHint',
    ]);
  });

  it('lose the parts of other dialects', () => {
    expect(encode([{ role: 'user', parts: [foreign('gemini', 'contents[0].parts[0]')] }])).toEqual({
      input: [{ type: 'message', role: 'user', content: '' }],
      losses: [{ path: 'contents[0].parts[0]', reason: 'only gemini knows it' }],
    });
  });
});

describe('an encoded turn of the assistant', () => {
  const assistant = (...parts: Extract<Message, { role: 'assistant' }>['parts']): Message => ({
    role: 'assistant',
    parts,
  });

  it('has words that stand together as one message', () => {
    expect(items(user, assistant(text, text, { type: 'refusal', text: 'No.' }))[1]).toEqual({
      type: 'message',
      role: 'assistant',
      id: 'msg_1_0',
      status: 'completed',
      content: [
        { type: 'output_text', text: 'a', annotations: [] },
        { type: 'output_text', text: 'a', annotations: [] },
        { type: 'refusal', refusal: 'No.' },
      ],
    });
  });

  it('has items in their order', () => {
    const call = { type: 'tool-call', id: 'c', name: 'f', arguments: '{}', ...hint } as const;
    expect(items(assistant(text, call, { type: 'text', text: 'b' }))).toEqual([
      { type: 'message', role: 'assistant', content: 'a' },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'message', role: 'assistant', content: 'b' },
    ]);
    expect(lost(assistant({ ...text, ...hint }, call))).toEqual(['messages[0].cacheHint']);
  });

  it('has citations of the whole text where nothing else is known, without the words of the source', () => {
    const cited = { ...text, citations: [{ url: 'https://a.example', citedText: 'b' }] };
    expect(items(assistant(cited))).toMatchObject([
      {
        content: [
          {
            annotations: [
              {
                type: 'url_citation',
                url: 'https://a.example',
                title: 'https://a.example',
                start_index: 0,
                end_index: 1,
              },
            ],
          },
        ],
      },
    ]);
    expect(lost(assistant(cited))).toEqual(['messages[0].citations']);
  });

  it('has foreign items and parts in their place', () => {
    const parts = [foreign('openai-responses', 'input[0]'), foreign('openai-responses', 'input[1].content[0]')];
    expect(items(assistant(...parts))).toMatchObject([
      { type: 'new' },
      { type: 'message', content: [{ type: 'new' }] },
    ]);
  });

  it('is nothing when only another dialect knows it', () => {
    expect(items(assistant(foreign('gemini', 'contents[0].parts[0]')))).toEqual([]);
  });

  it.each([
    [{ id: 'rs_1' }, 'why', { id: 'rs_1', summary: [{ type: 'summary_text', text: 'why' }] }],
    [{}, '', { summary: [] }],
  ])('has reasoning with the state %j back as it was', (id, words, expected) => {
    const state = { dialect: 'openai-responses', kind: 'encrypted', data: 'x', ...id } as const;
    expect(items(assistant({ type: 'reasoning', text: words, state }))).toEqual([
      { type: 'reasoning', encrypted_content: 'x', ...expected },
    ]);
  });

  it.each([
    ['another provider', { dialect: 'gemini', kind: 'signature', data: 'x' }],
    ['nobody', undefined],
  ] as const)('loses reasoning that %s has sealed, and says so when it could be read', (_, state) => {
    const sealed = state && { state };
    expect(lost(assistant({ type: 'reasoning', text: 'why', ...sealed }))).toEqual(['messages[0].reasoning']);
    expect(lost(assistant({ type: 'reasoning', text: '', ...sealed }))).toEqual([]);
  });

  it.each([
    [
      true,
      { type: 'custom_tool_call', call_id: 'c', namespace: 'n', name: 'patch', input: 'x' },
      'custom_tool_call_output',
    ],
    [
      false,
      { type: 'function_call', call_id: 'c', namespace: 'n', name: 'patch', arguments: '{"input":"x"}' },
      'function_call_output',
    ],
  ])('has calls with text where the vendor has tools for it: %s', (textTools, call, output) => {
    const tools = [{ name: 'n__patch', nested: { namespace: 'n', name: 'patch' } }];
    const part = { type: 'tool-call', id: 'c', name: 'n__patch', arguments: 'x', takesText: true } as const;
    const result: Message = { role: 'tool', toolCallId: 'c', parts: [text] };
    expect(encode([assistant(part), result], textTools, tools).input).toEqual([
      call,
      { type: output, call_id: 'c', output: 'a' },
    ]);
  });
});

describe('an encoded result', () => {
  it('has images in it', () => {
    expect(items({ role: 'tool', toolCallId: 'c', parts: [text, image] })).toMatchObject([
      { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text' }, { type: 'input_image' }] },
    ]);
  });

  it.each([
    [true, ['messages[0].isError', 'messages[0].cacheHint']],
    [false, ['messages[0].cacheHint']],
  ])('loses its cache hint and the mark of an error: %s', (isError, expected) => {
    expect(lost({ role: 'tool', toolCallId: 'c', parts: [], isError, ...hint })).toEqual(expected);
  });
});
