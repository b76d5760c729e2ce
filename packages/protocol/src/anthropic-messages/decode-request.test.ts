import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { sealState } from '../opaque-state.js';

import { decodeRequest } from './decode-request.js';
import { noProof } from './own-state.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`__fixtures__/${name}`, import.meta.url));

const decode = (fields: object) =>
  decodeRequest(Buffer.from(JSON.stringify({ model: 'claude', max_tokens: 100, messages: [], ...fields })));

const decodeUser = (...content: object[]) => decode({ messages: [{ role: 'user', content }] });

const decodeAssistant = (...content: object[]) =>
  decode({ messages: [{ role: 'assistant', content }] }).messages[0]?.parts;

const foreignOf = (fields: object) => decode(fields).foreign.map(({ path, value }) => [path, value]);

const refusal = (detail: string) => expect.objectContaining({ code: 'invalid_request', detail });

describe('decodeRequest', () => {
  it('reads everything that the canonical form has a place for', () => {
    expect(decodeRequest(fixture('request.json'))).toEqual(JSON.parse(fixture('request.canonical.json').toString()));
  });

  it('leaves absent what the client did not say', () => {
    expect(decode({ stream: null, thinking: null, tools: null, metadata: null, system: null })).toEqual({
      model: 'claude',
      messages: [],
      stream: false,
      streamUsage: true,
      tools: [],
      maxOutputTokens: 100,
      foreign: [],
    });
  });

  it('takes the system prompt as a string', () => {
    expect(decode({ system: 'Be brief.' }).messages).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
    ]);
  });

  it('takes a developer message where it stands', () => {
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'developer', content: 'Be brief.' },
    ];
    expect(decode({ messages }).messages.map(({ role }) => role)).toEqual(['user', 'developer']);
  });

  it('keeps user content around a tool result in order', () => {
    const result = { type: 'tool_result', tool_use_id: 'a' };
    const text = { type: 'text', text: 'x' };
    expect(decodeUser(text, result, text).messages.map(({ role }) => role)).toEqual(['user', 'tool', 'user']);
  });

  it('keeps a user message without content', () => {
    expect(decodeUser().messages).toEqual([{ role: 'user', parts: [] }]);
  });

  it('keeps an image from the Files API as a foreign part', () => {
    const image = { type: 'image', source: { type: 'file', file_id: 'file_1' } };
    expect(decodeUser(image).messages[0]?.parts).toEqual([
      { type: 'foreign', dialect: 'anthropic-messages', path: 'messages[0].content[0]', value: image },
    ]);
  });

  it.each(['', noProof('signature'), undefined])('takes the signature %j for none', (signature) => {
    expect(decodeAssistant({ type: 'thinking', thinking: 'hm', signature })).toEqual([
      { type: 'reasoning', text: 'hm' },
    ]);
  });

  const state = { dialect: 'gemini', kind: 'signature', data: 'c2ln' } as const;

  it.each([
    [
      { type: 'thinking', thinking: 'hm', signature: sealState(state) },
      { type: 'reasoning', text: 'hm', state },
    ],
    [
      { type: 'redacted_thinking', data: sealState(state) },
      { type: 'reasoning', text: '', state },
    ],
    [
      { type: 'tool_use', id: `a__${sealState(state)}`, name: 'f', input: {} },
      { type: 'tool-call', id: 'a', name: 'f', arguments: '{}', state },
    ],
  ])("opens another provider's state", (block, part) => {
    expect(decodeAssistant(block)).toEqual([part]);
    const request = decode({ messages: [{ role: 'assistant', content: [block] }] });
    expect(request.carriesSealedState).toBe(true);
  });

  it('takes the state of a call off the id of its result', () => {
    const result = { type: 'tool_result', tool_use_id: `a__${sealState(state)}` };
    expect(decodeUser(result).messages[0]).toEqual({ role: 'tool', toolCallId: 'a', parts: [] });
  });

  it('takes a citation without proof as one, and one of a document as foreign', () => {
    const web = { type: 'web_search_result_location', url: 'https://a.test', encrypted_index: noProof('encrypted') };
    const page = { type: 'page_location', document_index: 0 };
    const text = { type: 'text', text: 'x', citations: [page, { ...web, score: 1 }] };
    expect(decodeAssistant(text)).toEqual([{ type: 'text', text: 'x', citations: [{ url: 'https://a.test' }] }]);
    expect(foreignOf({ messages: [{ role: 'assistant', content: [text] }] })).toEqual([
      ['messages[0].content[0].citations[0]', page],
      ['messages[0].content[0].citations[1].score', 1],
    ]);
  });

  it('keeps a block that only Anthropic knows as a foreign part', () => {
    const block = { type: 'search_result', source: 'https://a.test', title: 'A', content: [] };
    expect(decodeUser(block).messages[0]?.parts).toMatchObject([{ type: 'foreign', value: block }]);
  });

  it('keeps a document that the provider holds as a foreign part', () => {
    const document = { type: 'document', source: { type: 'file', file_id: 'file_1' }, title: 'A' };
    expect(decodeUser(document).messages[0]?.parts).toMatchObject([{ type: 'foreign', value: document }]);
  });

  it('ignores a direct caller and keeps another one as foreign', () => {
    const call = (type: string) => ({ type: 'tool_use', id: 'a', name: 'f', input: {}, caller: { type } });
    const content = [call('direct'), call('code_execution_20250825')];
    expect(foreignOf({ messages: [{ role: 'assistant', content }] })).toEqual([
      ['messages[0].content[1].caller', { type: 'code_execution_20250825' }],
    ]);
  });

  it('keeps unknown fields of messages and blocks as foreign', () => {
    const content = [{ type: 'text', text: 'x', note: 1 }];
    expect(foreignOf({ messages: [{ role: 'user', content, output_config: { effort: 'low' } }] })).toEqual([
      ['messages[0].output_config', { effort: 'low' }],
      ['messages[0].content[0].note', 1],
    ]);
  });

  it.each([
    ['a type', { type: 'eternal' }],
    ['a lifetime', { type: 'ephemeral', ttl: '1y' }],
  ])('keeps a cache hint with %s that is not known as foreign', (_what, cache_control) => {
    expect(foreignOf({ system: [{ type: 'text', text: 'x', cache_control }] })).toEqual([
      ['system[0].cache_control', cache_control],
    ]);
  });

  it.each([
    [{ type: 'enabled', budget_tokens: 2000 }, { budgetTokens: 2000 }],
    [{ type: 'adaptive' }, { adaptive: true }],
    [
      { type: 'adaptive', display: 'omitted' },
      { adaptive: true, summary: 'none' },
    ],
    [
      { type: 'enabled', budget_tokens: 2000, display: 'summarized' },
      { budgetTokens: 2000, summary: 'auto' },
    ],
    [{ type: 'disabled' }, { effort: 'none' }],
  ])('reads thinking %j', (thinking, reasoning) => {
    expect(decode({ thinking }).reasoning).toEqual(reasoning);
  });

  it('reads what does not go with thinking', () => {
    const fields = { tool_choice: { type: 'any' }, temperature: 0, top_p: 0.5, top_k: 40 };
    expect(decode(fields)).toMatchObject({ toolChoice: { kind: 'required' }, temperature: 0, topP: 0.5, topK: 40 });
  });

  it('keeps a kind of thinking that is not known as foreign', () => {
    expect(foreignOf({ thinking: { type: 'between_tools' } })).toEqual([['thinking', { type: 'between_tools' }]]);
  });

  it('keeps a display of thinking that is not known, or shows nothing, as foreign', () => {
    expect(foreignOf({ thinking: { type: 'adaptive', display: 'updates' } })).toEqual([
      ['thinking.display', 'updates'],
    ]);
    expect(foreignOf({ thinking: { type: 'disabled', display: 'omitted' } })).toEqual([
      ['thinking.display', 'omitted'],
    ]);
  });

  it('keeps an effort that is not known as foreign', () => {
    expect(foreignOf({ output_config: { effort: 'heroic' } })).toEqual([['output_config.effort', 'heroic']]);
  });

  it('keeps the effort beside thinking that is switched off as foreign', () => {
    const body = { thinking: { type: 'disabled' }, output_config: { effort: 'low' } };
    expect(decode(body).reasoning).toEqual({ effort: 'none' });
    expect(foreignOf(body)).toEqual([['output_config.effort', 'low']]);
  });

  it('reads the output format under its older name', () => {
    const output_format = { type: 'json_schema', schema: { type: 'object' } };
    expect(decode({ output_format }).outputFormat).toEqual({ kind: 'json-schema', schema: { type: 'object' } });
  });

  it('prefers the newer name of the output format and keeps the older one as foreign', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } };
    const output_format = { type: 'json_schema', schema: { type: 'array' } };
    const body = { output_config: { format }, output_format };
    expect(decode(body).outputFormat).toMatchObject({ schema: { type: 'object' } });
    expect(foreignOf(body)).toEqual([['output_format', output_format]]);
  });

  it('keeps an output format that is not known as foreign', () => {
    expect(foreignOf({ output_config: { format: { type: 'grammar' } } })).toEqual([
      ['output_config.format', { type: 'grammar' }],
    ]);
  });

  it.each([
    [{ type: 'auto' }, { kind: 'auto' }],
    [{ type: 'none' }, { kind: 'none' }],
    [
      { type: 'tool', name: 'f' },
      { kind: 'tool', name: 'f' },
    ],
  ])('reads the tool choice %j', (tool_choice, toolChoice) => {
    const request = decode({ tool_choice });
    expect(request.toolChoice).toEqual(toolChoice);
    expect(request).not.toHaveProperty('parallelToolCalls');
  });

  it('reads a client that allows parallel calls in so many words', () => {
    const tool_choice = { type: 'auto', disable_parallel_tool_use: false };
    expect(decode({ tool_choice }).parallelToolCalls).toBe(true);
  });

  it('keeps fields that only Anthropic knows as foreign', () => {
    const fields = { context_management: { edits: [] }, mcp_servers: [], cache_control: { type: 'ephemeral' } };
    expect(foreignOf(fields)).toEqual(Object.entries(fields));
  });

  it.each([
    [{ max_tokens: undefined }, 'max_tokens must be an integer, but is undefined'],
    [{ model: 7 }, 'model must be a string, but is 7'],
    [{ messages: {} }, 'messages must be an array, but is an object'],
    [{ messages: [null] }, 'messages[0] must be an object, but is null'],
    [
      { messages: [{ role: 'robot' }] },
      'messages[0].role must be one of user, assistant, system, developer, but is "robot"',
    ],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content must be an array, but is 7'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: 1 }] }] },
      'messages[0].content[0].source must be an object, but is 1',
    ],
    [
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'b', input: '{}' }] }] },
      'messages[0].content[0].input must be an object, but is "{}"',
    ],
    [{ tool_choice: { type: 'all' } }, 'tool_choice.type must be one of auto, any, tool, none, but is "all"'],
    [{ stop_sequences: ['a', 1] }, 'stop_sequences[1] must be a string, but is 1'],
    [{ temperature: '0' }, 'temperature must be a number, but is "0"'],
    [{ tools: [{ name: 1 }] }, 'tools[0].name must be a string, but is 1'],
  ])('refuses %j and names the place', (fields, detail) => {
    expect(() => decode(fields)).toThrow(refusal(detail));
  });

  it('refuses a body that is not JSON', () => {
    expect(() => decodeRequest(Buffer.from('{'))).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});

describe('a thread', () => {
  const decodeWith = (thread: unknown) =>
    decodeRequest(new TextEncoder().encode(JSON.stringify({ model: 'm', max_tokens: 1, messages: [], thread })));

  it('that continues refers to turns that only the provider holds', () => {
    const thread = { type: 'continue', previous_message_id: 'msg_1' };
    expect(decodeWith(thread).heldByProvider).toEqual({ dialect: 'anthropic-messages', path: 'thread', value: thread });
  });

  it.each([{ type: 'new' }, 'new', undefined])('that does not continue refers to nothing: %p', (thread) => {
    expect(decodeWith(thread).heldByProvider).toBeUndefined();
  });
});
