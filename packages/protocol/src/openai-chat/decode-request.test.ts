import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { decodeRequest } from './decode-request.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url));

const decode = (fields: object): ReturnType<typeof decodeRequest> =>
  decodeRequest(Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields })));

const decodeMessage = (message: object): ReturnType<typeof decodeRequest> => decode({ messages: [message] });

describe('a decoded request', () => {
  it('is the canonical form of all that Chat can say', () => {
    expect(decodeRequest(fixture('request.json'))).toEqual(JSON.parse(fixture('request.canonical.json').toString()));
  });

  it('says no more than the client said', () => {
    expect(decode({})).toEqual({
      model: 'm',
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      stream: false,
      streamUsage: false,
      tools: [],
      foreign: [],
    });
  });

  it('has nothing for fields that are null', () => {
    const silent = { temperature: null, stop: null, tools: null, tool_choice: null, response_format: null, seed: null };
    expect(decode({ ...silent, reasoning_effort: null, stream_options: null, logit_bias: null })).toEqual(decode({}));
  });

  it.each([
    ['max_tokens', { max_tokens: 5 }, { maxOutputTokens: 5 }],
    ['the newer of two limits', { max_tokens: 5, max_completion_tokens: 6 }, { maxOutputTokens: 6 }],
    ['a single stop', { stop: 'END' }, { stopSequences: ['END'] }],
    ['user', { user: 'u' }, { userId: 'u' }],
    ['the newer of two users', { user: 'u', safety_identifier: 's' }, { userId: 's' }],
    ['a word as tool choice', { tool_choice: 'required' }, { toolChoice: { kind: 'required' } }],
    ["Mistral's word as tool choice", { tool_choice: 'any' }, { toolChoice: { kind: 'required' } }],
    ['json_object', { response_format: { type: 'json_object' } }, { outputFormat: { kind: 'json' } }],
    [
      'a schema with nothing but a name',
      { response_format: { type: 'json_schema', json_schema: { name: 'n' } } },
      { outputFormat: { kind: 'json-schema', schema: {}, name: 'n' } },
    ],
    [
      'a tool without a schema',
      { tools: [{ type: 'function', function: { name: 'f', parameters: null } }] },
      { tools: [{ name: 'f' }] },
    ],
    [
      'a cache hint of a tool',
      { tools: [{ type: 'function', function: { name: 'f' }, cache_control: { type: 'ephemeral', ttl: '1h' } }] },
      { tools: [{ name: 'f', cacheHint: { ttl: '1h' } }] },
    ],
  ])('reads %s', (_, fields, expected) => {
    expect(decode(fields)).toMatchObject(expected);
  });

  it('takes text as the response format for nothing said', () => {
    expect(decode({ response_format: { type: 'text' } })).not.toHaveProperty('outputFormat');
  });

  it.each([
    ['an unknown field', { verbosity: 'low' }, 'verbosity', 'low'],
    ['functions', { functions: [] }, 'functions', []],
    ['allowed tools', { tool_choice: { type: 'allowed_tools' } }, 'tool_choice', { type: 'allowed_tools' }],
    ['a grammar', { response_format: { type: 'grammar' } }, 'response_format', { type: 'grammar' }],
    ["a vendor's effort", { reasoning_effort: 'default' }, 'reasoning_effort', 'default'],
    ['a seed beyond safe integers', { seed: 2 ** 60 }, 'seed', 2 ** 60],
    [
      'an unknown field of a function',
      { tools: [{ type: 'function', function: { name: 'f', examples: 1 } }] },
      'tools[0].function.examples',
      1,
    ],
    [
      'a cache hint of another shape',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'other' } }] }] },
      'messages[0].content[0].cache_control',
      { type: 'other' },
    ],
  ])('keeps %s as foreign', (_, fields, path, value) => {
    expect(decode(fields).foreign).toEqual([{ dialect: 'openai-chat', path, value }]);
  });
});

describe('a decoded message', () => {
  it.each([
    ['a URL', 'https://a.example/b.png', { kind: 'url', url: 'https://a.example/b.png' }],
    ['a data URL', 'data:image/gif;base64,R0lG', { kind: 'base64', mediaType: 'image/gif', data: 'R0lG' }],
    ['a data URL in plain text', 'data:image/svg+xml,<svg/>', { kind: 'url', url: 'data:image/svg+xml,<svg/>' }],
  ])('has images behind %s', (_, url, source) => {
    const message = { role: 'user', content: [{ type: 'image_url', image_url: { url } }] };
    expect(decodeMessage(message).messages[0]?.parts).toEqual([{ type: 'image', source }]);
  });

  it('keeps an empty text of the user', () => {
    expect(decodeMessage({ role: 'user', content: '' }).messages[0]?.parts).toEqual([{ type: 'text', text: '' }]);
  });

  it.each([{ content: '' }, { content: null }, {}])('of the assistant says nothing with %j', (fields) => {
    expect(decodeMessage({ role: 'assistant', ...fields }).messages[0]?.parts).toEqual([]);
  });

  it.each([
    ['in its field', { content: null, refusal: 'No.' }],
    ['among its parts', { content: [{ type: 'refusal', refusal: 'No.' }] }],
  ])('has a refusal %s', (_, fields) => {
    expect(decodeMessage({ role: 'assistant', ...fields }).messages[0]?.parts).toEqual([
      { type: 'refusal', text: 'No.' },
    ]);
  });

  it('has reasoning under its other name', () => {
    const [message] = decodeMessage({ role: 'assistant', content: 'a', reasoning: 'why' }).messages;
    expect(message?.parts).toEqual([
      { type: 'reasoning', text: 'why' },
      { type: 'text', text: 'a' },
    ]);
  });

  it('has tool calls whose type was left out', () => {
    const call = { id: 'c', function: { name: 'f', arguments: '{}' } };
    expect(decodeMessage({ role: 'assistant', tool_calls: [call] }).messages[0]?.parts).toEqual([
      { type: 'tool-call', id: 'c', name: 'f', arguments: '{}' },
    ]);
  });

  it('has parts of unknown types as foreign parts, even those named like something built in', () => {
    const part = { type: 'constructor' };
    expect(decodeMessage({ role: 'user', content: [part] }).messages[0]?.parts).toEqual([
      { type: 'foreign', dialect: 'openai-chat', path: 'messages[0].content[0]', value: part },
    ]);
  });
});

describe('a request that is not valid', () => {
  const user = { role: 'user', content: 'hi' };
  it.each([
    [{ model: 5 }, 'model must be a string, but is 5'],
    [{ model: undefined }, 'model must be a string, but is undefined'],
    [{ messages: undefined }, 'messages must be an array, but is undefined'],
    [{ messages: ['hi'] }, 'messages[0] must be an object, but is "hi"'],
    [
      { messages: [{ role: 'robot' }] },
      'messages[0].role must be one of system, developer, user, assistant, tool, function, but is "robot"',
    ],
    [
      { messages: [user, { role: 'user' }] },
      'messages[1].content must be a string or an array of parts, but is undefined',
    ],
    [{ messages: [{ role: 'user', content: ['a'] }] }, 'messages[0].content[0] must be an object, but is "a"'],
    [{ messages: [{ role: 'user', content: [{}] }] }, 'messages[0].content[0].type must be a string, but is undefined'],
    [
      { messages: [user, user, { role: 'user', content: [{ type: 'image_url', image_url: { url: 5 } }] }] },
      'messages[2].content[0].image_url.url must be a string, but is 5',
    ],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id must be a string, but is undefined'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'f', arguments: {} } }] }] },
      'messages[0].tool_calls[0].function.arguments must be a string, but is an object',
    ],
    [{ tools: [{ type: 'function' }] }, 'tools[0].function must be an object, but is undefined'],
    [{ tool_choice: 'maybe' }, 'tool_choice must be one of auto, none, required, or an object, but is "maybe"'],
    [{ stop: 5 }, 'stop must be a string or an array of strings, but is 5'],
    [{ stop: [5] }, 'stop[0] must be a string, but is 5'],
    [{ stream: 'yes' }, 'stream must be true or false, but is "yes"'],
    [{ n: 1.5 }, 'n must be an integer, but is 1.5'],
  ])('is refused: %j', (fields, detail) => {
    expect(() => decode(fields)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });
});
