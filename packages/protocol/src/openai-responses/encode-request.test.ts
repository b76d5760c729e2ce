import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import type { ChatRequest, Loss } from '@claudette/core';

import type { DialectOptions } from '../codec.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

const silent: ChatRequest = { model: 'auto', messages: [], stream: false, streamUsage: true, tools: [], foreign: [] };

const encode = (
  fields: Partial<ChatRequest>,
  options: DialectOptions = {},
): { body: Record<string, unknown>; losses: readonly Loss[] } => {
  const target = { model: 'gpt-5-mini', options, defaultMaxOutputTokens: 100 };
  const { body, losses } = encodeRequest({ ...silent, ...fields }, target);
  return { body: JSON.parse(Buffer.from(body).toString()), losses };
};

const pathsOf = (losses: readonly Loss[]): readonly string[] => losses.map(({ path }) => path);

const tool = { name: 'f' };

describe('an encoded request', () => {
  it('says no more than the canonical one, and leaves nothing with the provider', () => {
    expect(encode({})).toEqual({ body: { model: 'gpt-5-mini', input: [], store: false }, losses: [] });
  });

  it('carries all that a Responses client said, but for fields inside the input', () => {
    const wire = JSON.parse(readFileSync(new URL('./__fixtures__/request.json', import.meta.url), 'utf8'));
    const { body, losses } = encode(decodeRequest(Buffer.from(JSON.stringify(wire))));
    const { input, background, previous_response_id, truncation, ...settings } = wire;
    expect(body).toMatchObject(settings);
    expect(body['input']).toHaveLength(input.length - 1);
    expect([background, previous_response_id, truncation]).toEqual([false, null, 'disabled']);
    expect(pathsOf(losses)).toEqual(['messages[2].cacheHint', 'input[4].phase', 'input[4].content[0].annotations[1]']);
  });

  it('lists what it cannot carry', () => {
    const { body, losses } = encode({
      topK: 5,
      stopSequences: ['END'],
      seed: 1,
      presencePenalty: 1,
      frequencyPenalty: 1,
      choices: 2,
      foreign: [{ dialect: 'anthropic-messages', path: 'container', value: 1 }],
    });
    expect(Object.keys(body)).toEqual(['model', 'input', 'store']);
    expect(pathsOf(losses)).toEqual([
      'topK',
      'stopSequences',
      'seed',
      'presencePenalty',
      'frequencyPenalty',
      'choices',
      'container',
    ]);
  });

  it('takes one choice for nothing said', () => {
    expect(encode({ choices: 1 }).losses).toEqual([]);
  });

  it.each([
    ['maxOutputTokens', { maxOutputTokens: 5 }, { max_output_tokens: 16 }],
    ['userId', { userId: 'u'.repeat(65) }, {}],
  ])('stays within the limits of the provider: %s', (path, fields, expected) => {
    const { body, losses } = encode(fields);
    expect(body).toEqual({ model: 'gpt-5-mini', input: [], store: false, ...expected });
    expect(pathsOf(losses)).toEqual([path]);
  });

  it("has OpenAI's word for Anthropic's standard tier", () => {
    expect(encode({ serviceTier: 'standard_only' }).body).toMatchObject({ service_tier: 'default' });
  });

  it('asks for log probabilities twice over, as the wire wants it', () => {
    expect(encode({ logprobs: { top: 2 } }).body).toMatchObject({
      top_logprobs: 2,
      include: ['message.output_text.logprobs'],
    });
  });

  it.each([
    [{ kind: 'json' }, { type: 'json_object' }],
    [
      { kind: 'json-schema', schema: {} },
      { type: 'json_schema', name: 'response', schema: {} },
    ],
  ] as const)('has the output format %j', (outputFormat, format) => {
    expect(encode({ outputFormat }).body['text']).toEqual({ format });
  });
});

describe('encoded reasoning', () => {
  it.each([
    [{ effort: 'none' }, { effort: 'none' }, []],
    [{ effort: 'high', adaptive: true, summary: 'auto' }, { effort: 'high', summary: 'auto' }, []],
    [{ summary: 'none' }, undefined, []],
    [{ adaptive: true }, undefined, ['reasoning.adaptive']],
    [{ budgetTokens: 2048 }, { effort: 'low' }, ['reasoning.budgetTokens']],
    [{ budgetTokens: 9999, effort: 'low' }, { effort: 'low' }, ['reasoning.budgetTokens']],
  ] as const)('is for %j: %j', (reasoning, expected, lost) => {
    const { body, losses } = encode({ reasoning });
    expect([body['reasoning'], pathsOf(losses)]).toEqual([expected, lost]);
  });

  it.each([
    ['reasoning is asked for', { reasoning: { effort: 'low' } }, true],
    ['reasoning is switched off', { reasoning: { effort: 'none' } }, false],
    [
      'the model has reasoned before',
      {
        messages: [
          {
            role: 'assistant',
            parts: [
              { type: 'reasoning', text: '', state: { dialect: 'openai-responses', kind: 'encrypted', data: 'x' } },
            ],
          },
        ],
      },
      true,
    ],
  ] as const)('when %s asks for its state: %s', (_, fields, asks) => {
    expect(encode(fields).body['include']).toEqual(asks ? ['reasoning.encrypted_content'] : undefined);
  });
});

describe('encoded tools', () => {
  it('are not strict unless that was asked for', () => {
    expect(encode({ tools: [tool, { name: 'g', strict: true, parameters: {} }] }).body['tools']).toEqual([
      { type: 'function', name: 'f', parameters: null, strict: false },
      { type: 'function', name: 'g', parameters: {}, strict: true },
    ]);
  });

  it('lose their cache hints', () => {
    expect(pathsOf(encode({ tools: [{ name: 'f', cacheHint: { ttl: '5m' } }] }).losses)).toEqual([
      'tools[0].cacheHint',
    ]);
  });

  it('of one namespace stand together, under its name where it was not described', () => {
    const nested = (name: string) => ({ name: `n__${name}`, nested: { namespace: 'n', name } });
    expect(encode({ tools: [nested('a'), tool, nested('b')] }).body['tools']).toMatchObject([
      { type: 'namespace', name: 'n', description: 'n', tools: [{ name: 'a' }, { name: 'b' }] },
      { name: 'f' },
    ]);
  });

  it.each([
    [
      { type: 'grammar', grammar: { syntax: 'regex', definition: 'a' } },
      { type: 'grammar', syntax: 'regex', definition: 'a' },
    ],
    [{ type: 'new' }, { type: 'new' }],
    [undefined, undefined],
  ])('that take text of the form %j say so', (format, wire) => {
    expect(encode({ tools: [{ name: 'f', takesText: { format } }] }).body['tools']).toEqual([
      { type: 'custom', name: 'f', ...(wire && { format: wire }) },
    ]);
  });

  it.each([
    [{ format: { type: 'grammar' } }, ['tools[0].takesText.format']],
    [{}, []],
  ])('that take text are functions where the vendor has none, and lose %j', (takesText, lost) => {
    const { body, losses } = encode({ tools: [{ name: 'f', takesText }] }, { textTools: false });
    expect(body['tools']).toMatchObject([{ type: 'function', name: 'f', parameters: { required: ['input'] } }]);
    expect(pathsOf(losses)).toEqual(lost);
  });

  it.each([
    [{ kind: 'required' }, 'required'],
    [
      { kind: 'tool', name: 'f' },
      { type: 'function', name: 'f' },
    ],
    [
      { kind: 'tool', name: 'n__a' },
      { type: 'custom', namespace: 'n', name: 'a' },
    ],
    [
      { kind: 'tool', name: 'gone' },
      { type: 'function', name: 'gone' },
    ],
    [
      { kind: 'allowed', mode: 'required', names: ['f'] },
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
    ],
  ] as const)('are chosen by %j', (toolChoice, expected) => {
    const tools = [tool, { name: 'n__a', nested: { namespace: 'n', name: 'a' }, takesText: {} }];
    expect(encode({ tools, toolChoice }).body['tool_choice']).toEqual(expected);
  });

  it.each([
    [{ kind: 'auto' }, []],
    [{ kind: 'none' }, []],
    [{ kind: 'required' }, ['toolChoice']],
  ] as const)('that are not there cannot be chosen: %j', (toolChoice, lost) => {
    const { body, losses } = encode({ toolChoice, parallelToolCalls: false });
    expect([Object.keys(body), pathsOf(losses)]).toEqual([['model', 'input', 'store'], lost]);
  });

  it("may all be the provider's", () => {
    const foreign = [{ dialect: 'openai-responses', path: 'tools[0]', value: { type: 'web_search' } }] as const;
    expect(encode({ foreign, toolChoice: { kind: 'auto' } }).body).toMatchObject({
      tools: [{ type: 'web_search' }],
      tool_choice: 'auto',
    });
  });
});

describe('foreign fields of its own dialect', () => {
  const place = (path: string, fields: Partial<ChatRequest> = {}) =>
    encode({ ...fields, foreign: [{ dialect: 'openai-responses', path, value: 'v' }] });

  it.each([
    ['store', { store: 'v' }],
    ['reasoning.context', { reasoning: { context: 'v' } }],
    ['include[0]', { include: ['v'] }],
    ['text.format', { text: { format: 'v' } }],
  ])('go back to their place, made for them where it was empty: %s', (path, expected) => {
    const { body, losses } = place(path);
    expect(body).toMatchObject(expected);
    expect(losses).toEqual([]);
  });

  it.each([
    ['store', true],
    ['logit_bias', false],
  ])('may be those that Chat has too: %s', (path, isShared) => {
    const { body, losses } = encode({ foreign: [{ dialect: 'openai-chat', path, value: 'v' }] });
    expect(body[path]).toBe(isShared ? 'v' : undefined);
    expect(losses).toHaveLength(isShared ? 0 : 1);
  });

  it.each([
    ['input[0].phase', {}],
    ['tools[0].tools[0]', {}],
    ['tools[1].x', { tools: [tool] }],
    ['tool_choice.tools[0]', { tools: [tool], toolChoice: { kind: 'auto' } }],
    ['reasoning.__proto__.x', {}],
    ['odd.key', {}],
  ] as const)('are lost where it is gone: %s', (path, fields) => {
    expect(place(path, fields).losses).toEqual([{ path, reason: 'it is only carried in the original body' }]);
  });
});
