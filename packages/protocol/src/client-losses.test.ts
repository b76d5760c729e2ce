import type { DialectId, Loss } from '@claudette/core';
import { dialectIds } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { codecs, toClientLosses } from './index.js';

const reason = 'unknown there';
const rename = (path: string, fieldNames: Readonly<Record<string, string>>): string | undefined =>
  toClientLosses([{ path, reason }], { fieldNames }, [])[0]?.path;

describe('losses in the words of a client', () => {
  const fieldNames = { topK: 'top_k', metadata: 'labels', reasoning: 'thinking', 'reasoning.effort': 'effort' };

  it.each([
    ['a field', 'topK', 'top_k'],
    ['what is inside a field', 'metadata.team', 'labels.team'],
    ['one of a list', 'metadata[2].team', 'labels[2].team'],
    ['a field inside another one that has a name too', 'reasoning.effort', 'effort'],
    ['a field inside another one that has none', 'reasoning.summary', 'thinking.summary'],
  ])('rename %s', (_what, path, renamed) => {
    expect(rename(path, fieldNames)).toBe(renamed);
  });

  it.each([
    ['a field of the same name in both', 'seed'],
    ['a longer word', 'topKeys'],
    ['a position in the conversation', 'messages[3].content[0].detail'],
    ['a position among the tools', 'tools[0].takesText.format'],
    ['what every object has', 'constructor'],
  ])('keep %s', (_what, path) => {
    expect(rename(path, fieldNames)).toBe(path);
  });

  it('keep the reason', () => {
    expect(toClientLosses([{ path: 'topK', reason }], { fieldNames }, [])).toEqual([{ path: 'top_k', reason }]);
  });

  it('keep the path of a foreign field that is called like one of ours', () => {
    const foreign = [{ dialect: 'openai-chat', path: 'topK', value: 1 } as const];
    expect(toClientLosses([{ path: 'topK', reason }], { fieldNames }, foreign)).toEqual([{ path: 'topK', reason }]);
  });

  it('are the list itself where nothing was lost', () => {
    const none: readonly Loss[] = [];
    expect(toClientLosses(none, { fieldNames }, [])).toBe(none);
  });
});

const hi = { role: 'user', content: 'hi' };
const schema = { type: 'object', properties: {} };
const sampling = { temperature: 1.5, top_p: 0.5, metadata: { team: 'blue' }, service_tier: 'flex' };

/** Bodies of clients that say all that can be said beside the conversation and the tools. */
const bodies: readonly (readonly [client: DialectId, body: object])[] = [
  [
    'openai-chat',
    {
      ...sampling,
      model: 'm',
      messages: [hi],
      tool_choice: 'required',
      response_format: { type: 'json_schema', json_schema: { name: 'n', description: 'd', schema, strict: false } },
      reasoning_effort: 'minimal',
      reasoning: { enabled: true },
      max_completion_tokens: 1,
      stop: ['1', '2', '3', '4', '5', '6'],
      seed: 2 ** 40,
      presence_penalty: 1,
      frequency_penalty: 1,
      n: 2,
      user: 'u'.repeat(65),
      logprobs: true,
      prompt_cache_key: 'k',
      verbosity: 'low',
      logit_bias: {},
    },
  ],
  [
    'openai-chat',
    {
      model: 'm',
      messages: [hi],
      tools: [{ type: 'function', function: { name: 'f' } }],
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } },
      parallel_tool_calls: false,
      response_format: { type: 'json_object' },
    },
  ],
  [
    'openai-responses',
    {
      ...sampling,
      model: 'm',
      input: 'hi',
      tool_choice: 'required',
      text: { format: { type: 'json_schema', name: 'n', description: 'd', schema, strict: false }, verbosity: 'low' },
      reasoning: { effort: 'minimal', summary: 'detailed' },
      max_output_tokens: 1,
      top_logprobs: 2,
      safety_identifier: 'u',
      prompt_cache_key: 'k',
      truncation: 'auto',
    },
  ],
  [
    'anthropic-messages',
    {
      model: 'm',
      messages: [hi],
      tools: [{ name: 'f', input_schema: schema }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      output_config: { format: { type: 'json_schema', schema }, effort: 'max' },
      thinking: { type: 'enabled', budget_tokens: 999_999, display: 'summarized' },
      max_tokens: 1,
      top_k: 1,
      stop_sequences: ['1', '2', '3', '4', '5', '6'],
      metadata: { user_id: 'u'.repeat(65) },
      service_tier: 'auto',
      container: 'c',
    },
  ],
  [
    'anthropic-messages',
    { model: 'm', messages: [hi], max_tokens: 9, thinking: { type: 'adaptive' }, tool_choice: { type: 'any' } },
  ],
  [
    'gemini',
    {
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      generationConfig: {
        temperature: 2,
        topP: 0.5,
        topK: 1,
        maxOutputTokens: 2000,
        stopSequences: ['.'],
        candidateCount: 2,
        seed: 1,
        presencePenalty: 1,
        frequencyPenalty: 1,
        responseMimeType: 'application/json',
        responseJsonSchema: schema,
        responseLogprobs: true,
        thinkingConfig: { includeThoughts: true, thinkingBudget: 9 },
      },
      seed: 'not where it belongs',
    },
  ],
  [
    'gemini',
    {
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      generationConfig: {
        responseMimeType: 'application/json',
        thinkingConfig: { includeThoughts: true, thinkingBudget: -1 },
      },
    },
  ],
  [
    'gemini',
    {
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      generationConfig: { thinkingConfig: { thinkingLevel: 'MINIMAL', includeThoughts: true } },
    },
  ],
];

const isPosition = (path: string): boolean => /^(?:messages|tools)\[/.test(path);

const isIn = (body: unknown, path: string): boolean => {
  let value: unknown = body;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return true;
};

describe('every field that a translation loses', () => {
  const cases = bodies.flatMap(([client, body]) =>
    dialectIds.filter((to) => to !== client).map((to) => [client, to, body] as const),
  );

  it.each(cases)(
    'of a client of %s to %s stands in its body under the name that the loss gives',
    (client, to, body) => {
      const request = codecs[client].decodeRequest(Buffer.from(JSON.stringify(body)), { model: 'm' });
      const options = { jsonSchema: false, textTools: false };
      const target = { model: 'gemini-2.5-pro', options, defaultMaxOutputTokens: 4096 };
      const { losses } = codecs[to].encodeRequest(request, target);
      const named = toClientLosses(losses, codecs[client], request.foreign).map(({ path }) => path);
      expect(named.filter((path) => !isPosition(path) && !isIn(body, path))).toEqual([]);
    },
  );
});
