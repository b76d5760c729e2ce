import { readFileSync } from 'node:fs';

import type { ChatRequest, Message, Tool } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

const hello: Message = { role: 'user', parts: [{ type: 'text', text: 'hi' }] };
const helloContent = { role: 'user', parts: [{ text: 'hi' }] };

const encode = (fields: Partial<ChatRequest>, model = 'gemini-3-flash') => {
  const request: ChatRequest = {
    model: 'auto',
    messages: [hello],
    stream: true,
    streamUsage: true,
    tools: [],
    foreign: [],
    ...fields,
  };
  const { body, losses } = encodeRequest(request, { model, options: {}, defaultMaxOutputTokens: 1 });
  return { body: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>, losses };
};

const lostPaths = (fields: Partial<ChatRequest>): string[] => encode(fields).losses.map(({ path }) => path);
describe('encodeRequest', () => {
  it('writes no more than what is needed, and neither model nor stream', () => {
    expect(encode({})).toEqual({ body: { contents: [helloContent] }, losses: [] });
  });

  it('writes back what it read, but for what has lost its place', () => {
    const bytes = readFileSync(new URL('__fixtures__/request.json', import.meta.url));
    const original = JSON.parse(bytes.toString()) as Record<string, unknown>;
    const { body, losses } = encode(decodeRequest(bytes, { model: 'gemini-3-pro', stream: true }));
    expect(body['generationConfig']).toEqual(
      Object.fromEntries(
        Object.entries(original['generationConfig'] as object)
          .filter(([key]) => key !== 'candidateCount')
          .map(([key, value]: [string, unknown]) => [key.replace(/^_/, ''), value]),
      ),
    );
    expect(body).toMatchObject({
      systemInstruction: { parts: [{ text: 'You plan trips.' }] },
      toolConfig: original['toolConfig'],
      safetySettings: original['safetySettings'],
      cachedContent: 'cachedContents/abc',
    });
    expect(body['tools']).toMatchObject([{ functionDeclarations: [{}, {}] }, { google_search: {} }]);
    expect(body['contents']).toHaveLength(3);
    expect(losses.map(({ path }) => path)).toEqual([
      'messages[1].content[2].name',
      'messages[1].content[3].name',
      'tools[0].functionDeclarations[1].behavior',
    ]);
  });

  it('puts our own fields back to where they were and loses those of others', () => {
    const field = (path: string, value: unknown) => ({ dialect: 'gemini' as const, path, value });
    const { body, losses } = encode({
      temperature: 1,
      foreign: [
        field('generationConfig.mediaResolution', 'LOW'),
        field('toolConfig.functionCallingConfig.mode', 'VALIDATED'),
        field('tools[0].googleSearch', {}),
        field('contents[0].extra', 1),
        { dialect: 'openai-chat', path: 'logit_bias', value: {} },
      ],
    });
    expect(body).toMatchObject({
      generationConfig: { temperature: 1, mediaResolution: 'LOW' },
      toolConfig: { functionCallingConfig: { mode: 'VALIDATED' } },
      tools: [{ googleSearch: {} }],
    });
    expect(losses).toEqual([
      { path: 'contents[0].extra', reason: 'its place in the body is not known any more' },
      { path: 'logit_bias', reason: 'only openai-chat knows it' },
    ]);
  });
});

describe('tools for Gemini', () => {
  const f: Tool = { name: 'f' };
  const configOf = (fields: Partial<ChatRequest>) => encode({ tools: [f], ...fields }).body['toolConfig'];
  const calling = (functionCallingConfig: object) => ({ functionCallingConfig });

  it('are declared with JSON Schema as it is', () => {
    const parameters = { type: 'object', properties: { a: { type: ['string', 'null'] } } };
    expect(encode({ tools: [{ name: 'f', description: 'd', parameters }, { name: 'g' }] }).body['tools']).toEqual([
      { functionDeclarations: [{ name: 'f', description: 'd', parametersJsonSchema: parameters }, { name: 'g' }] },
    ]);
  });

  it('that take text are functions with one input, without a grammar', () => {
    const tools: Tool[] = [
      { name: 'f', takesText: { format: { type: 'grammar' } }, cacheHint: { ttl: '5m' } },
      { name: 'g', takesText: { format: { type: 'text' } } },
      { name: 'h', takesText: {} },
    ];
    const { body, losses } = encode({ tools });
    expect(body['tools']).toMatchObject([
      { functionDeclarations: [{ parametersJsonSchema: { required: ['input'] } }, {}, {}] },
    ]);
    expect(losses.map(({ path }) => path)).toEqual(['tools[0].cacheHint', 'tools[0].takesText.format']);
  });

  it.each([
    [undefined, undefined],
    [{ kind: 'auto' }, calling({ mode: 'AUTO' })],
    [{ kind: 'none' }, calling({ mode: 'NONE' })],
    [{ kind: 'required' }, calling({ mode: 'ANY' })],
    [{ kind: 'tool', name: 'f' }, calling({ mode: 'ANY', allowedFunctionNames: ['f'] })],
    [
      { kind: 'allowed', mode: 'required', names: ['f', 'g'] },
      calling({ mode: 'ANY', allowedFunctionNames: ['f', 'g'] }),
    ],
    [{ kind: 'allowed', mode: 'auto', names: ['f'] }, calling({ mode: 'VALIDATED', allowedFunctionNames: ['f'] })],
  ] as const)('are chosen as %j says', (toolChoice, config) => {
    expect(configOf(toolChoice === undefined ? {} : { toolChoice })).toEqual(config);
  });

  it('that are strict have their arguments validated', () => {
    const tools = [{ name: 'f', strict: true }];
    expect(configOf({ tools })).toEqual(calling({ mode: 'VALIDATED' }));
    expect(configOf({ tools, toolChoice: { kind: 'auto' } })).toEqual(calling({ mode: 'VALIDATED' }));
  });

  it('cannot be held to one call at a time', () => {
    expect(lostPaths({ tools: [f], parallelToolCalls: false })).toEqual(['parallelToolCalls']);
    expect(lostPaths({ tools: [f], parallelToolCalls: true })).toEqual([]);
  });

  it.each([
    ['auto', []],
    ['none', []],
    ['required', ['toolChoice']],
  ] as const)('that are not there are not chosen (%s)', (kind, lost) => {
    const { body, losses } = encode({ toolChoice: { kind } });
    expect(body).not.toHaveProperty('toolConfig');
    expect(losses.map(({ path }) => path)).toEqual(lost);
  });
});

describe('the generationConfig for Gemini', () => {
  const configOf = (fields: Partial<ChatRequest>) => encode(fields).body['generationConfig'];

  it('has zeros as they are', () => {
    expect(configOf({ temperature: 0, topP: 0, seed: 0, presencePenalty: 0 })).toEqual({
      temperature: 0,
      topP: 0,
      seed: 0,
      presencePenalty: 0,
    });
  });

  it('takes five stop sequences and none but some', () => {
    expect(encode({ stopSequences: ['a', 'b', 'c', 'd', 'e', 'f'] })).toMatchObject({
      body: { generationConfig: { stopSequences: ['a', 'b', 'c', 'd', 'e'] } },
      losses: [{ path: 'stopSequences' }],
    });
    expect(encode({ stopSequences: [] })).toEqual({ body: { contents: [helloContent] }, losses: [] });
  });

  it('takes seeds of 32 bits', () => {
    expect(encode({ seed: 2 ** 31 })).toEqual({
      body: { contents: [helloContent] },
      losses: [{ path: 'seed', reason: 'Gemini takes seeds of 32 bits' }],
    });
  });

  it('asks for JSON, with a schema or without', () => {
    expect(configOf({ outputFormat: { kind: 'json' } })).toEqual({ responseMimeType: 'application/json' });
    const schema = { type: 'object' };
    expect(encode({ outputFormat: { kind: 'json-schema', schema, description: 'd', strict: false } })).toMatchObject({
      body: { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema } },
      losses: [{ path: 'outputFormat.description' }, { path: 'outputFormat.strict' }],
    });
  });

  it('asks for log probabilities', () => {
    expect(configOf({ logprobs: { top: 0 } })).toEqual({ responseLogprobs: true, logprobs: 0 });
  });

  it('loses what Gemini has no field for', () => {
    const fields: Partial<ChatRequest> = {
      choices: 2,
      userId: 'u',
      metadata: { a: 'b' },
      serviceTier: 'flex',
      promptCacheKey: 'k',
      verbosity: 'low',
    };
    expect(lostPaths(fields)).toEqual(['userId', 'metadata', 'serviceTier', 'promptCacheKey', 'verbosity', 'choices']);
    expect(lostPaths({ choices: 1 })).toEqual([]);
  });
});
