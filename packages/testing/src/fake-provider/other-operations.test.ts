import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { readReply } from '../read-reply.js';
import { createAsker, jsonOf } from './__fixtures__/ask-provider.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { embedText } from './embed-text.js';
import { fieldOf, listOf, textOf } from './json-reading.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider({ models: ['a', 'b', 'c'] })));
afterEach(() => provider.reset());
afterAll(() => provider.close());

const { gemini, messages, post, responses } = createAsker(() => provider);
const embed = (body: object) => post('/v1/embeddings', { model: 'e', input: 'one two', ...body });
const vectors = async (body: object): Promise<unknown[]> =>
  listOf(fieldOf(await jsonOf(embed(body)), 'data')).map((one) => fieldOf(one, 'embedding'));
const embedGemini = (method: string, body: object) => post(`/v1beta/models/e:${method}`, body);
const content = (text: string): object => ({ model: 'models/e', content: { parts: [{ text }] } });

describe('a vector', () => {
  it('is of length 1, the same for the same text, and another for another', () => {
    expect(Math.hypot(...embedText('one'))).toBeCloseTo(1);
    expect(embedText('one')).toEqual(embedText('one'));
    expect(embedText('one')).not.toEqual(embedText('two'));
  });

  it('is as long as it should be', () => {
    expect([embedText('x').length, embedText('x', 3).length]).toEqual([8, 3]);
  });
});

describe('OpenAI’s embeddings', () => {
  it('are vectors in the order of the inputs', async () => {
    expect(await jsonOf(embed({ input: ['one', 'two three'], dimensions: 4 }))).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: embedText('one', 4) },
        { object: 'embedding', index: 1, embedding: embedText('two three', 4) },
      ],
      model: 'e',
      usage: { prompt_tokens: 3, total_tokens: 3 },
    });
  });

  it('are the same numbers in base64', async () => {
    const [text] = await vectors({ encoding_format: 'base64' });
    const bytes = Buffer.from(textOf(text), 'base64');
    expect(Array.from({ length: 8 }, (_, index) => bytes.readFloatLE(index * 4))).toEqual(embedText('one two'));
  });

  it('take tokens for texts', async () => {
    expect(await vectors({ input: [1, 2] })).toEqual([embedText('[1,2]')]);
    expect(await vectors({ input: [[1], [2]] })).toHaveLength(2);
  });

  it.each([
    ['no model', { model: undefined }],
    ['no input', { input: undefined }],
    ['no inputs', { input: [] }],
    ['an empty input', { input: ['x', ''] }],
    ['an unknown encoding', { encoding_format: 'hex' }],
    ['a model that does not exist', { model: 'missing' }],
  ])('are not made of %s', async (_, body) => {
    expect((await embed(body)).status).toBeGreaterThanOrEqual(400);
  });

  it('are not made of what is no JSON', async () => {
    expect((await post('/v1/embeddings', '[')).status).toBe(400);
  });
});

describe('Gemini’s embeddings', () => {
  it('are vectors in the order of the inputs, the same as OpenAI’s', async () => {
    const requests = [content('one'), { ...content('two'), outputDimensionality: 2 }];
    expect(await jsonOf(embedGemini('batchEmbedContents', { requests }))).toEqual({
      embeddings: [{ values: embedText('one') }, { values: embedText('two', 2) }],
    });
  });

  it('come one by one', async () => {
    expect(await jsonOf(embedGemini('embedContent', content('one')))).toEqual({
      embedding: { values: embedText('one') },
    });
  });

  it.each([
    ['no requests', { requests: [] }],
    ['nothing', { requests: [content('')] }],
    ['another model', { requests: [{ ...content('one'), model: 'models/f' }] }],
  ])('are not made of %s', async (_, body) => {
    expect((await embedGemini('batchEmbedContents', body)).status).toBe(400);
  });
});

describe('a count of tokens', () => {
  const user = { role: 'user', content: 'one two three' };

  it('is what an answer of Messages reports, and needs no max_tokens', async () => {
    const count = await jsonOf(post('/v1/messages/count_tokens', { model: 'm', messages: [user] }));
    expect(count).toEqual({ input_tokens: 13 });
    expect(await jsonOf(messages({ messages: [user] }))).toMatchObject({ usage: count as object });
  });

  it('is what an answer of Gemini reports, asked for either way', async () => {
    const body = { contents: [{ parts: [{ text: 'one two three' }] }] };
    const count = (sent: object): Promise<unknown> => jsonOf(post('/v1beta/models/m:countTokens', sent));
    expect(await count(body)).toMatchObject({ totalTokens: 13 });
    expect(await count({ generateContentRequest: { model: 'models/m', ...body } })).toMatchObject({ totalTokens: 13 });
    expect(await jsonOf(gemini(body))).toMatchObject({ usageMetadata: { promptTokenCount: 13 } });
  });

  it('is what a Response reports', async () => {
    const count = await jsonOf(post('/v1/responses/input_tokens', { model: 'm', input: 'one two three' }));
    expect(count).toEqual({ object: 'response.input_tokens', input_tokens: 13 });
    expect(await jsonOf(responses({ input: 'one two three' }))).toMatchObject({ usage: { input_tokens: 13 } });
  });

  it('is refused as the answer would be', async () => {
    expect((await post('/v1/messages/count_tokens', { model: 'm', messages: [] })).status).toBe(400);
  });
});

describe('the record of calls', () => {
  it('counts all work by default, and that of one operation', async () => {
    await responses();
    await gemini();
    await embed({});
    await post('/v1/messages/count_tokens', { model: 'm', messages: [{ role: 'user', content: 'x' }] });
    await readReply(`${provider.url}/v1beta/models`);
    const counts = [provider.count(), ...(['generate', 'embed', 'count', 'list'] as const).map(provider.count)];
    expect(counts).toEqual([4, 2, 1, 1, 1]);
  });

  it('names dialect, operation, model and body of every call', async () => {
    await gemini({}, 'sse', 'gemini-x');
    await embed({ model: 'vectors' });
    await post('/v1/nothing', {});
    expect(provider.calls).toMatchObject([
      { dialect: 'gemini', operation: 'generate', model: 'gemini-x', route: { pathFraming: 'sse' } },
      { dialect: 'openai-chat', operation: 'embed', model: 'vectors', json: { input: 'one two' } },
      { operation: undefined },
    ]);
  });
});

describe('faults', () => {
  it('strike vectors and counts like answers, and the input may ask for them', async () => {
    provider.behave([{ kind: 'status', status: 500 }, { kind: 'invalid-json-body' }]);
    const statuses = [await embed({}), await embed({ input: ['[[fake:{"kind":"status","status":418}]]'] })];
    expect(statuses.map(({ status }) => status)).toEqual([500, 418]);
  });

  it.each(['missing-finish', 'in-band-error', 'bad-json', 'duplicate-terminal', 'trailing-garbage'] as const)(
    '%s does to vectors what it does to a body without an answer',
    async (kind) => {
      provider.behave({ kind });
      const { status, text } = await embed({});
      expect([status, text.length > 0]).toEqual([200, true]);
    },
  );
});

describe('the models', () => {
  const get = (path: string, headers: Record<string, string> = {}): Promise<unknown> =>
    jsonOf(readReply(`${provider.url}${path}`, { headers }));
  const anthropic = { 'anthropic-version': '2023-06-01' };

  it('are listed page by page as Anthropic does', async () => {
    expect(await get('/v1/models?limit=2', anthropic)).toMatchObject({
      data: [{ id: 'a' }, { id: 'b' }],
      has_more: true,
      last_id: 'b',
    });
    expect(await get('/v1/models?limit=2&after_id=b', anthropic)).toMatchObject({
      data: [{ id: 'c' }],
      has_more: false,
    });
    expect(await get('/v1/models?limit=1&before_id=c', anthropic)).toMatchObject({
      data: [{ id: 'b' }],
      has_more: true,
    });
  });

  it('are listed page by page as Gemini does', async () => {
    const first = await get('/v1beta/models?pageSize=2');
    expect(first).toMatchObject({ models: [{ name: 'models/a' }, { name: 'models/b' }], nextPageToken: 'b' });
    expect(await get('/v1beta/models?pageSize=2&pageToken=b')).toEqual({
      models: [expect.objectContaining({ name: 'models/c' })],
    });
  });

  it('are Gemini’s under /v1 too, with a Google key', async () => {
    expect(await get('/v1/models/b', { 'x-goog-api-key': 'k' })).toMatchObject({ name: 'models/b' });
    expect(await get('/v1/models?key=k')).toMatchObject({ models: [{}, {}, {}] });
  });

  it('are not there when they are not', async () => {
    expect((await readReply(`${provider.url}/v1beta/models/z`)).status).toBe(404);
  });
});

describe('a key', () => {
  it('may come in a header or in the query, and a wrong one is what Gemini calls it', async () => {
    const locked = await createFakeProvider({ apiKey: 'k' });
    const url = `${locked.url}/v1beta/models`;
    const replies = [
      await readReply(`${url}?key=k`),
      await readReply(url, { headers: { 'x-goog-api-key': 'k' } }),
      await readReply(`${url}?key=no`),
      await readReply(url),
    ];
    await locked.close();
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 400, 403]);
    expect(replies[2]?.text).toContain('API key not valid');
  });
});

describe('a method that a route does not have', () => {
  it.each(['/v1/responses', '/v1beta/models/m:generateContent', '/v1beta/models/m:dance'])(
    'is refused at %s',
    async (path) => {
      expect((await readReply(`${provider.url}${path}`)).status).toBe(404);
    },
  );
});
