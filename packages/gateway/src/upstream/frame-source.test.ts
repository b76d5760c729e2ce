import { createFramer } from '@claudette/protocol';
import { describe, expect, it } from '@jest/globals';

import { sourceOf } from '../__fixtures__/make-reply.js';
import { createFrameSource } from './frame-source.js';

const framesOf = async (chunks: readonly string[]): Promise<string[]> => {
  const source = createFrameSource(sourceOf(chunks), createFramer());
  const frames: string[] = [];
  for (let step = await source.next(); step.done !== true; step = await source.next()) {
    frames.push(Buffer.from(step.value).toString());
  }
  return frames;
};

describe('a frame source', () => {
  it('makes whole frames of chunks', async () => {
    expect(await framesOf(['data: 1\n\ndata', ': 2\n', '\ndata: 3\n\n'])).toEqual([
      'data: 1\n\n',
      'data: 2\n\ndata: 3\n\n',
    ]);
  });

  it('gives the last frame that nobody closed, and then ends', async () => {
    expect(await framesOf(['data: 1\n\n', 'data: 2'])).toEqual(['data: 1\n\n', 'data: 2\n\n']);
  });

  it('stays at its end', async () => {
    const source = createFrameSource(sourceOf([]), createFramer());
    expect([await source.next(), await source.next()]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('hands on what its reader does with the rest', () => {
    const did: string[] = [];
    const chunks = { ...sourceOf([]), cancel: () => void did.push('cancel'), finish: () => void did.push('finish') };
    const source = createFrameSource(chunks, createFramer());
    source.finish();
    source.cancel();
    expect(did).toEqual(['finish', 'cancel']);
  });
});
