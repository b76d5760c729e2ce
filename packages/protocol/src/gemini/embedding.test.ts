import { noUsage } from '@claudette/core';
import type { ChatRequest } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { embedding } from './embedding.js';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const parse = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString());
const decode = (body: unknown): ChatRequest => embedding.decodeRequest(bytes(body));
const target = { model: 'm', options: {}, defaultMaxOutputTokens: 1 };
const content = (...texts: string[]) => ({ parts: texts.map((text) => ({ text })) });
const both = { requests: ['a', 'b'].map((text) => ({ model: 'models/x', content: content(text) })) };

describe('vectors of Gemini', () => {
  it('have the model in their path', () => {
    expect(embedding.requestPath('lab/m')).toBe('/v1beta/models/lab%2Fm:batchEmbedContents');
  });

  it('are asked for several at once', () => {
    expect(decode(both)).toEqual({
      model: 'x',
      messages: ['a', 'b'].map((text) => ({ role: 'user', parts: [{ type: 'text', text }] })),
      stream: false,
      streamUsage: true,
      tools: [],
      embedding: { inputs: ['a', 'b'], encoding: 'float' },
      foreign: [],
    });
  });

  it('are asked for one by one, with what only Gemini knows', () => {
    const image = { inlineData: { mimeType: 'image/png', data: '' } };
    const request = decode({
      model: 'models/x',
      content: { parts: [{ text: 'a' }, image, { text: 'b' }] },
      output_dimensionality: 8,
      taskType: 'CLUSTERING',
    });
    expect(request.embedding).toEqual({ inputs: ['ab'], dimensions: 8, encoding: 'float' });
    expect(request.foreign.map(({ path }) => path)).toEqual(['taskType', 'content.parts[1]']);
  });

  it.each([
    [{ requests: [] }, 'requests must not be empty'],
    [{ model: 'models/x' }, 'content must be an object, but is undefined'],
    [{ requests: [{ content: content('a') }] }, 'model must be a string, but is undefined'],
  ])('are refused for %j', (body, detail) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });

  it('are encoded with the model in each request', () => {
    const request: ChatRequest = {
      ...decode(both),
      embedding: { inputs: ['a', 'b'], dimensions: 8, encoding: 'base64' },
      userId: 'u',
      foreign: [{ dialect: 'openai-chat', path: 'store', value: true }],
    };
    const { body, losses } = embedding.encodeRequest(request, target);
    expect(parse(body)).toEqual({
      requests: ['a', 'b'].map((text) => ({
        model: 'models/m',
        content: content(text),
        outputDimensionality: 8,
      })),
    });
    expect(losses.map(({ path }) => path)).toEqual(['userId', 'store']);
  });

  it('are not asked for when the request wants none', () => {
    const request: ChatRequest = { model: 'x', messages: [], stream: false, streamUsage: true, tools: [], foreign: [] };
    expect(parse(embedding.encodeRequest(request, target).body)).toEqual({ requests: [] });
  });

  it('cannot be made of token ids', () => {
    const request: ChatRequest = { ...decode(both), embedding: { inputs: [[1, 2]], encoding: 'float' } };
    expect(() => embedding.encodeRequest(request, target)).toThrow(
      expect.objectContaining({ code: 'translation_refused' }),
    );
  });

  it("go to another model in the client's own body", () => {
    const patch = (body: object) => parse(embedding.patchRequest(bytes(body), decode(body), target));
    const single = { model: 'models/x', content: content('a'), taskType: 'T' };
    expect(patch(single)).toEqual({ ...single, model: 'models/m' });
    expect(patch({ requests: [single] })).toEqual({ requests: [{ ...single, model: 'models/m' }] });
    const body = bytes(single);
    expect(embedding.patchRequest(body, decode(single), { ...target, model: 'x' })).toBe(body);
  });

  it('are read with their usage', () => {
    const reply = { embeddings: [{ values: [0, 1] }, { values: [] }], usageMetadata: { promptTokenCount: 3 } };
    expect(embedding.decodeReply(bytes(reply))).toEqual({
      model: '',
      vectors: [[0, 1], []],
      usage: { ...noUsage, inputTokens: 3 },
    });
    expect(embedding.decodeReply(bytes({ embeddings: [] })).usage).toBeUndefined();
  });

  it.each([
    [{}, 'upstream_invalid_reply', 'there is no list of vectors: {}'],
    [{ embeddings: [{ values: ['a'] }] }, 'upstream_invalid_reply', 'this is not a vector: {"values":["a"]}'],
    [{ embeddings: [{}] }, 'upstream_invalid_reply', 'this is not a vector: {}'],
    [{ error: { code: 503, message: 'busy' } }, 'upstream_overloaded', 'busy'],
  ])('are not what %j holds', (reply, code, detail) => {
    expect(() => embedding.decodeReply(bytes(reply))).toThrow(expect.objectContaining({ code, detail }));
  });

  it('are written for one request and for several', () => {
    const request = decode(both);
    const usage = { ...noUsage, inputTokens: 3 };
    const one = { values: [0.5] };
    expect(parse(embedding.encodeReply({ model: 'm', vectors: [[0.5]], usage }, request))).toEqual({
      embeddings: [one],
      embedding: one,
      usageMetadata: { promptTokenCount: 3 },
    });
    expect(parse(embedding.encodeReply({ model: 'm', vectors: [[0.5], [0.5]], usage: undefined }, request))).toEqual({
      embeddings: [one, one],
    });
  });
});
