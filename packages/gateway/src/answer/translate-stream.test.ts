import type { DialectId, Tool } from '@claudette/core';
import { codecs } from '@claudette/protocol';
import { describe, expect, it } from '@jest/globals';

import { makeCall } from '../__fixtures__/make-call.js';
import { frameOf, helloBody, helloFrames, makeReply } from '../__fixtures__/make-reply.js';
import type { MadeReply } from '../__fixtures__/make-reply.js';
import { readFrames } from '../__fixtures__/start-bench.js';
import { translateStream } from './translate-stream.js';

interface Asked extends MadeReply {
  readonly to?: DialectId;
  readonly strict?: boolean;
  readonly tools?: readonly Tool[];
}

const translate = async ({ to = 'anthropic-messages', strict = false, tools = [], ...made }: Asked) => {
  const upstream = await makeReply(made);
  const client = new AbortController();
  const { request } = makeCall({}, { tools });
  const reply = translateStream(upstream, {
    to: codecs[to],
    operation: 'generate',
    request,
    context: { streamUsage: true, createdAtSeconds: 1, tools },
    strict,
    signal: client.signal,
  });
  return { upstream, client, reply, frames: reply.bytes[Symbol.asyncIterator]() };
};

/** What can be read before the stream fails, and why it does. */
const readUntilFault = async (frames: AsyncIterator<Uint8Array>) => {
  let text = '';
  try {
    for (let step = await frames.next(); step.done !== true; step = await frames.next()) {
      text += Buffer.from(step.value).toString();
    }
  } catch (cause) {
    return { text, cause };
  }
  return { text, cause: undefined };
};

/** Whether the promise has settled by now. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  const open = Symbol('open');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(open)])) !== open;
};

const typesIn = (text: string): string[] => Array.from(text.matchAll(/^event: (.*)$/gm), ([, type = '']) => type);

const never = () => new Promise<never>(() => undefined);

describe('translateStream', () => {
  it('writes a stream of another dialect', async () => {
    const { frames, reply } = await translate({ frames: helloFrames });
    expect([reply.dialect, reply.framing]).toEqual(['anthropic-messages', 'sse']);
    expect(typesIn(await readFrames(frames))).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });

  it('gives each frame on as it comes', async () => {
    let more: () => void = () => undefined;
    const then = () => new Promise<never>((_resolve, reject) => (more = () => reject(new Error('cut'))));
    const { frames } = await translate({ frames: helloFrames.slice(0, 2), then });
    const { value } = await frames.next();
    expect(Buffer.from(value ?? '').toString()).toContain('message_start');
    await frames.next();
    const waiting = frames.next();
    more();
    await expect(waiting).rejects.toMatchObject({ message: expect.stringContaining('cut') });
  });

  it('reads frames that come together', async () => {
    const { frames } = await translate({ frames: [helloFrames.join('')] });
    expect(typesIn(await readFrames(frames)).at(-1)).toBe('message_stop');
  });

  it('makes a stream of a whole body, in the same dialect too', async () => {
    const { frames } = await translate({ framing: 'json', frames: [helloBody], to: 'openai-chat' });
    const text = await readFrames(frames);
    expect(text).toContain('"content":"hello"');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('invents no end', async () => {
    const { frames } = await translate({ frames: helloFrames.slice(0, 3) });
    const { text, cause } = await readUntilFault(frames);
    expect(cause).toMatchObject({ code: 'stream_broken' });
    expect(typesIn(text)).not.toContain('message_stop');
  });

  it('cancels a reply that is not valid in its dialect', async () => {
    const { frames, upstream, reply } = await translate({
      frames: [helloFrames[1] ?? '', 'data: {no JSON}\n\n'],
      then: never,
    });
    await expect(readFrames(frames)).rejects.toMatchObject({ code: 'upstream_invalid_reply' });
    expect(await upstream.outcome).toMatchObject({ kind: 'failed', cause: { code: 'upstream_invalid_reply' } });
    expect(await reply.outcome).toMatchObject({ kind: 'failed', cause: { code: 'upstream_invalid_reply' } });
  });

  it('turns function calls back into calls with text', async () => {
    const call = { index: 0, id: 'c', type: 'function', function: { name: 'patch', arguments: '{"input":"a\\nb"}' } };
    const { frames } = await translate({
      frames: [frameOf({ tool_calls: [call] }), frameOf({}, 'tool_calls'), 'data: [DONE]\n\n'],
      to: 'openai-responses',
      tools: [{ name: 'patch', takesText: {} }],
    });
    const text = await readFrames(frames);
    expect(text).toContain('"type":"custom_tool_call"');
    expect(text).toContain(String.raw`"input":"a\nb"`);
  });
});

describe('the outcome of a translated stream', () => {
  it('is known with the last frame, and not before', async () => {
    const { frames, reply, upstream } = await translate({ frames: [helloFrames.join('')] });
    await frames.next();
    expect((await upstream.outcome).kind).toBe('complete');
    expect(await isSettled(reply.outcome)).toBe(false);
    await frames.next();
    expect(await reply.outcome).toMatchObject({ kind: 'complete', finishReason: 'stop' });
  });

  it('is known at once when the provider fails while nobody reads', async () => {
    const signal = new AbortController();
    const { reply } = await translate({ frames: helloFrames.slice(0, 2), then: never, signal: signal.signal });
    signal.abort(new Error('too slow'));
    expect(await reply.outcome).toMatchObject({ kind: 'failed', cause: { detail: 'too slow' } });
  });

  it('is known with the frame in which the provider reports a fault', async () => {
    const fault = 'data: {"error":{"message":"on fire","type":"server_error"}}\n\n';
    const { frames, reply } = await translate({ frames: [helloFrames[1] ?? '', fault] });
    await frames.next();
    expect(Buffer.from((await frames.next()).value ?? '').toString()).toContain('on fire');
    expect(await reply.outcome).toMatchObject({ kind: 'failed', cause: { code: 'upstream_failed' } });
    expect((await frames.next()).done).toBe(true);
  });

  it("is the provider's when the reader leaves", async () => {
    const { frames, reply } = await translate({ frames: helloFrames });
    await frames.next();
    expect(await frames.return?.()).toEqual({ done: true, value: undefined });
    expect(await reply.outcome).toMatchObject({ kind: 'abandoned' });
  });

  it("is the provider's when the client leaves and nobody says so to the reader", async () => {
    const { frames, reply, client } = await translate({ frames: [helloFrames.join('')] });
    await frames.next();
    client.abort();
    expect(await reply.outcome).toMatchObject({ kind: 'complete' });
  });

  it('is known when the client left before the translation began', async () => {
    const upstream = await makeReply({ framing: 'json', frames: [helloBody] });
    const client = new AbortController();
    client.abort();
    const reply = translateStream(upstream, {
      to: codecs['anthropic-messages'],
      operation: 'generate',
      request: makeCall().request,
      context: { streamUsage: true, createdAtSeconds: 1, tools: [] },
      strict: false,
      signal: client.signal,
    });
    expect(await reply.outcome).toMatchObject({ kind: 'complete' });
  });
});

describe('what a translated stream loses', () => {
  const logprobs = { content: [{ token: 'hel', logprob: -1, top_logprobs: [] }] };
  const lossy = [
    frameOf({ content: 'hel' }, null, { logprobs }),
    frameOf({ content: 'lo' }, null, { logprobs }),
    frameOf({}, 'stop'),
    'data: [DONE]\n\n',
  ];

  it('is listed when the outcome is known', async () => {
    const { frames, reply } = await translate({ frames: lossy });
    await readFrames(frames);
    expect((await reply.outcome).kind).toBe('complete');
    expect(reply.losses).toHaveLength(1);
    expect(reply.losses[0]?.path).toContain('logprobs');
  });

  it('ends the stream of a strict client, which is no fault of the provider', async () => {
    const { frames, reply, upstream } = await translate({ frames: lossy, strict: true });
    const { cause } = await readUntilFault(frames);
    expect(cause).toMatchObject({ code: 'translation_refused', detail: expect.stringContaining('logprobs') });
    expect((await upstream.outcome).kind).toBe('abandoned');
    expect(await reply.outcome).toMatchObject({ kind: 'failed', cause: { code: 'translation_refused' } });
  });

  it('ends it behind the last word of the provider too', async () => {
    const { frames, reply } = await translate({ frames: [lossy.join('')], strict: true });
    expect((await readUntilFault(frames)).cause).toMatchObject({ code: 'translation_refused' });
    expect(await reply.outcome).toMatchObject({ kind: 'failed', finishReason: 'stop' });
  });
});
