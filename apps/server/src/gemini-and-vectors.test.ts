import { dialectIds } from '@claudette/core';
import { embedText } from '@claudette/testing';
import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';

import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

let stack: Stack;
let openai: OpenAI;
beforeAll(async () => {
  stack = await startStack({ routing: { fallback: false, maxAttempts: 1 } }, { timeouts: patient });
  openai = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: 'any', maxRetries: 0 });
});
beforeEach(() => {
  stack.reset();
});
afterAll(() => stack.close());

const contents = [{ role: 'user', parts: [{ text: 'one two three' }] }];
const post = (path: string, body: object): Promise<Response> =>
  fetch(`${stack.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-goog-api-key': 'any' },
    body: JSON.stringify(body),
  });

describe.each(['v1beta', 'v1'])('the Google SDK under /%s', (apiVersion) => {
  const client = (): GoogleGenAI =>
    new GoogleGenAI({ apiKey: 'any', apiVersion, httpOptions: { baseUrl: stack.url, fetch } });

  it.each(dialectIds)('reads an answer and a stream of a %s backend', async (to) => {
    const asked = { model: models[to], contents: 'one two three' };
    expect((await client().models.generateContent(asked)).text).toBe('Echo: one two three');
    let text = '';
    for await (const chunk of await client().models.generateContentStream(asked)) text += chunk.text ?? '';
    expect(text).toBe('Echo: one two three');
  });

  it.each(dialectIds)('counts tokens for a %s backend', async (to) => {
    const { totalTokens } = await client().models.countTokens({ model: models[to], contents: 'one two three' });
    expect(totalTokens).toBeGreaterThan(2);
    expect(stack.providers[to].count('generate')).toBe(0);
  });

  it('lists every target, page by page', async () => {
    const names: string[] = [];
    for await (const { name = '' } of await client().models.list({ config: { pageSize: 3 } })) names.push(name);
    expect(names).toEqual(expect.arrayContaining(Object.values(models).map((model) => `models/${model}`)));
    expect(new Set(names).size).toBe(names.length);
  });

  it('finds one target, and not what there is none of', async () => {
    expect(await client().models.get({ model: models.gemini })).toMatchObject({ name: `models/${models.gemini}` });
    await expect(client().models.get({ model: 'nobody' })).rejects.toMatchObject({ status: 404 });
  });
});

describe.each(['v1beta', 'v1'])('a Gemini client without an SDK under /%s', (version) => {
  it.each(dialectIds)('reads a stream of a %s backend as one JSON array', async (to) => {
    const response = await post(`/${version}/models/${models[to]}:streamGenerateContent`, { contents });
    expect(response.headers.get('content-type')).toContain('application/json');
    const chunks = (await response.json()) as {
      candidates?: { content?: { parts?: { text?: string }[] }; finishReason?: string }[];
    }[];
    const parts = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
    expect(parts.map(({ text }) => text ?? '').join('')).toBe('Echo: one two three');
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
  });

  it.each(dialectIds)('is left with an array without an end when a stream of a %s backend fails', async (to) => {
    stack.providers[to].behave({ kind: 'in-band-error' });
    const text = await (await post(`/${version}/models/${models[to]}:streamGenerateContent`, { contents })).text();
    expect(() => JSON.parse(text) as unknown).toThrow();
    const chunks = JSON.parse(`${text}]`) as { error?: { code: number }; candidates?: { finishReason?: string }[] }[];
    expect(chunks.at(-1)?.error?.code).toBeGreaterThanOrEqual(500);
    expect(chunks.some(({ candidates }) => candidates?.[0]?.finishReason !== undefined)).toBe(false);
  });

  it.each(dialectIds)('counts tokens for a %s backend, and hears whether it is an estimate', async (to) => {
    const response = await post(`/${version}/models/${models[to]}:countTokens`, { contents });
    const { totalTokens } = (await response.json()) as { totalTokens: number };
    expect([response.status, totalTokens > 2]).toEqual([200, true]);
    const asked = stack.providers[to].count('count') === 1;
    expect(response.headers.get('x-claudette-estimate')).toBe(asked ? null : 'true');
  });

  it('is refused in its own shape under a verb that does not exist', async () => {
    const response = await post(`/${version}/models/${models.gemini}:fineTune`, { contents });
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { error: { code: 404, status: 'NOT_FOUND' } },
    ]);
  });
});

describe.each(['chat/embedder', 'gemini/embedder'])('vectors of %s', (model) => {
  const input = ['one', 'two words', 'naïve 日本'];

  it('are read by the openai SDK, which asks for base64', async () => {
    const { data, usage } = await openai.embeddings.create({ model, input });
    expect(data.map(({ embedding }) => embedding)).toEqual(input.map((text) => embedText(text)));
    expect(data.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(usage.total_tokens).toBeGreaterThanOrEqual(0);
  });

  it('are the same as numbers', async () => {
    const { data } = await openai.embeddings.create({ model, input: 'one', encoding_format: 'float' });
    expect(data.map(({ embedding }) => embedding)).toEqual([embedText('one')]);
  });

  it.each(['float', 'base64'])('are as long as they were asked to be, in %s', async (encoding) => {
    const body = { model, input: 'one', dimensions: 5, encoding_format: encoding };
    const { data } = (await (await post('/v1/embeddings', body)).json()) as {
      data: { embedding: number[] | string }[];
    };
    const [{ embedding } = { embedding: '' }] = data;
    const numbers =
      typeof embedding === 'string'
        ? Array.from({ length: 5 }, (_, at) => Buffer.from(embedding, 'base64').readFloatLE(at * 4))
        : embedding;
    expect([typeof embedding === 'string', numbers]).toEqual([encoding === 'base64', [...embedText('one', 5)]]);
  });
});

it('writes vectors as the client asked for them where the vendor did not', async () => {
  const body = { object: 'list', model: 'm', data: [{ object: 'embedding', index: 0, embedding: [0.5, -2] }] };
  const usage = { prompt_tokens: 1, total_tokens: 1 };
  stack.providers['openai-chat'].behave({
    kind: 'raw',
    contentType: 'application/json',
    chunks: [JSON.stringify({ ...body, usage })],
  });
  const { data } = await openai.embeddings.create({ model: models['openai-chat'], input: 'one' });
  expect(data[0]?.embedding).toEqual([0.5, -2]);
});

it('names the reason where a backend has no vectors', async () => {
  const asked = openai.embeddings.create({ model: models['anthropic-messages'], input: 'one' });
  await expect(asked).rejects.toMatchObject({ status: 400, message: expect.stringMatching(/embed|vector/i) });
});
