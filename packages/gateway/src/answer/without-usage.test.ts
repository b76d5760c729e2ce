import { openaiChat } from '@claudette/protocol';
import { describe, expect, it } from '@jest/globals';

import { helloFrames, makeReply } from '../__fixtures__/make-reply.js';
import { readFrames } from '../__fixtures__/start-bench.js';
import { withoutUsage } from './without-usage.js';

const usage = 'data: {"id":"c1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n';

const start = async () => {
  const frames = [...helloFrames.slice(0, -1), usage, ...helloFrames.slice(-1)];
  const reply = withoutUsage(await makeReply({ frames }), openaiChat);
  return { reply, frames: reply.bytes[Symbol.asyncIterator]() };
};

describe('withoutUsage', () => {
  it('leaves out what carries nothing but usage', async () => {
    const { reply, frames } = await start();
    expect(await readFrames(frames)).toBe(helloFrames.join(''));
    expect((await reply.outcome).usage).toMatchObject({ inputTokens: 1 });
  });

  it('can be left', async () => {
    const { reply, frames } = await start();
    await frames.next();
    expect((await frames.return?.())?.done).toBe(true);
    expect((await reply.outcome).kind).toBe('abandoned');
  });
});
