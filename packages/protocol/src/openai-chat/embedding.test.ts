import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noUsage } from '@claudette/core';
import type { ChatRequest } from '@claudette/core';

import { embedding } from './embedding.js';

const target = { model: 'text-embedding-3-small', options: {}, defaultMaxOutputTokens: 1 };

const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const parse = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString());
const decode = (fields: object): ChatRequest => embedding.decodeRequest(bytes({ model: 'm', input: 'a', ...fields }));
const encode = (request: ChatRequest): unknown => parse(embedding.encodeRequest(request, target).body);

/** The vector (1, -0.5) as openai-node reads it. */
const encoded = 'AACAPwAAAL8=';
const reply = (vector: unknown): Buffer => bytes({ data: [{ index: 0, embedding: vector }], model: 'm' });

describe('a decoded request for vectors', () => {
  it('says no more than the client said', () => {
    expect(decode({})).toEqual({
      model: 'm',
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'a' }] }],
      stream: false,
      streamUsage: false,
      tools: [],
      embedding: { inputs: ['a'], encoding: 'float' },
      foreign: [],
    });
  });

  it('has all that the client said', () => {
    const fields = { dimensions: 2, encoding_format: 'base64', user: 'u', truncate: true };
    expect(decode({ input: ['a', 'b'], ...fields })).toMatchObject({
      userId: 'u',
      embedding: { inputs: ['a', 'b'], dimensions: 2, encoding: 'base64' },
      foreign: [{ dialect: 'openai-chat', path: 'truncate', value: true }],
    });
  });

  it.each([
    ['one list of token ids', [1, 2], [[1, 2]], ['1 2']],
    ['several lists of token ids', [[1, 2], [3]], [[1, 2], [3]], ['1 2', '3']],
    ['texts beside token ids', ['a', [3]], ['a', [3]], ['a', '3']],
    ['nothing', [], [], []],
  ])('may have %s', (_, input, inputs, texts) => {
    const { embedding: wanted, messages } = decode({ input });
    expect(wanted?.inputs).toEqual(inputs);
    expect(messages.map(({ parts }) => parts)).toEqual(texts.map((text) => [{ type: 'text', text }]));
  });

  it("keeps a vendor's encoding as foreign", () => {
    expect(decode({ encoding_format: 'ubinary' })).toMatchObject({
      embedding: { encoding: 'float' },
      foreign: [{ path: 'encoding_format', value: 'ubinary' }],
    });
  });

  it.each([
    [{ input: undefined }, 'input must be a string or an array, but is undefined'],
    [{ input: ['a', 5] }, 'input[1] must be a string or an array of token ids, but is 5'],
    [{ input: [[1, 'a']] }, 'input[0][1] must be an integer, but is "a"'],
    [{ model: 5 }, 'model must be a string, but is 5'],
  ])('is refused: %j', (fields, detail) => {
    expect(() => decode(fields)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });
});

describe('an encoded request for vectors', () => {
  it('is for the model of the target, with fields of its own dialect', () => {
    expect(encode(decode({ input: 'a', user: 'u', dimensions: 2, truncate: true }))).toEqual({
      model: 'text-embedding-3-small',
      input: 'a',
      dimensions: 2,
      encoding_format: 'float',
      user: 'u',
      truncate: true,
    });
  });

  it('lists what it cannot carry', () => {
    const foreign = [{ dialect: 'gemini', path: 'taskType', value: 'x' } as const];
    expect(embedding.encodeRequest({ ...decode({}), foreign }, target).losses).toEqual([
      { path: 'taskType', reason: 'only gemini knows it' },
    ]);
  });

  it('is decoded to the same', () => {
    const tokens = fc.array(fc.nat(), { minLength: 1 });
    const input = fc.oneof(fc.string(), tokens, fc.array(fc.oneof(fc.string(), tokens), { minLength: 2 }));
    fc.assert(
      fc.property(input, fc.constantFrom('float', 'base64'), (value, encoding_format) => {
        const original = decode({ model: target.model, input: value, encoding_format });
        expect(embedding.decodeRequest(embedding.encodeRequest(original, target).body)).toEqual(original);
      }),
    );
  });

  it('cannot be made from one that asks for no vectors', () => {
    const { embedding: wanted, ...rest } = decode({});
    expect(wanted).toBeDefined();
    expect(() => encode(rest)).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});

describe('a patched request for vectors', () => {
  it('has another model and no other byte changed', () => {
    const body = bytes('{ "model" : "m", "input":"a", "x":1e400 }');
    expect(Buffer.from(embedding.patchRequest(body, decode({}), target)).toString()).toBe(
      '{ "model" : "text-embedding-3-small", "input":"a", "x":1e400 }',
    );
  });

  it('goes to the path of vectors', () => {
    expect(embedding.requestPath('m')).toBe('/embeddings');
  });
});

describe('decoded vectors', () => {
  it.each([
    ['numbers', [1, -0.5]],
    ['base64', encoded],
  ])('may be %s', (_, vector) => {
    expect(embedding.decodeReply(reply(vector))).toEqual({ model: 'm', vectors: [[1, -0.5]], usage: undefined });
  });

  it('are in the order of the inputs', () => {
    const data = [
      { index: 1, embedding: [1] },
      { index: 0, embedding: [0] },
    ];
    expect(embedding.decodeReply(bytes({ data })).vectors).toEqual([[0], [1]]);
    expect(
      embedding.decodeReply(bytes({ data: data.map(({ embedding: vector }) => ({ embedding: vector })) })).vectors,
    ).toEqual([[1], [0]]);
  });

  it('come with their usage', () => {
    const usage = { prompt_tokens: 5, total_tokens: 5 };
    expect(embedding.decodeReply(bytes({ data: [], usage })).usage).toEqual({ ...noUsage, inputTokens: 5 });
  });

  it.each(['{}', '{"data":[{}]}', '{"data":[{"embedding":["a"]}]}', '{"data":[{"embedding":"AACAPwA="}]}', '{"data'])(
    'are not valid as %s',
    (text) => {
      expect(() => embedding.decodeReply(bytes(text))).toThrow(
        expect.objectContaining({ code: 'upstream_invalid_reply' }),
      );
    },
  );

  it('may be an error', () => {
    expect(() => embedding.decodeReply(bytes({ error: { message: 'm', code: 429 } }))).toThrow(
      expect.objectContaining({ code: 'upstream_rate_limited', detail: 'm' }),
    );
  });
});

describe('encoded vectors', () => {
  const vectors = { model: 'm', vectors: [[1, -0.5]], usage: { ...noUsage, inputTokens: 3 } };

  it.each([
    ['float', [1, -0.5]],
    ['base64', encoded],
  ])('are written as the client asked: %s', (encoding_format, vector) => {
    expect(parse(embedding.encodeReply(vectors, decode({ encoding_format })))).toEqual({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: vector }],
      model: 'm',
      usage: { prompt_tokens: 3, total_tokens: 3 },
    });
  });

  it('say nothing of a usage that is not known', () => {
    expect(parse(embedding.encodeReply({ ...vectors, usage: undefined }, decode({})))).not.toHaveProperty('usage');
  });

  it('are the same for a client that reads either', () => {
    const vector = fc.array(
      fc.float({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(fc.array(vector), fc.constantFrom('float', 'base64'), (all, encoding_format) => {
        const body = embedding.encodeReply({ ...vectors, vectors: all }, decode({ encoding_format }));
        expect(embedding.decodeReply(body)).toEqual({ ...vectors, vectors: all });
      }),
    );
  });
});
