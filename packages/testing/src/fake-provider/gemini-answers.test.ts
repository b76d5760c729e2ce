import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createAsker, eventsOf, jsonOf } from './__fixtures__/ask-provider.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf, listOf } from './json-reading.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider()));
afterAll(() => provider.close());

const { gemini, post } = createAsker(() => provider);
const user = (...parts: object[]): object => ({ role: 'user', parts });
const saying = (text: string): object => ({ contents: [user({ text })] });
const candidate = async (body: object, model?: string): Promise<unknown> =>
  listOf(fieldOf(await jsonOf(gemini(body, undefined, model)), 'candidates'))[0];
const parts = async (body: object, model?: string): Promise<readonly unknown[]> =>
  listOf(fieldOf(await candidate(body, model), 'content', 'parts'));
const chunks = (body: object): Promise<unknown[]> => eventsOf(gemini(body, 'sse'));
const candidates = (list: readonly unknown[]): unknown[] =>
  list.flatMap((chunk) => listOf(fieldOf(chunk, 'candidates')));
const streamedParts = (list: readonly unknown[]): unknown[] =>
  candidates(list).flatMap((one) => listOf(fieldOf(one, 'content', 'parts')));

const schema = { type: 'OBJECT', properties: { city: { type: 'STRING' }, days: { type: 'INTEGER' } } };
const tools = [
  { functionDeclarations: [{ name: 'weather', parameters: schema }] },
  { functionDeclarations: [{ name: 'clock', parametersJsonSchema: { type: 'object' } }] },
];
const pixel = Buffer.from('pixels').toString('base64');

describe('an answer of Gemini', () => {
  it('echoes the last user text', async () => {
    expect(await jsonOf(gemini())).toEqual({
      candidates: [{ content: { parts: [{ text: 'Echo: hi there' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      usageMetadata: {
        promptTokenCount: 12,
        candidatesTokenCount: 3,
        totalTokenCount: 15,
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: 12 }],
      },
      modelVersion: 'm',
      responseId: expect.any(String),
    });
  });

  it('is the same under /v1', async () => {
    const reply = await jsonOf(post('/v1/models/m:generateContent', saying('hello')));
    expect(reply).toMatchObject({ candidates: [{ content: { parts: [{ text: 'Echo: hello' }] } }] });
  });

  it('streams the same text, the reason in the last event, all lines ending in CRLF', async () => {
    const { text, headers } = await gemini({}, 'sse');
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(text.replace(/data: \{.*\}\r\n\r\n/g, '')).toBe('');
    const list = await chunks({});
    expect(streamedParts(list)).toEqual([{ text: 'Echo:' }, { text: ' hi' }, { text: ' there' }, { text: '' }]);
    expect(candidates(list).map((one) => fieldOf(one, 'finishReason'))).toEqual([
      undefined,
      undefined,
      undefined,
      'STOP',
    ]);
  });

  it('streams a JSON array unless server-sent events are asked for', async () => {
    const { text, headers, chunks: written } = await gemini({}, 'json-array');
    expect(headers['content-type']).toBe('application/json');
    expect(streamedParts(JSON.parse(text) as unknown[])).toEqual(streamedParts(await chunks({})));
    expect(written.length).toBeGreaterThan(3);
  });

  it('calls a function with arguments that fit its schema', async () => {
    expect(await candidate({ tools })).toMatchObject({
      finishReason: 'STOP',
      content: { parts: [{ functionCall: { name: 'weather', args: { city: 'text', days: 1 } } }] },
    });
  });

  it('gives calls ids from Gemini 3 on', async () => {
    expect(await parts({ tools }, 'gemini-3-pro')).toMatchObject([{ functionCall: { id: expect.any(String) } }]);
    expect(await parts({ tools })).not.toMatchObject([{ functionCall: { id: expect.any(String) } }]);
  });

  it('calls two functions when the prompt says parallel, and signs the first', async () => {
    const body = { tools, ...saying('in parallel') };
    const calls = [
      { functionCall: { name: 'weather' }, thoughtSignature: expect.any(String) },
      { functionCall: { name: 'clock', args: {} } },
    ];
    expect(await parts(body)).toMatchObject(calls);
    expect((await parts(body))[1]).not.toHaveProperty('thoughtSignature');
    expect(streamedParts(await chunks(body))).toMatchObject([...calls, { text: '' }]);
  });

  it('calls what may be called', async () => {
    const config = (functionCallingConfig: object): object => ({ tools, toolConfig: { functionCallingConfig } });
    const only = config({ mode: 'ANY', allowedFunctionNames: ['clock'] });
    expect(await parts(only)).toMatchObject([{ functionCall: { name: 'clock' } }]);
    expect(await parts(config({ mode: 'NONE' }))).toMatchObject([{ text: 'Echo: hi there' }]);
  });

  it('mentions the results of the functions it called, with what else is in them', async () => {
    const call = { functionCall: { name: 'weather', args: {} } };
    const result = (response: object, more: object = {}): object => ({
      functionResponse: { name: 'weather', response, ...more },
    });
    const media = { parts: [{ inlineData: { mimeType: 'image/png', data: pixel } }] };
    const contents = [
      user({ text: 'weather?' }),
      { role: 'model', parts: [call, call, call] },
      user(result({ output: 'sun' }), result({ error: 'rain' }, media), result({ snow: 1 })),
    ];
    expect(await parts({ tools, contents })).toEqual([
      { text: 'The tool said: sun and rain, an image of 6 bytes and {"snow":1}' },
    ]);
  });

  it('sees images and documents', async () => {
    const contents = [
      user(
        { inlineData: { mimeType: 'image/png', data: pixel } },
        { fileData: { mimeType: 'application/pdf', fileUri: 'gs://x/y.pdf' } },
        { text: 'look' },
      ),
    ];
    expect(await parts({ contents })).toEqual([
      { text: 'I see an image of 6 bytes. I see a document at gs://x/y.pdf. Echo: look' },
    ]);
  });

  it('thinks when told to, and says what when thoughts are included', async () => {
    const thinking = (thinkingConfig: object): object => ({ generationConfig: { thinkingConfig } });
    const silent = await jsonOf(gemini(thinking({ thinkingBudget: 100 })));
    expect(silent).toMatchObject({
      candidates: [{ content: { parts: [{ text: 'Echo: hi there', thoughtSignature: expect.any(String) }] } }],
      usageMetadata: { candidatesTokenCount: 3, thoughtsTokenCount: 9, totalTokenCount: 24 },
    });
    const shown = thinking({ includeThoughts: true });
    expect(await parts(shown)).toMatchObject([{ thought: true, text: expect.stringContaining('echo') }, {}]);
    const streamed = streamedParts(await chunks(shown));
    expect(streamed[0]).toEqual({ thought: true, text: 'The' });
    expect(streamed.at(-1)).toEqual({ text: '', thoughtSignature: expect.any(String) });
    expect(await parts(thinking({ thinkingBudget: 0, includeThoughts: true }))).toEqual([{ text: 'Echo: hi there' }]);
  });

  it('answers in JSON of the schema that is asked for', async () => {
    const json = (more: object): object => ({ generationConfig: { responseMimeType: 'application/json', ...more } });
    expect(await parts(json({ responseSchema: schema }))).toEqual([{ text: '{"city":"text","days":1}' }]);
    expect(await parts(json({ responseJsonSchema: { const: 7 } }))).toEqual([{ text: '7' }]);
    expect(await parts(json({}))).toEqual([{ text: '{"echo":"hi there"}' }]);
  });

  it('stops at a tiny token limit and at a stop sequence', async () => {
    const limited = await candidate({ generationConfig: { maxOutputTokens: 1 } });
    expect(limited).toMatchObject({ finishReason: 'MAX_TOKENS', content: { parts: [{ text: 'Echo:' }] } });
    const stopped = await candidate({ generationConfig: { stopSequences: ['there'] } });
    expect(stopped).toMatchObject({ finishReason: 'STOP', content: { parts: [{ text: 'Echo: hi' }] } });
  });

  it('reports cached tokens when the prompt says cached', async () => {
    expect(await jsonOf(gemini(saying('cached')))).toMatchObject({
      usageMetadata: { promptTokenCount: 107, cachedContentTokenCount: 64 },
    });
  });

  it('withholds its answer when the prompt says refuse', async () => {
    expect(await candidate(saying('refuse'))).toEqual({
      finishReason: 'SAFETY',
      finishMessage: 'I cannot help with that.',
      index: 0,
    });
  });

  it('names its source when the prompt says cite, in bytes', async () => {
    expect(await candidate(saying('cite é'))).toMatchObject({
      groundingMetadata: {
        groundingChunks: [{ web: { uri: 'https://example.com/source', title: 'A source' } }],
        groundingSupports: [{ segment: { startIndex: 0, endIndex: 13 }, groundingChunkIndices: [0] }],
      },
    });
    expect((await chunks(saying('cite'))).at(-1)).toMatchObject({ candidates: [{ groundingMetadata: {} }] });
  });

  it('tells how likely its words were when asked', async () => {
    const body = { generationConfig: { responseLogprobs: true, logprobs: 2 } };
    expect(await candidate(body)).toMatchObject({
      logprobsResult: {
        chosenCandidates: [{ token: 'Echo:', logProbability: -0.125 }, { token: ' hi' }, { token: ' there' }],
        topCandidates: [{ candidates: [{ token: 'Echo:' }, { logProbability: -1.125 }] }, {}, {}],
      },
    });
    expect(candidates(await chunks(body))[1]).toMatchObject({
      logprobsResult: { chosenCandidates: [{ token: ' hi', logProbability: -0.25 }] },
    });
  });

  it('answers as often as candidateCount says', async () => {
    const body = { generationConfig: { candidateCount: 2 } };
    expect(await jsonOf(gemini(body))).toMatchObject({ candidates: [{ index: 0 }, { index: 1 }] });
    expect(
      candidates(await chunks(body))
        .map((one) => fieldOf(one, 'index'))
        .slice(0, 4),
    ).toEqual([0, 1, 0, 1]);
  });
});
