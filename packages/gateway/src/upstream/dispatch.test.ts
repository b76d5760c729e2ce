import type { Call, Transport, TransportRequest } from '@claudette/core';
import { createCredentials, createEnvironmentSource } from '@claudette/credentials';
import { createKeyRing } from '@claudette/resilience';
import { describe, expect, it } from '@jest/globals';

import { makeCall } from '../__fixtures__/make-call.js';
import { helloBody, helloFrames, sourceOf } from '../__fixtures__/make-reply.js';
import { checkConfig } from '../config/check-config.js';
import { toBackend } from '../find-backends.js';
import { systemClock } from '../system-clock.js';
import { createDispatch } from './dispatch.js';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly chunks?: readonly string[];
}

const credentials = createCredentials({ sources: [createEnvironmentSource({ KEY: 'secret' })] });

/** One backend named `lab`, and what was sent to it. */
function start(config: object, { status = 200, headers = {}, chunks = [helloBody] }: Answer = {}) {
  const sent: TransportRequest[] = [];
  const transport: Transport = {
    send(request) {
      sent.push(request);
      return Promise.resolve({ status, headers, body: sourceOf(chunks) });
    },
  };
  const { backends: configured } = checkConfig(
    { backends: { lab: { models: ['m'], apiKey: 'env:KEY', ...config } } },
    'the test',
  );
  const [[, lab] = []] = Object.entries(configured);
  if (lab === undefined) throw new Error('no backend');
  const backend = toBackend('lab', lab, transport, systemClock);
  const [target] = backend.targets;
  if (target === undefined) throw new Error('no target');
  const keyRing = createKeyRing({ clock: systemClock, random: () => 0 });
  const backends = new Map([['lab', backend]]);
  const dispatch = createDispatch({
    backends,
    credentials,
    keyRing,
    userAgent: 'claudette/test',
    redact: (text) => text,
  });
  return { dispatch, keyRing, sent, target, headersOf: () => sent[0]?.headers ?? {} };
}

const json = { 'content-type': 'application/json' };

describe('what is sent', () => {
  it('says what it is and how the answer shall come', async () => {
    const { dispatch, sent, target } = start({ provider: 'openai', timeouts: { connectMs: 7 } }, { headers: json });
    await dispatch({ ...makeCall(), target });
    expect(sent).toMatchObject([
      {
        backend: 'lab',
        method: 'POST',
        url: 'https://api.openai.com/v1/chat/completions',
        connectTimeoutMs: 7,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'claudette/test',
          authorization: 'Bearer secret',
        },
      },
    ]);
  });

  it('asks for events where the client wants a stream', async () => {
    const { dispatch, headersOf, target } = start({ provider: 'openai' }, { chunks: helloFrames });
    await dispatch({ ...makeCall({}, { stream: true }), target });
    expect(headersOf()['accept']).toBe('text/event-stream');
  });

  it("has the key in the header of the provider's own", async () => {
    const { dispatch, headersOf, target } = start({ provider: 'anthropic', baseUrl: 'http://a' });
    await dispatch({ ...makeCall(), target }).catch(() => undefined);
    expect(headersOf()).toMatchObject({ 'x-api-key': 'secret', 'anthropic-version': '2023-06-01' });
    expect(headersOf()).not.toHaveProperty('authorization');
  });

  it('has no key where the provider takes none', async () => {
    const { dispatch, headersOf, target } = start({ provider: 'ollama' }, { headers: json });
    await dispatch({ ...makeCall(), target });
    expect(JSON.stringify(headersOf())).not.toContain('secret');
  });

  it("lets the backend's own headers win, however they are written", async () => {
    const { dispatch, headersOf, target } = start({ provider: 'openai', headers: { Authorization: 'Basic x' } });
    await dispatch({ ...makeCall(), target }).catch(() => undefined);
    expect(headersOf()).toMatchObject({ authorization: 'Basic x' });
    expect(headersOf()).not.toHaveProperty('Authorization');
  });

  it.each([
    ['anthropic-messages', { 'anthropic-version': '2024-01-01', 'anthropic-beta': 'b' }],
    ['openai-chat', { 'anthropic-version': '2023-06-01' }],
  ] as const)("passes a %s client's headers on to its own dialect only", async (dialect, expected) => {
    const { dispatch, headersOf, target } = start({ provider: 'anthropic', baseUrl: 'http://a' });
    const headers = { 'anthropic-version': '2024-01-01', 'anthropic-beta': 'b', 'openai-beta': 'c' };
    const original = { dialect, headers, body: Buffer.from('{"model":"m"}') };
    await dispatch({ ...makeCall(), original, target }).catch(() => undefined);
    const { 'anthropic-version': version, 'anthropic-beta': beta } = headersOf();
    expect({ 'anthropic-version': version, ...(beta !== undefined && { 'anthropic-beta': beta }) }).toEqual(expected);
    expect(headersOf()).not.toHaveProperty('openai-beta');
  });

  it("is the client's own body with another model where both speak the same dialect", async () => {
    const { dispatch, sent, target } = start({ provider: 'openai' }, { headers: json });
    const body = Buffer.from('{ "model" : "alias",  "big": 1e400, "own": [1.0] }');
    await dispatch({ ...makeCall(), original: { dialect: 'openai-chat', headers: {}, body }, target });
    expect(Buffer.from(sent[0]?.body ?? '').toString()).toBe('{ "model" : "m",  "big": 1e400, "own": [1.0] }');
  });
});

describe('where it is sent', () => {
  const gemini = { provider: 'gemini', baseUrl: 'http://g' };
  const urlOf = async (config: object, call: Partial<Call> = {}): Promise<string | undefined> => {
    const { dispatch, sent, target } = start(config);
    await dispatch({ ...makeCall(), target, ...call }).catch(() => undefined);
    return sent[0]?.url;
  };
  const embedding = { inputs: ['a'], encoding: 'float' } as const;

  it.each<[string, object, Partial<Call>, string]>([
    ['the model and a whole answer', gemini, {}, 'http://g/v1beta/models/m:generateContent'],
    [
      'the model and a stream',
      gemini,
      makeCall({}, { stream: true }),
      'http://g/v1beta/models/m:streamGenerateContent?alt=sse',
    ],
    ['a count', gemini, { operation: 'count' }, 'http://g/v1beta/models/m:countTokens'],
    [
      'vectors',
      { provider: 'openai' },
      { ...makeCall({}, { embedding }), operation: 'embed' },
      'https://api.openai.com/v1/embeddings',
    ],
  ])('says that it is for %s', async (_, config, call, url) => {
    expect(await urlOf(config, call)).toBe(url);
  });

  it('is the place of the dialect that the target was chosen in', async () => {
    const { dispatch, sent, target } = start({ provider: 'openai' });
    await dispatch({ ...makeCall(), target: { ...target, dialect: 'openai-responses' } }).catch(() => undefined);
    expect(sent[0]?.url).toBe('https://api.openai.com/v1/responses');
  });

  it('is nowhere where the dialect has no such operation', async () => {
    const { dispatch, sent, target } = start({ provider: 'openai' });
    await expect(dispatch({ ...makeCall(), operation: 'count', target })).rejects.toMatchObject({
      code: 'translation_refused',
      detail: 'openai-chat has no way to count',
    });
    expect(sent).toEqual([]);
  });
});

describe('the framing of the answer', () => {
  it.each([
    ['text/event-stream; charset=utf-8', false, 'sse'],
    ['application/json', true, 'json'],
    ['text/plain', true, 'sse'],
    ['text/plain', false, 'json'],
    [undefined, true, 'sse'],
    [undefined, false, 'json'],
  ] as const)('with content-type %s and stream %s is %s', async (type, stream, framing) => {
    const chunks = framing === 'sse' ? helloFrames : [helloBody];
    const answer = { chunks, headers: type === undefined ? {} : { 'content-type': type } };
    const { dispatch, target } = start({ provider: 'openai' }, answer);
    expect(await dispatch({ ...makeCall({}, { stream }), target })).toMatchObject({ framing, dialect: 'openai-chat' });
  });
});

it('takes what is no conversation for one JSON body, whatever it is called', async () => {
  const answer = { chunks: ['{"input_tokens":7}'], headers: { 'content-type': 'text/event-stream' } };
  const { dispatch, target } = start({ provider: 'anthropic' }, answer);
  expect(await dispatch({ ...makeCall(), operation: 'count', target })).toMatchObject({ framing: 'json', status: 200 });
});

describe('a refusal', () => {
  it('of the backend becomes an error with its name and status', async () => {
    const { dispatch, target } = start(
      { provider: 'openai' },
      { status: 429, chunks: ['{"error":{"message":"slow"}}'] },
    );
    await expect(dispatch({ ...makeCall(), target })).rejects.toMatchObject({
      code: 'upstream_rate_limited',
      fault: { backend: 'lab', status: 429 },
    });
  });

  it('with a body beyond 1 MiB is named too', async () => {
    const chunks = ['x'.repeat(1024 * 1024), 'x'];
    const { dispatch, target } = start({ provider: 'openai' }, { status: 500, chunks });
    await expect(dispatch({ ...makeCall(), target })).rejects.toMatchObject({
      code: 'upstream_invalid_reply',
      detail: 'lab: the body is larger than 1048576 bytes',
      fault: { backend: 'lab' },
    });
  });

  it('in strict mode comes before anything is sent', async () => {
    const { dispatch, sent, target } = start({ provider: 'openai' });
    const foreign = [{ dialect: 'anthropic-messages', path: 'thread', value: {} } as const];
    await expect(dispatch({ ...makeCall({ strict: true }, { foreign }), target })).rejects.toMatchObject({
      code: 'translation_refused',
      detail: expect.stringMatching(/^thread: /),
    });
    expect(sent).toEqual([]);
  });

  it('of a conversation that another provider holds comes before anything is sent', async () => {
    const { dispatch, sent, target } = start({ provider: 'openai' });
    const heldByProvider = { dialect: 'anthropic-messages', path: 'thread', value: {} } as const;
    await expect(dispatch({ ...makeCall({}, { heldByProvider }), target })).rejects.toMatchObject({
      code: 'translation_refused',
      detail: 'thread refers to earlier turns that only anthropic-messages backends hold',
    });
    expect(sent).toEqual([]);
  });

  it('for want of a credential comes before anything is sent', async () => {
    const { dispatch, sent, target } = start({ provider: 'openai', apiKey: 'env:GONE' });
    await expect(dispatch({ ...makeCall(), target })).rejects.toMatchObject({ code: 'credential_missing' });
    expect(sent).toEqual([]);
  });
});

it('carries what the request lost on the reply', async () => {
  const { dispatch, target } = start({ provider: 'openai' }, { headers: json });
  const foreign = [{ dialect: 'anthropic-messages', path: 'thread', value: {} } as const];
  expect((await dispatch({ ...makeCall({}, { foreign }), target })).losses).toMatchObject([{ path: 'thread' }]);
});

it('passes only the useful headers of the answer', async () => {
  const headers = { ...json, 'x-request-id': 'r', 'set-cookie': 'c' };
  const { dispatch, target } = start({ provider: 'openai' }, { headers });
  expect((await dispatch({ ...makeCall(), target })).headers).toEqual({ 'x-request-id': 'r' });
});

it('names the backend whose answer is not valid', async () => {
  const { dispatch, target } = start({ provider: 'openai' }, { headers: json, chunks: ['{'] });
  await expect(dispatch({ ...makeCall(), target })).rejects.toMatchObject({
    code: 'upstream_invalid_reply',
    detail: expect.stringMatching(/^lab: /),
  });
});

it.each([undefined, 'unknown'])('refuses a call whose backend is %s: routing comes first', async (backend) => {
  const { dispatch, target } = start({ provider: 'openai' });
  const call = backend === undefined ? makeCall() : { ...makeCall(), target: { ...target, backend } };
  await expect(dispatch(call)).rejects.toMatchObject({ code: 'internal' });
});
