import { createScope, digestRequest } from '@claudette/cache';
import type { ChatRequest, DialectId } from '@claudette/core';
import { createCallController, dialectIds } from '@claudette/core';
import { codecs } from '@claudette/protocol';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { decodeCall } from './client-request.js';

const scope = createScope('key', 'k1');

const digestOf = (dialect: DialectId, body: Uint8Array | object): string => {
  const call = decodeCall(
    {
      dialect,
      operation: 'generate',
      body: body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)),
      headers: {},
      ...(dialect === 'gemini' && { address: { model: 'm', stream: false } }),
      principal: { id: 'k1', name: 'k1' },
      controller: createCallController(),
    },
    { id: 'x1', observe: () => undefined, strict: false },
  );
  return digestRequest(call, scope);
};

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

/** One question in the words of each dialect. */
const sameQuestion: Readonly<Record<DialectId, object>> = {
  'openai-chat': {
    model: 'fast',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
      { role: 'assistant', content: 'Hi!' },
      { role: 'user', content: 'How is it in Bern?' },
    ],
    tools: [{ type: 'function', function: { name: 'weather', description: 'Tells it.', parameters } }],
    tool_choice: { type: 'function', function: { name: 'weather' } },
    max_completion_tokens: 100,
    temperature: 0,
    top_p: 0.9,
    stream: true,
    stream_options: { include_usage: true },
    user: 'ada',
  },
  'openai-responses': {
    stream: false,
    temperature: 0,
    top_p: 0.9,
    max_output_tokens: 100,
    instructions: 'Be brief.',
    input: [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'Hi!', annotations: [] }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'How is it in Bern?' }] },
    ],
    tools: [{ type: 'function', name: 'weather', description: 'Tells it.', parameters }],
    tool_choice: { type: 'function', name: 'weather' },
    model: 'quick',
  },
  'anthropic-messages': {
    max_tokens: 100,
    model: 'claude',
    system: 'Be brief.',
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi!' },
      { role: 'user', content: [{ type: 'text', text: 'How is it in Bern?' }] },
    ],
    tools: [{ name: 'weather', description: 'Tells it.', input_schema: parameters }],
    tool_choice: { type: 'tool', name: 'weather' },
    temperature: 0,
    top_p: 0.9,
    metadata: { user_id: 'eve' },
  },
  gemini: {
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'Hello' }] },
      { role: 'model', parts: [{ text: 'Hi!' }] },
      { role: 'user', parts: [{ text: 'How is it in Bern?' }] },
    ],
    tools: [
      { functionDeclarations: [{ name: 'weather', description: 'Tells it.', parametersJsonSchema: parameters }] },
    ],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
    generationConfig: { maxOutputTokens: 100, temperature: 0, topP: 0.9 },
  },
};

const text = fc.stringMatching(/^[a-zäß"\\ ]{0,8}\w$/);
const said = (role: 'user' | 'assistant') =>
  fc.record({ role: fc.constant(role), parts: fc.tuple(fc.record({ type: fc.constant('text' as const), text })) });

/** What every dialect can say. */
const common: fc.Arbitrary<ChatRequest> = fc
  .record({
    system: fc.option(text),
    turns: fc.array(fc.tuple(said('user'), said('assistant')), { maxLength: 2 }),
    last: said('user'),
    tools: fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z]{1,8}$/),
        description: text,
        parameters: fc.constant(parameters),
      }),
      { selector: ({ name }) => name, maxLength: 2 },
    ),
    // Responses takes no less than 16.
    maxOutputTokens: fc.integer({ min: 16, max: 1_000 }),
    temperature: fc.option(fc.constantFrom(0, 0.5, 1), { nil: undefined }),
    topP: fc.option(fc.constantFrom(0.1, 0.9), { nil: undefined }),
  })
  .map(({ system, turns, last, tools, maxOutputTokens, temperature, topP }) => ({
    model: 'm',
    messages: [
      ...(system === null ? [] : [{ role: 'system' as const, parts: [{ type: 'text' as const, text: system }] }]),
      ...turns.flat(),
      last,
    ],
    stream: false,
    streamUsage: false,
    tools,
    maxOutputTokens,
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    foreign: [],
  }));

describe('the key of a question', () => {
  it('is the same in the words of every dialect', () => {
    const digests = dialectIds.map((dialect) => digestOf(dialect, sameQuestion[dialect]));
    expect(new Set(digests).size).toBe(1);
  });

  it('is the same for whatever every dialect can say', () => {
    const target = { model: 'm', options: {}, defaultMaxOutputTokens: 100 };
    // Responses alone has strict tools where nothing is said, so that it is told of all others. Nor do its clients say what
    // the gateway needs in every translated reply.
    const unsaid = new Set(['strict', 'store', 'include']);
    const bodyOf = (dialect: DialectId, request: ChatRequest): object =>
      JSON.parse(Buffer.from(codecs[dialect].encodeRequest(request, target).body).toString(), (name, value: unknown) =>
        unsaid.has(name) ? undefined : value,
      ) as object;
    fc.assert(
      fc.property(common, (request) => {
        const digests = dialectIds.map((dialect) => digestOf(dialect, bodyOf(dialect, request)));
        return new Set(digests).size === 1;
      }),
    );
  });

  it.each([
    ['openai-chat', { logit_bias: { 50256: -100 } }],
    ['openai-chat', { prediction: { type: 'content', content: 'x' } }],
    ['openai-responses', { truncation: 'auto' }],
    ['openai-responses', { store: false }],
    ['openai-responses', { include: ['reasoning.encrypted_content'] }],
    ['openai-responses', { previous_response_id: 'resp_1' }],
    ['anthropic-messages', { container: 'c1' }],
    ['anthropic-messages', { thinking: { type: 'enabled', budget_tokens: 1024 } }],
    ['gemini', { safetySettings: [{ category: 'HARM', threshold: 'NONE' }] }],
    ['gemini', { cachedContent: 'cachedContents/1' }],
  ] as const)('changes with what only %s can say: %j', (dialect, fields) => {
    expect(digestOf(dialect, { ...sameQuestion[dialect], ...fields })).not.toBe(
      digestOf(dialect, sameQuestion[dialect]),
    );
  });
});
