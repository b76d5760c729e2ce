import { readFileSync } from 'node:fs';

import type { ChatRequest, Message } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';
import { anthropicMessages } from './index.js';

const target = { model: 'claude', options: {}, defaultMaxOutputTokens: 4096 };
const hello: Message = { role: 'user', parts: [{ type: 'text', text: 'hi' }] };

const encode = (fields: Partial<ChatRequest>) => {
  const request: ChatRequest = {
    model: 'auto',
    messages: [hello],
    stream: false,
    streamUsage: true,
    tools: [],
    foreign: [],
    ...fields,
  };
  const { body, losses } = encodeRequest(request, target);
  return { body: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>, losses };
};

const lostPaths = (fields: Partial<ChatRequest>): string[] => encode(fields).losses.map(({ path }) => path);
const text = (role: 'system' | 'developer' | 'user' | 'assistant', what: string): Message => ({
  role,
  parts: [{ type: 'text', text: what }],
});
const wireText = (what: string) => ({ type: 'text', text: what });
const tools = [{ name: 'f' }];

describe('encodeRequest', () => {
  it('writes no more than what is needed', () => {
    expect(encode({})).toEqual({
      body: { model: 'claude', max_tokens: 4096, messages: [{ role: 'user', content: [wireText('hi')] }] },
      losses: [],
    });
  });

  it('writes back what it read, but for what has lost its place', () => {
    const bytes = readFileSync(new URL('__fixtures__/request.json', import.meta.url));
    const original = JSON.parse(bytes.toString()) as Record<string, unknown>;
    const { body, losses } = encode(decodeRequest(bytes));
    expect(body).toMatchObject({
      tool_choice: original['tool_choice'],
      output_config: original['output_config'],
      service_tier: 'auto',
      temperature: 0,
      metadata: { user_id: 'user-7' },
    });
    expect(body['messages']).toHaveLength(3);
    expect(losses.map(({ path }) => path)).toEqual([
      'messages[2]',
      'metadata.team',
      'tools[1].defer_loading',
      'tools[2]',
      'thinking.display',
    ]);
  });

  it('sends leading system and developer messages as the system field', () => {
    const { body } = encode({ messages: [text('system', 'a'), text('developer', 'b'), hello] });
    expect(body['system']).toEqual([wireText('a'), wireText('b')]);
  });

  it('sends a later system message as user text in its place and says so', () => {
    const { body, losses } = encode({ messages: [hello, text('assistant', 'b'), text('system', 'c'), hello] });
    expect(body['messages']).toEqual([
      { role: 'user', content: [wireText('hi')] },
      { role: 'assistant', content: [wireText('b')] },
      { role: 'user', content: [wireText('c'), wireText('hi')] },
    ]);
    expect(losses).toEqual([
      { path: 'messages[2]', reason: 'a system message inside the conversation is sent as user text' },
    ]);
  });

  it('asks with the last system message when there is no other', () => {
    const { body, losses } = encode({ messages: [text('system', 'a'), text('system', 'b')] });
    expect(body).toMatchObject({ system: [wireText('a')], messages: [{ role: 'user', content: [wireText('b')] }] });
    expect(losses).toHaveLength(1);
  });

  it('puts tool results of one turn together, ahead of what the user says', () => {
    const result = (toolCallId: string): Message => ({ role: 'tool', toolCallId, parts: [] });
    const call: Message = {
      role: 'assistant',
      parts: [{ type: 'tool-call', id: 'a', name: 'f', arguments: '' }],
    };
    const { body } = encode({ messages: [call, result('a'), hello, result('b')] });
    expect(body['messages']).toEqual([
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'a' }, { type: 'tool_result', tool_use_id: 'b' }, wireText('hi')],
      },
    ]);
  });

  it.each(['{"a":', '[]', 'null'])('refuses the tool arguments %s', (args) => {
    const parts = [{ type: 'tool-call' as const, id: 'a', name: 'f', arguments: args }];
    expect(() => encode({ messages: [{ role: 'assistant', parts }] })).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        detail: 'messages[0].content[0].arguments must be a JSON object as text',
      }),
    );
  });

  it('leaves out reasoning that nobody signed and says so', () => {
    const parts = [{ type: 'reasoning' as const, text: 'hm' }, wireText('yes') as { type: 'text'; text: string }];
    const { body, losses } = encode({ messages: [{ role: 'assistant', parts }] });
    expect(body['messages']).toEqual([{ role: 'assistant', content: [wireText('yes')] }]);
    expect(losses.map(({ path }) => path)).toEqual(['messages[0].content[0]']);
  });

  it('sends a refusal as text', () => {
    const messages: Message[] = [{ role: 'assistant', parts: [{ type: 'refusal', text: 'No.' }] }];
    expect(encode({ messages }).body['messages']).toEqual([{ role: 'assistant', content: [wireText('No.')] }]);
  });

  it('leaves out a message without content and says so', () => {
    const { body, losses } = encode({ messages: [hello, text('assistant', ''), text('user', 'there')] });
    expect(body['messages']).toEqual([{ role: 'user', content: [wireText('hi'), wireText('there')] }]);
    expect(losses.map(({ path }) => path)).toEqual(['messages[1]']);
  });

  it('lists what messages cannot carry', () => {
    const messages: Message[] = [
      {
        role: 'user',
        name: 'ann',
        parts: [
          { type: 'image', source: { kind: 'url', url: 'https://example.test/a.png' }, detail: 'low' },
          { type: 'foreign', dialect: 'openai-chat', path: 'messages[0].content[1]', value: {} },
        ],
      },
    ];
    expect(lostPaths({ messages })).toEqual([
      'messages[0].name',
      'messages[0].content[0].detail',
      'messages[0].content[1]',
    ]);
  });

  it('lists settings that Anthropic has not', () => {
    expect(lostPaths({ seed: 0, presencePenalty: 0, frequencyPenalty: 1, choices: 2 })).toEqual([
      'seed',
      'presence_penalty',
      'frequency_penalty',
      'n',
    ]);
  });

  it('does not list one answer as a loss', () => {
    expect(lostPaths({ choices: 1 })).toEqual([]);
  });

  it('lists fields that only another dialect knows', () => {
    expect(lostPaths({ foreign: [{ dialect: 'openai-chat', path: 'logit_bias', value: {} }] })).toEqual(['logit_bias']);
  });

  it.each([
    [0, 0, []],
    [1, 1, []],
    [1.7, 1, ['temperature']],
  ])('sends temperature %d as %d', (temperature, sent, lost) => {
    expect(encode({ temperature }).body['temperature']).toBe(sent);
    expect(lostPaths({ temperature })).toEqual(lost);
  });

  it.each([
    [{ effort: 'none' }, { type: 'disabled' }, undefined],
    [{ effort: 'high' }, { type: 'adaptive' }, { effort: 'high' }],
    [{ adaptive: true }, { type: 'adaptive' }, undefined],
    [{ adaptive: false }, undefined, undefined],
    [{ budgetTokens: 2000, effort: 'low' }, { type: 'enabled', budget_tokens: 2000 }, { effort: 'low' }],
  ] as const)('sends reasoning %j', (reasoning, thinking, outputConfig) => {
    const { body, losses } = encode({ reasoning });
    expect([body['thinking'], body['output_config'], losses]).toEqual([thinking, outputConfig, []]);
  });

  it('sends minimal effort as low and says so', () => {
    const { body, losses } = encode({ reasoning: { effort: 'minimal' } });
    expect(body['output_config']).toEqual({ effort: 'low' });
    expect(losses.map(({ path }) => path)).toEqual(['reasoning_effort']);
  });

  it.each([
    [10, 4096, 1024],
    [9999, 4096, 4095],
  ])('sends a budget of %d of %d tokens as %d and says so', (budgetTokens, maxOutputTokens, sent) => {
    const { body, losses } = encode({ reasoning: { budgetTokens }, maxOutputTokens });
    expect(body['thinking']).toEqual({ type: 'enabled', budget_tokens: sent });
    expect(losses.map(({ path }) => path)).toEqual(['reasoning.budget_tokens']);
  });

  it('leaves thinking out when the limit has no room for it and says so', () => {
    const { body, losses } = encode({ reasoning: { budgetTokens: 1024 }, maxOutputTokens: 1024 });
    expect(body).not.toHaveProperty('thinking');
    expect(losses.map(({ path }) => path)).toEqual(['reasoning.budget_tokens']);
  });

  it('sends a schema without its name', () => {
    const outputFormat = { kind: 'json-schema', schema: { type: 'object' }, name: 'n', strict: true } as const;
    const { body, losses } = encode({ outputFormat });
    expect(body['output_config']).toEqual({ format: { type: 'json_schema', schema: { type: 'object' } } });
    expect(losses).toEqual([]);
  });

  it('lists what a schema loses', () => {
    const outputFormat = { kind: 'json-schema', schema: {}, description: 'd', strict: false } as const;
    expect(lostPaths({ outputFormat })).toEqual([
      'response_format.json_schema.description',
      'response_format.json_schema.strict',
    ]);
  });

  it('lists JSON without a schema as lost', () => {
    expect(lostPaths({ outputFormat: { kind: 'json' } })).toEqual(['response_format']);
  });

  it('gives a tool without parameters an empty schema', () => {
    expect(encode({ tools }).body['tools']).toEqual([{ name: 'f', input_schema: { type: 'object', properties: {} } }]);
  });

  it.each([
    [{ toolChoice: { kind: 'required' } }, { type: 'any' }],
    [{ toolChoice: { kind: 'none' }, parallelToolCalls: false }, { type: 'none' }],
    [
      { toolChoice: { kind: 'tool', name: 'f' }, parallelToolCalls: true },
      { type: 'tool', name: 'f', disable_parallel_tool_use: false },
    ],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ parallelToolCalls: true }, undefined],
  ] as const)('sends the tool choice %j', (fields, choice) => {
    expect(encode({ tools, ...fields }).body['tool_choice']).toEqual(choice);
  });

  it.each([
    ['required', ['tool_choice']],
    ['auto', []],
  ] as const)('has no choice %s without tools', (kind, lost) => {
    const { body, losses } = encode({ toolChoice: { kind } });
    expect(body).not.toHaveProperty('tool_choice');
    expect(losses.map(({ path }) => path)).toEqual(lost);
  });

  it('lists the choice of a tool without tools', () => {
    expect(lostPaths({ toolChoice: { kind: 'tool', name: 'f' } })).toEqual(['tool_choice']);
  });

  it('sends the conversation of a call without messages as it is', () => {
    expect(encode({ messages: [] }).body['messages']).toEqual([]);
  });
});

describe('patchRequest', () => {
  it('changes nothing but the model', () => {
    const body = Buffer.from('{ "model":"auto",  "max_tokens":1e400, "n":1152921504606846976, "messages":[]}');
    const request = { model: 'auto', messages: [], stream: false, streamUsage: true, tools: [], foreign: [] };
    expect(Buffer.from(anthropicMessages.patchRequest(body, request, target)).toString()).toBe(
      '{ "model":"claude",  "max_tokens":1e400, "n":1152921504606846976, "messages":[]}',
    );
  });
});

describe('withholdUsage', () => {
  it('withholds nothing, because every Messages stream tells its usage', () => {
    const frames = Buffer.from('event: message_stop\ndata: {"type":"message_stop"}\n\n');
    expect(anthropicMessages.withholdUsage(frames)).toBe(frames);
  });
});
