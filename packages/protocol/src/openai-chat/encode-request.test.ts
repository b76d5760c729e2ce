import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import type { ChatRequest, Loss } from '@claudette/core';

import type { DialectOptions } from '../codec.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

const silent: ChatRequest = { model: 'auto', messages: [], stream: false, streamUsage: false, tools: [], foreign: [] };

const encode = (
  fields: Partial<ChatRequest>,
  options: DialectOptions = {},
): { body: Record<string, unknown>; losses: readonly Loss[] } => {
  const target = { model: 'gpt-5-mini', options, defaultMaxOutputTokens: 100 };
  const { body, losses } = encodeRequest({ ...silent, ...fields }, target);
  return { body: JSON.parse(Buffer.from(body).toString()), losses };
};

const tool = { name: 'f' };

describe('an encoded request', () => {
  it('says no more than the canonical one', () => {
    expect(encode({})).toEqual({ body: { model: 'gpt-5-mini', messages: [] }, losses: [] });
  });

  it('carries all that a Chat client said, but for fields deep inside the body', () => {
    const wire = readFileSync(new URL('./__fixtures__/request.json', import.meta.url));
    const request = decodeRequest(wire);
    const { body, losses } = encode(request);
    expect(losses.map(({ path }) => path)).toEqual([
      'messages[6]',
      'messages[7].audio',
      'stream_options.include_obfuscation',
      'messages[1].cacheHint',
      'messages[2].cacheHint',
      'messages[3].reasoning',
      'messages[6].citations',
    ]);
    expect(body).toMatchObject({
      tools: [
        { type: 'function' },
        { type: 'custom', custom: { name: 'shell', format: { type: 'grammar' } } },
        { type: 'web_search' },
      ],
      tool_choice: JSON.parse(wire.toString()).tool_choice,
      parallel_tool_calls: true,
      response_format: { type: 'json_schema', json_schema: { name: 'plant', strict: true } },
      reasoning_effort: 'low',
      max_completion_tokens: 512,
      temperature: 0,
      stop: ['END', '\n\n'],
      n: 2,
      user: 'user-1',
      stream: true,
      stream_options: { include_usage: true },
      logprobs: true,
      top_logprobs: 2,
      metadata: { garden: 'north' },
      service_tier: 'flex',
      prompt_cache_key: 'garden-1',
      verbosity: 'low',
      logit_bias: { '50256': -100 },
      store: false,
    });
  });

  it('asks for the usage of each stream', () => {
    expect(encode({ stream: true }).body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it('does not ask where the vendor does not understand it', () => {
    expect(encode({ stream: true }, { streamUsageOption: false }).body).not.toHaveProperty('stream_options');
  });

  it("uses the vendor's field for the limit", () => {
    expect(encode({ maxOutputTokens: 9 }, { maxTokensField: 'max_tokens' }).body).toMatchObject({ max_tokens: 9 });
  });

  it('leaves out what says nothing without tools', () => {
    const { body } = encode({ toolChoice: { kind: 'auto' }, parallelToolCalls: false });
    expect(Object.keys(body)).toEqual(['model', 'messages']);
  });

  it('gives a schema the name that the wire requires', () => {
    const { body } = encode({ outputFormat: { kind: 'json-schema', schema: {} } });
    expect(body['response_format']).toEqual({ type: 'json_schema', json_schema: { name: 'response', schema: {} } });
  });

  it('asks for JSON without a schema', () => {
    expect(encode({ outputFormat: { kind: 'json' } }).body['response_format']).toEqual({ type: 'json_object' });
  });

  it('asks for JSON without the schema where the vendor takes none, and says so', () => {
    const { body, losses } = encode({ outputFormat: { kind: 'json-schema', schema: {} } }, { jsonSchema: false });
    expect([body['response_format'], losses.map(({ path }) => path)]).toEqual([
      { type: 'json_object' },
      ['outputFormat.schema'],
    ]);
  });

  it('asks for log probabilities without alternatives', () => {
    const { body } = encode({ logprobs: { top: 0 } });
    expect([body['logprobs'], 'top_logprobs' in body]).toEqual([true, false]);
  });

  it("has OpenAI's word for Anthropic's service tier", () => {
    expect(encode({ serviceTier: 'standard_only' }).body['service_tier']).toBe('default');
  });

  it('writes a tool choice as a word', () => {
    expect(encode({ tools: [tool], toolChoice: { kind: 'required' } }).body['tool_choice']).toBe('required');
  });

  it('lists what it cannot carry', () => {
    const { losses } = encode({
      topK: 5,
      tools: [{ name: 'f', cacheHint: { ttl: '5m' } }],
      foreign: [{ dialect: 'anthropic-messages', path: 'container', value: 1 }],
    });
    expect(losses.map(({ path }) => path)).toEqual(['container', 'tools[0].cacheHint', 'topK']);
  });
});

describe('encoded reasoning', () => {
  it.each([
    [{ effort: 'none' }, 'none', []],
    [{ effort: 'high', adaptive: true }, 'high', []],
    [{ adaptive: true }, undefined, ['reasoning.adaptive']],
    [{ budgetTokens: 2048 }, 'low', ['reasoning.budgetTokens']],
    [{ budgetTokens: 8192 }, 'medium', ['reasoning.budgetTokens']],
    [{ budgetTokens: 8193 }, 'high', ['reasoning.budgetTokens']],
    [{ budgetTokens: 9999, effort: 'low' }, 'low', ['reasoning.budgetTokens']],
    [{ effort: 'low', summary: 'auto' }, 'low', ['reasoning.summary']],
    [{ effort: 'low', summary: 'none' }, 'low', []],
    [{}, undefined, []],
  ] as const)('is for %j the effort %s', (reasoning, effort, lost) => {
    const { body, losses } = encode({ reasoning });
    expect([body['reasoning_effort'], losses.map(({ path }) => path)]).toEqual([effort, lost]);
  });
});
