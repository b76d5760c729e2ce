import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createAsker } from './__fixtures__/ask-provider.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf, parseJson } from './json-reading.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider()));
afterAll(() => provider.close());

const { chat, gemini, messages, post, responses } = createAsker(() => provider);
const loose = { type: 'object', properties: { a: { type: 'object', properties: {} } } };
const closed = { type: 'object', properties: { a: {}, b: {} }, required: ['a'], additionalProperties: false };
const long = 'x'.repeat(65);

describe('Chat refuses', () => {
  const tool = (declared: object): object => ({ tools: [{ type: 'function', function: declared }] });
  const format = (json_schema: object): object => ({ response_format: { type: 'json_schema', json_schema } });
  const user = { role: 'user', content: 'x' };
  const call = { id: long, type: 'function', function: { name: 'f', arguments: '{}' } };

  it.each([
    ['an unknown role', { messages: [{ role: 'model', content: 'x' }] }],
    ['an unknown content part', { messages: [{ role: 'user', content: [{ type: 'input_text', text: 'x' }] }] }],
    ['an image in a tool message', { messages: [{ role: 'tool', content: [{ type: 'image_url' }] }] }],
    ['a message without content', { messages: [{ role: 'user' }] }],
    ['a long id of a call', { messages: [user, { role: 'assistant', tool_calls: [call] }] }],
    ['a tool without a name', tool({})],
    ['a tool name with a dot', tool({ name: 'a.b' })],
    ['a custom tool without a name', { tools: [{ type: 'custom', custom: {} }] }],
    ['an unknown type of tool', { tools: [{ type: 'web_search' }] }],
    ['a strict schema that allows more', tool({ name: 'f', strict: true, parameters: loose })],
    ['a strict schema with optional properties', tool({ name: 'f', strict: true, parameters: closed })],
    ['a strict format with a loose schema', format({ name: 'f', strict: true, schema: loose })],
    ['a format without a name', format({ schema: closed })],
  ])('%s', async (_, body) => {
    const { status, text } = await chat(body);
    expect([status, fieldOf(parseJson(text), 'error', 'type')]).toEqual([400, 'invalid_request_error']);
  });

  it('none of what is well formed', async () => {
    const strict = { ...closed, required: ['a', 'b'] };
    const { status } = await chat({
      messages: [user, { role: 'assistant', content: null, refusal: 'no' }, { role: 'developer', content: 'y' }],
      tools: [
        { type: 'function', function: { name: 'f', strict: true, parameters: strict } },
        { type: 'custom', custom: { name: 'c' } },
      ],
      response_format: { type: 'json_schema', json_schema: { name: 'j', strict: true, schema: strict } },
    });
    expect(status).toBe(200);
  });
});

describe('Responses refuses', () => {
  const user = { role: 'user', content: 'x' };
  const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
  const result = { type: 'function_call_output', call_id: 'c', output: 'ok' };
  const input = (...items: object[]): object => ({ input: items });

  it.each([
    ['no model', { model: undefined }],
    ['no input', { input: [] }],
    ['an unknown role', input({ role: 'tool', content: 'x' })],
    ['a message without content', input({ role: 'user' })],
    ['an unknown type of item', input({ type: 'tool_result' })],
    ['the parts of another role', input({ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] })],
    ['the parts of another dialect', input({ role: 'user', content: [{ type: 'text', text: 'x' }] })],
    ['a result without a call', input(user, result)],
    ['a call without a result', input(user, call)],
    ['a call without a name', input({ ...call, name: undefined }, result)],
    ['a call without arguments', input({ ...call, arguments: undefined }, result)],
    ['a custom call without input', input({ ...call, type: 'custom_tool_call' }, result)],
    ['a result without output', input(call, { ...result, output: undefined })],
    ['a result with parts of an answer', input(call, { ...result, output: [{ type: 'output_text', text: 'x' }] })],
    ['a long id of a call', input({ ...call, call_id: long }, { ...result, call_id: long })],
    ['an id that an item of this type cannot have', input({ ...call, id: 'call_1' }, result)],
    ['reasoning without a summary', input({ type: 'reasoning', id: 'rs_1' })],
    ['a previous response that it does not know', { previous_response_id: 'resp_1' }],
    ['a tiny token limit', { max_output_tokens: 15 }],
    ['a tool without a type', { tools: [{ name: 'f' }] }],
    ['a tool name with a dot', { tools: [{ type: 'function', name: 'a.b' }] }],
    ['a custom tool without a name', { tools: [{ type: 'custom' }] }],
    ['a namespace without a name', { tools: [{ type: 'namespace', tools: [] }] }],
    ['a nested tool without a name', { tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function' }] }] }],
    [
      'a strict tool with a loose schema',
      { tools: [{ type: 'function', name: 'f', strict: true, parameters: loose }] },
    ],
    ['a format without a name', { text: { format: { type: 'json_schema', schema: closed } } }],
    [
      'a strict format with a loose schema',
      { text: { format: { type: 'json_schema', name: 'j', strict: true, schema: { anyOf: [{}, loose] } } } },
    ],
  ])('%s', async (_, body) => {
    const { status, text } = await responses(body);
    expect([status, fieldOf(parseJson(text), 'error', 'type')]).toEqual([400, 'invalid_request_error']);
  });

  it.each([
    ['a body that is no JSON', '{'],
    ['a body that is no object', []],
  ])('%s', async (_, body) => {
    expect((await post('/v1/responses', body)).status).toBe(400);
  });

  it('a reference to an item that it does not know', async () => {
    expect((await responses(input({ type: 'item_reference', id: 'msg_1' }, user))).status).toBe(404);
  });

  it('none of what is well formed', async () => {
    const items = [
      { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'x' }] },
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      { ...call, id: 'fc_1' },
      result,
      { type: 'custom_tool_call', call_id: 'd', name: 'c', input: '' },
      { type: 'custom_tool_call_output', call_id: 'd', output: [{ type: 'input_text', text: 'x' }] },
    ];
    const format = { type: 'json_schema', name: 'j', schema: loose };
    expect((await responses({ input: items, text: { format } })).status).toBe(200);
  });
});

describe('Messages refuses', () => {
  const user = { role: 'user', content: 'x' };
  const assistant = (...content: object[]): object => ({ messages: [user, { role: 'assistant', content }] });
  const use = { type: 'tool_use', id: 'a', name: 'f', input: {} };

  it.each([
    ['an unknown role', { messages: [{ role: 'tool', content: 'x' }] }],
    ['a message without content', { messages: [{ role: 'user' }] }],
    ['a block without a type', assistant({ text: 'x' })],
    ['an empty text', assistant({ type: 'text', text: '' })],
    ['a call with a strange id', assistant({ ...use, id: 'a.b' })],
    ['a call with arguments as text', assistant({ ...use, input: '{}' })],
    ['thinking that was redacted by somebody else', assistant({ type: 'redacted_thinking', data: 'x' })],
    ['a tool without a schema', { tools: [{ name: 'f' }] }],
    ['a tool name with a dot', { tools: [{ name: 'a.b', input_schema: loose }] }],
    ['a small budget for thinking', { thinking: { type: 'enabled', budget_tokens: 10 } }],
    ['a budget above the limit', { max_tokens: 1024, thinking: { type: 'enabled', budget_tokens: 1024 } }],
  ])('%s', async (_, body) => {
    const { status, text } = await messages(body);
    expect([status, fieldOf(parseJson(text), 'error', 'type')]).toEqual([400, 'invalid_request_error']);
  });

  it('none of what is well formed', async () => {
    const tools = [
      { name: 'f', input_schema: loose },
      { type: 'web_search_20250305', name: 'web_search' },
    ];
    const content = [{ type: 'image', source: { type: 'url', url: 'http://x' } }];
    expect((await messages({ tools, messages: [user, { role: 'user', content }] })).status).toBe(200);
  });
});

describe('Gemini refuses', () => {
  const user = { role: 'user', parts: [{ text: 'x' }] };
  const call = { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] };
  const result = (...names: string[]): object => ({
    role: 'user',
    parts: names.map((name) => ({ functionResponse: { name, response: {} } })),
  });
  const contents = (...list: object[]): object => ({ contents: list });
  const part = (one: object): object => contents({ role: 'user', parts: [one] });

  it.each([
    ['no contents', { contents: [] }],
    ['an unknown role', contents({ role: 'assistant', parts: [{ text: 'x' }] })],
    ['no parts', contents({ role: 'user', parts: [] })],
    ['a part without data', part({ type: 'text' })],
    ['a call without a name', part({ functionCall: {} })],
    ['a call with arguments as text', part({ functionCall: { name: 'f', args: '{}' } })],
    ['a result without a name', part({ functionResponse: { response: {} } })],
    ['a result that is text', part({ functionResponse: { name: 'f', response: 'x' } })],
    ['a result without a call', contents(user, result('f'))],
    ['a call without a result', contents(user, call, user)],
    ['more results than calls', contents(user, call, result('f', 'f'))],
    ['a result of another function', contents(user, call, result('g'))],
    ['a tool name that begins with a digit', { tools: [{ functionDeclarations: [{ name: '1' }] }] }],
    ['too many stop sequences', { generationConfig: { stopSequences: [...'abcdef'] } }],
    ['a token limit of 0', { generationConfig: { maxOutputTokens: 0 } }],
    [
      'both a budget and a level of thinking',
      { generationConfig: { thinkingConfig: { thinkingBudget: 1, thinkingLevel: 'low' } } },
    ],
  ])('%s', async (_, body) => {
    const { status, text } = await gemini(body);
    expect(status).toBe(400);
    expect(parseJson(text)).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } });
  });

  it('a body that is no JSON', async () => {
    expect((await post('/v1beta/models/m:generateContent', '{')).status).toBe(400);
  });

  it('inside an array when an array was asked for', async () => {
    const { text } = await gemini({ contents: [] }, 'json-array');
    expect(parseJson(text)).toMatchObject([{ error: { code: 400 } }]);
  });

  it('none of what is well formed', async () => {
    const turns = contents(
      { parts: [{ text: 'x' }] },
      call,
      result('f'),
      { role: 'model', parts: [{ text: 'y' }] },
      user,
    );
    expect((await gemini({ ...turns, tools: [{ googleSearch: {} }] })).status).toBe(200);
  });
});

describe('a model that does not exist', () => {
  it('is a 404 of Gemini and a 400 of Responses', async () => {
    expect((await gemini({}, 'sse', 'missing-1')).status).toBe(404);
    const { status, text } = await responses({ model: 'missing-1' });
    expect([status, fieldOf(parseJson(text), 'error', 'code')]).toEqual([400, 'model_not_found']);
  });
});

describe('a strict provider', () => {
  let strict: FakeProvider;
  beforeAll(async () => void (strict = await createFakeProvider({ strict: true })));
  afterAll(() => strict.close());
  const asker = createAsker(() => strict);
  const odd = { invented: 1 };

  it.each([
    ['Chat', () => asker.chat(odd), 'Unrecognized request argument supplied: invented'],
    ['Responses', () => asker.responses(odd), "Unknown parameter: 'invented'."],
    ['Messages', () => asker.messages(odd), 'invented: Extra inputs are not permitted'],
    ['Gemini', () => asker.gemini(odd), 'Unknown name "invented"'],
    ['the configuration of Gemini', () => asker.gemini({ generationConfig: odd }), 'Unknown name "invented"'],
    ['a part of Gemini', () => asker.gemini({ contents: [{ parts: [{ text: 'x', ...odd }] }] }), '"invented"'],
  ] as const)('refuses a field that %s does not know', async (_, ask, message) => {
    const { status, text } = await ask();
    expect([status, fieldOf(parseJson(text), 'error', 'message')]).toEqual([400, expect.stringContaining(message)]);
  });

  it('takes what is documented, and looks at answers only', async () => {
    const replies = [asker.chat(), asker.responses(), asker.messages(), asker.gemini()];
    const embedding = asker.post('/v1/embeddings', { model: 'e', input: 'x', ...odd });
    const statuses = (await Promise.all([...replies, embedding])).map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
  });
});
