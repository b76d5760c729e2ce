import { describe, expect, it } from '@jest/globals';

import { counting } from './counting.js';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const parse = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString());
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
const messages = [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }];
const target = { model: 'm', options: {}, defaultMaxOutputTokens: 1 };

describe('counting with Gemini', () => {
  it('has the model in its path', () => {
    expect(counting.requestPath('lab/m')).toBe('/v1beta/models/lab%2Fm:countTokens');
  });

  it.each([
    [{ contents, generateContentRequest: null }, { model: 'x' }, 'x'],
    [{ generateContentRequest: { model: 'models/y', contents } }, undefined, 'y'],
    [{ generate_content_request: { model: 'models/y', contents } }, { model: 'x' }, 'x'],
  ])('reads %j', (body, address, model) => {
    expect(counting.decodeRequest(bytes(body), address)).toMatchObject({ model, messages });
  });

  it('sends what belongs to the prompt, and can only lose of that', () => {
    const request = counting.decodeRequest(bytes({ contents, generationConfig: { topK: 1, seed: 2 ** 31 } }), target);
    const { body, losses } = counting.encodeRequest(
      {
        ...request,
        tools: [{ name: 'f', cacheHint: { ttl: '5m' } }],
        userId: 'u',
        foreign: [{ dialect: 'openai-chat', path: 'tools[1]', value: {} }],
      },
      target,
    );
    expect(parse(body)).toEqual({
      generateContentRequest: { model: 'models/m', contents, tools: [{ functionDeclarations: [{ name: 'f' }] }] },
    });
    expect(losses.map(({ path }) => path)).toEqual(['tools[0].cacheHint', 'tools[1]']);
  });

  it('patches the model of a whole request and nothing else', () => {
    const request = counting.decodeRequest(bytes({ contents }), { model: 'x' });
    const patch = (text: string) => Buffer.from(counting.patchRequest(Buffer.from(text), request, target)).toString();
    expect(patch('{ "generateContentRequest" : {"a": 1e400, "model": "models/x"} }')).toBe(
      '{ "generateContentRequest" : {"a": 1e400, "model": "models/m"} }',
    );
    expect(patch('{"contents": []}')).toBe('{"contents": []}');
  });

  it('reads and writes the number', () => {
    expect(counting.decodeReply(bytes({ totalTokens: 7, promptTokensDetails: [] }))).toBe(7);
    expect(parse(counting.encodeReply(7))).toEqual({ totalTokens: 7 });
  });

  it('refuses an answer without a number', () => {
    expect(() => counting.decodeReply(bytes({ totalTokens: 'many' }))).toThrow(
      expect.objectContaining({
        code: 'upstream_invalid_reply',
        detail: 'there are no totalTokens: {"totalTokens":"many"}',
      }),
    );
  });
});
