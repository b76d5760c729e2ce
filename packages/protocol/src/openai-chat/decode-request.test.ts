import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { decodeRequest } from './decode-request.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url));

const decode = (fields: object): ReturnType<typeof decodeRequest> =>
  decodeRequest(Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields })));

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
    [
      'a tool that takes any text',
      { tools: [{ type: 'custom', custom: { name: 'f', format: null } }] },
      { tools: [{ name: 'f', takesText: {} }] },
    ],
    [
      'a tool choice of a tool that takes text',
      { tool_choice: { type: 'custom', custom: { name: 'f' } } },
      { toolChoice: { kind: 'tool', name: 'f' } },
    ],
    ['log probabilities without alternatives', { logprobs: true }, { logprobs: { top: 0 } }],
  ])('reads %s', (_, fields, expected) => {
    expect(decode(fields)).toMatchObject(expected);
  });

  it('takes text as the response format for nothing said', () => {
    expect(decode({ response_format: { type: 'text' } })).not.toHaveProperty('outputFormat');
  });

  it.each([
    ['an unknown field', { logit_bias: {} }, 'logit_bias', {}],
    ['functions', { functions: [] }, 'functions', []],
    ["a vendor's verbosity", { verbosity: 'chatty' }, 'verbosity', 'chatty'],
    ['alternatives without log probabilities', { logprobs: false, top_logprobs: 2 }, 'top_logprobs', 2],
    ['labels that are no strings', { metadata: { a: 1 } }, 'metadata', { a: 1 }],
    [
      'allowed tools without a list',
      { tool_choice: { type: 'allowed_tools' } },
      'tool_choice',
      { type: 'allowed_tools' },
    ],
    [
      'allowed tools of other types',
      { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'mcp' }, 5] } } },
      'tool_choice',
      { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'mcp' }, 5] } },
    ],
    ['a tool choice of another type', { tool_choice: { type: 'mcp' } }, 'tool_choice', { type: 'mcp' }],
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
    [{ tools: [{ type: 'custom' }] }, 'tools[0].custom must be an object, but is undefined'],
    [{ tool_choice: { type: 'custom' } }, 'tool_choice.custom must be an object, but is undefined'],
    [{ tool_choice: 'maybe' }, 'tool_choice must be one of auto, none, required, or an object, but is "maybe"'],
    [{ stop: 5 }, 'stop must be a string or an array of strings, but is 5'],
    [{ stop: [5] }, 'stop[0] must be a string, but is 5'],
    [{ stream: 'yes' }, 'stream must be true or false, but is "yes"'],
    [{ n: 1.5 }, 'n must be an integer, but is 1.5'],
  ])('is refused: %j', (fields, detail) => {
    expect(() => decode(fields)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });
});
