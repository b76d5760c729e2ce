import { codecs } from '@claudette/protocol';
import { describe, expect, it } from '@jest/globals';

import { helloBody, helloFrames, makeReply } from '../__fixtures__/make-reply.js';
import type { MadeReply } from '../__fixtures__/make-reply.js';
import { readFrames } from '../__fixtures__/start-bench.js';
import { translateStream } from './translate-stream.js';

const translate = async (made: MadeReply, to: 'openai-chat' | 'anthropic-messages' = 'anthropic-messages') => {
  const reply = await makeReply(made);
  const context = { streamUsage: true, createdAtSeconds: 1 };
  return { reply, frames: translateStream(reply, { to: codecs[to], context }) };
};

const typesIn = (text: string): string[] => Array.from(text.matchAll(/^event: (.*)$/gm), ([, type = '']) => type);

describe('translateStream', () => {
  it('writes a stream of another dialect', async () => {
    const { frames } = await translate({ frames: helloFrames });
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
    const { frames } = await translate({ framing: 'json', frames: [helloBody] }, 'openai-chat');
    const text = await readFrames(frames);
    expect(text).toContain('"content":"hello"');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('invents no end', async () => {
    const { frames } = await translate({ frames: helloFrames.slice(0, 3) });
    let seen = '';
    await expect(
      (async () => {
        for (let step = await frames.next(); step.done !== true; step = await frames.next()) {
          seen += Buffer.from(step.value).toString();
        }
      })(),
    ).rejects.toMatchObject({ code: 'stream_broken' });
    expect(typesIn(seen)).not.toContain('message_stop');
  });

  it('cancels a reply that is not valid in its dialect', async () => {
    const bad = 'data: {no JSON}\n\n';
    const { frames, reply } = await translate({
      frames: [helloFrames[1] ?? '', bad],
      then: () => new Promise(() => undefined),
    });
    await expect(readFrames(frames)).rejects.toMatchObject({ code: 'upstream_invalid_reply' });
    expect(await reply.outcome).toMatchObject({ kind: 'failed', cause: { code: 'upstream_invalid_reply' } });
  });

  it('ends the reply when its reader leaves', async () => {
    const { frames, reply } = await translate({ frames: helloFrames });
    await frames.next();
    expect(await frames.return?.()).toEqual({ done: true, value: undefined });
    expect(await reply.outcome).toMatchObject({ kind: 'abandoned' });
  });
});
