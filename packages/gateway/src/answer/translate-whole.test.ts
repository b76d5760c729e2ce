import type { DialectId, Operation, Reply, Tool } from '@claudette/core';
import { codecs } from '@claudette/protocol';
import { describe, expect, it } from '@jest/globals';

import { makeCall } from '../__fixtures__/make-call.js';
import { frameOf, helloBody, helloFrames, makeReply, sourceOf } from '../__fixtures__/make-reply.js';
import { findWire } from '../upstream/wires.js';
import { translateWhole } from './translate-whole.js';
import { openReply } from '@claudette/core';

interface Asked {
  readonly to: DialectId;
  readonly operation?: Operation;
  readonly strict?: boolean;
  readonly tools?: readonly Tool[];
  readonly embedding?: { readonly inputs: readonly string[]; readonly encoding: 'float' | 'base64' };
}

const translate = (reply: Reply, { to, operation = 'generate', strict = false, tools = [], embedding }: Asked) =>
  translateWhole(reply, {
    to: codecs[to],
    operation,
    request: makeCall({}, { tools, ...(embedding && { embedding }) }).request,
    context: { streamUsage: true, createdAtSeconds: 1, tools },
    strict,
    signal: new AbortController().signal,
  });

const readBody = async (reply: Reply): Promise<unknown> => {
  const reader = reply.bytes[Symbol.asyncIterator]();
  const { value } = (await reader.next()) as IteratorResult<Uint8Array, undefined>;
  expect((await reader.next()).done).toBe(true);
  return JSON.parse(Buffer.from(value ?? '').toString());
};

/** A reply to an operation, as dispatch would open it. */
const operationReply = (dialect: DialectId, operation: Operation, body: object): Promise<Reply> => {
  const wire = findWire(dialect, operation);
  if (wire === undefined) throw new Error('no such operation');
  return openReply({
    target: { backend: 'b', model: 'm', provider: 'p', dialect },
    ...{ dialect, framing: 'json', status: 200, headers: {}, losses: [] },
    frames: sourceOf([JSON.stringify(body)]),
    scanner: wire.createScanner('json'),
    signal: new AbortController().signal,
  });
};

describe('translateWhole', () => {
  it('writes a body of another dialect', async () => {
    const reply = await translate(await makeReply({ framing: 'json', frames: [helloBody] }), {
      to: 'anthropic-messages',
    });
    expect([reply.dialect, reply.framing]).toEqual(['anthropic-messages', 'json']);
    expect(await readBody(reply)).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'hello' }] });
    expect(await reply.outcome).toMatchObject({ kind: 'complete' });
  });

  it('makes one body of a stream', async () => {
    const reply = await translate(await makeReply({ frames: helloFrames }), { to: 'openai-chat' });
    expect(await readBody(reply)).toMatchObject({ choices: [{ message: { content: 'hello' } }] });
  });

  it('turns function calls back into calls with text', async () => {
    const call = { index: 0, id: 'c', type: 'function', function: { name: 'patch', arguments: '{"input":"a"}' } };
    const made = await makeReply({ frames: [frameOf({ tool_calls: [call] }), frameOf({}, 'tool_calls')] });
    const reply = await translate(made, { to: 'openai-responses', tools: [{ name: 'patch', takesText: {} }] });
    expect(await readBody(reply)).toMatchObject({ output: [{ type: 'custom_tool_call', input: 'a' }] });
  });

  it('is a failed reply where the stream breaks off', async () => {
    const reply = await translate(await makeReply({ frames: helloFrames.slice(0, 3) }), { to: 'gemini' });
    await expect(reply.bytes[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'stream_broken' });
    expect(await reply.outcome).toMatchObject({ kind: 'failed', cause: { code: 'stream_broken' } });
  });

  it('adds what the answer loses to what the request lost, and refuses it to strict clients', async () => {
    const logprobs = { content: [{ token: 'hello', logprob: -1, bytes: null, top_logprobs: [] }] };
    const body = JSON.parse(helloBody) as { choices: object[] };
    const lossy = JSON.stringify({ ...body, choices: body.choices.map((choice) => ({ ...choice, logprobs })) });
    const lost = { path: 'seed', reason: 'unknown there' };
    const make = async (): Promise<Reply> => ({
      ...(await makeReply({ framing: 'json', frames: [lossy] })),
      losses: [lost],
    });
    const reply = await translate(await make(), { to: 'anthropic-messages' });
    expect(reply.losses).toEqual([lost, expect.objectContaining({ path: expect.stringContaining('logprobs') })]);

    const refused = await translate(await make(), { to: 'anthropic-messages', strict: true });
    await expect(refused.bytes[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'translation_refused' });
    expect(await refused.outcome).toMatchObject({ kind: 'failed', cause: { code: 'translation_refused' } });
  });

  it('gives nothing to a reader who has left', async () => {
    const reply = await translate(await makeReply({ framing: 'json', frames: [helloBody] }), { to: 'gemini' });
    const reader = reply.bytes[Symbol.asyncIterator]();
    await reader.return?.();
    expect((await reader.next()).done).toBe(true);
  });
});

describe('a count of tokens', () => {
  it('is written as the client knows it', async () => {
    const counted = await operationReply('gemini', 'count', { totalTokens: 42 });
    expect(await readBody(await translate(counted, { to: 'anthropic-messages', operation: 'count' }))).toEqual({
      input_tokens: 42,
    });
  });

  it('is a failed reply for a dialect that has no such thing', async () => {
    const counted = await operationReply('gemini', 'count', { totalTokens: 42 });
    const reply = await translate(counted, { to: 'openai-chat', operation: 'count' });
    await expect(reply.bytes[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('vectors', () => {
  const embed = async (encoding: 'float' | 'base64') => {
    const made = await operationReply('gemini', 'embed', { embeddings: [{ values: [0.5, -1] }] });
    return readBody(
      await translate(made, { to: 'openai-chat', operation: 'embed', embedding: { inputs: ['a'], encoding } }),
    );
  };

  it('are written as the client asked for them', async () => {
    expect(await embed('float')).toMatchObject({ data: [{ embedding: [0.5, -1] }] });
    const floats = Buffer.from(Float32Array.of(0.5, -1).buffer).toString('base64');
    expect(await embed('base64')).toMatchObject({ data: [{ embedding: floats }] });
  });
});
