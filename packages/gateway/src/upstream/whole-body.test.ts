import { describe, expect, it } from '@jest/globals';

import { sourceOf } from '../__fixtures__/make-reply.js';
import { createWholeBodySource, readWhole } from './whole-body.js';

describe('readWhole', () => {
  it.each([[[]], [['one']], [['one', ' two']]])('reads %j as one', async (chunks: string[]) => {
    expect(Buffer.from(await readWhole(sourceOf(chunks), 100)).toString()).toBe(chunks.join(''));
  });

  it('takes a body of exactly the limit', async () => {
    expect(await readWhole(sourceOf(['12', '34']), 4)).toHaveLength(4);
  });

  it('cancels a body beyond the limit', async () => {
    const source = sourceOf(['12', '345']);
    await expect(readWhole(source, 4)).rejects.toMatchObject({
      code: 'upstream_invalid_reply',
      detail: 'the body is larger than 4 bytes',
    });
    expect(source.cancelled).toBe(1);
  });
});

describe('a whole body as a source', () => {
  it('is one frame', async () => {
    const source = createWholeBodySource(sourceOf(['{"a":', '1}']), 100);
    const { value } = await source.next();
    expect([Buffer.from(value ?? '').toString(), await source.next()]).toEqual([
      '{"a":1}',
      { done: true, value: undefined },
    ]);
  });

  it('hands on what its reader does with the rest', () => {
    const did: string[] = [];
    const chunks = { ...sourceOf([]), cancel: () => void did.push('cancel'), finish: () => void did.push('finish') };
    const source = createWholeBodySource(chunks, 1);
    source.finish();
    source.cancel();
    expect(did).toEqual(['finish', 'cancel']);
  });
});
