import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { decodeRequest } from './decode-request.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url));

const decode = (fields: object): ReturnType<typeof decodeRequest> =>
  decodeRequest(Buffer.from(JSON.stringify({ model: 'm', input: 'hi', ...fields })));

describe('a decoded request', () => {
  it('is the canonical form of all that Responses can say', () => {
    expect(decodeRequest(fixture('request.json'))).toEqual(JSON.parse(fixture('request.canonical.json').toString()));
  });

  it('says no more than the client said', () => {
    expect(decode({})).toEqual({
      model: 'm',
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      stream: false,
      streamUsage: true,
      tools: [],
      foreign: [],
    });
  });

  it('has nothing for fields that are null', () => {
    const silent = { instructions: null, tools: null, tool_choice: null, text: null, reasoning: null, include: null };
    expect(decode({ ...silent, metadata: null, previous_response_id: null, top_logprobs: null })).toEqual(decode({}));
  });

  it('has nothing for fields that say what goes without saying', () => {
    const customary = { background: false, store: false, truncation: 'disabled', instructions: '', top_logprobs: 0 };
    const empty = { text: { format: { type: 'text' }, verbosity: null }, reasoning: { effort: null, summary: null } };
    expect(decode({ ...customary, ...empty, include: ['reasoning.encrypted_content'] })).toEqual({
      ...decode({}),
      replyOptions: ['store: false', 'reasoning.encrypted_content'],
    });
  });

  it.each([
    [
      'instructions ahead of the input',
      { instructions: 'brief' },
      { messages: [{ role: 'system' }, { role: 'user' }] },
    ],
    ['user', { user: 'u' }, { userId: 'u' }],
    ['the newer name of the user', { safety_identifier: 's' }, { userId: 's' }],
    ['the same user twice', { user: 's', safety_identifier: 's' }, { userId: 's', foreign: [] }],
    [
      'the older name of the summary',
      { reasoning: { generate_summary: 'detailed' } },
      { reasoning: { summary: 'detailed' } },
    ],
    ['a word as tool choice', { tool_choice: 'required' }, { toolChoice: { kind: 'required' } }],
    [
      'a function as tool choice',
      { tool_choice: { type: 'function', name: 'f' } },
      { toolChoice: { kind: 'tool', name: 'f' } },
    ],
    [
      'a nested tool as tool choice',
      { tool_choice: { type: 'custom', namespace: 'n', name: 'f' } },
      { toolChoice: { kind: 'tool', name: 'n__f' } },
    ],
    ['json_object', { text: { format: { type: 'json_object' } } }, { outputFormat: { kind: 'json' } }],
    [
      'a schema with nothing but a name',
      { text: { format: { type: 'json_schema', name: 'n' } } },
      { outputFormat: { kind: 'json-schema', schema: {}, name: 'n' } },
    ],
    [
      'a tool without a schema',
      { tools: [{ type: 'function', name: 'f', parameters: null, strict: null }] },
      { tools: [{ name: 'f' }] },
    ],
    [
      'a tool that takes any text',
      { tools: [{ type: 'custom', name: 'f', format: { type: 'text' } }] },
      { tools: [{ name: 'f', takesText: {} }] },
    ],
    [
      'a tool that takes text of a form of its own',
      { tools: [{ type: 'custom', name: 'f', format: { type: 'new', a: 1 } }] },
      { tools: [{ name: 'f', takesText: { format: { type: 'new', a: 1 } } }] },
    ],
    ['log probabilities without alternatives', { include: ['message.output_text.logprobs'] }, { logprobs: { top: 0 } }],
    ['log probabilities that were not included', { top_logprobs: 2 }, { logprobs: { top: 2 } }],
  ])('reads %s', (_, fields, expected) => {
    expect(decode(fields)).toMatchObject(expected);
  });

  it.each([
    ['an unknown field', { max_tool_calls: 3 }, 'max_tool_calls', 3],
    ['what is to be stored', { store: true }, 'store', true],
    ['a history that may be cut', { truncation: 'auto' }, 'truncation', 'auto'],
    ['a second user', { user: 'u', safety_identifier: 's' }, 'user', 'u'],
    ['a new effort', { reasoning: { effort: 'huge' } }, 'reasoning.effort', 'huge'],
    ['a new summary', { reasoning: { summary: 'long' } }, 'reasoning.summary', 'long'],
    ['a new verbosity', { text: { verbosity: 'max' } }, 'text.verbosity', 'max'],
    ['an unknown field of the text', { text: { tone: 'dry' } }, 'text.tone', 'dry'],
    ['a grammar', { text: { format: { type: 'grammar' } } }, 'text.format', { type: 'grammar' }],
    ['metadata that are no labels', { metadata: { a: 1 } }, 'metadata', { a: 1 }],
    ["a tool of the provider's", { tools: [{ type: 'mcp' }] }, 'tools[0]', { type: 'mcp' }],
    [
      'a namespace without tools for others',
      { tools: [{ type: 'namespace', name: 'n', tools: [] }] },
      'tools[0]',
      { type: 'namespace', name: 'n', tools: [] },
    ],
    ["a choice of the provider's tools", { tool_choice: { type: 'mcp' } }, 'tool_choice', { type: 'mcp' }],
    [
      "allowed tools that are the provider's",
      { tool_choice: { type: 'allowed_tools', tools: [{ type: 'mcp' }] } },
      'tool_choice',
      { type: 'allowed_tools', tools: [{ type: 'mcp' }] },
    ],
  ])('keeps %s as foreign', (_, fields, path, value) => {
    expect(decode(fields).foreign).toEqual([{ dialect: 'openai-responses', path, value }]);
  });

  it('knows that its history holds state of another dialect', () => {
    const item = { type: 'reasoning', summary: [], encrypted_content: 'clst_x' };
    expect(decode({ input: [item] })).toMatchObject({ carriesSealedState: true });
  });
});

describe('a request for what only the provider holds', () => {
  it.each([
    ['previous_response_id', 'resp_1'],
    ['conversation', { id: 'conv_1' }],
    ['prompt', { id: 'pmpt_1' }],
    ['background', true],
  ])('is told by %s, and needs no input', (path, value) => {
    const field = { dialect: 'openai-responses', path, value };
    expect(decode({ [path]: value, input: undefined })).toMatchObject({
      messages: [],
      foreign: [field],
      heldByProvider: field,
    });
  });

  it('may have an input all the same', () => {
    expect(decode({ previous_response_id: 'resp_1' }).messages).toHaveLength(1);
  });

  it('is told by the first reference to an item', () => {
    const [first, second] = [
      { type: 'item_reference', id: 'rs_1' },
      { type: 'item_reference', id: 'rs_2' },
    ];
    const request = decode({ input: [{ role: 'user', content: 'hi' }, first, second] });
    expect(request.heldByProvider).toEqual({ dialect: 'openai-responses', path: 'input[1]', value: first });
    expect(request.messages[1]?.parts).toHaveLength(2);
  });
});

describe('a request that is not valid', () => {
  const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
  it.each([
    [{ model: 5 }, 'model must be a string, but is 5'],
    [{ input: undefined }, 'input must be a string or an array of items, but is undefined'],
    [{ input: ['hi'] }, 'input[0] must be an object, but is "hi"'],
    [{ input: [{}] }, 'input[0].type must be a string, but is undefined'],
    [{ input: [{ role: 'user', content: 5 }] }, 'input[0].content must be a string or an array of parts, but is 5'],
    [{ input: [{ role: 'user', content: [{}] }] }, 'input[0].content[0].type must be a string, but is undefined'],
    [{ input: [{ ...call, arguments: {} }] }, 'input[0].arguments must be a string, but is an object'],
    [{ input: [{ ...call, call_id: null }] }, 'input[0].call_id must be a string, but is null'],
    [{ input: [{ type: 'reasoning', summary: [{}] }] }, 'input[0].summary[0].text must be a string, but is undefined'],
    [{ instructions: [] }, 'instructions must be a string, but is an array'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name must be a string, but is undefined'],
    [{ tool_choice: 'some' }, 'tool_choice must be one of auto, none, required, or an object, but is "some"'],
    [
      { tool_choice: { type: 'allowed_tools', mode: 'any', tools: [{ type: 'function', name: 'f' }] } },
      'tool_choice.mode must be one of auto, required, but is "any"',
    ],
    [{ stream: 'yes' }, 'stream must be true or false, but is "yes"'],
    [{ max_output_tokens: 1.5 }, 'max_output_tokens must be an integer, but is 1.5'],
  ])('is refused: %j', (fields, detail) => {
    expect(() => decode(fields)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });
});
