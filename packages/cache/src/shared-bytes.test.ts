import { describe, expect, it } from '@jest/globals';

import { createSharedBytes } from './shared-bytes.js';

const sourceOf = (...chunks: readonly number[][]): AsyncIterator<Uint8Array> => {
  const rest = chunks.map((chunk) => Uint8Array.from(chunk));
  return {
    next: () => {
      const value = rest.shift();
      return Promise.resolve(value === undefined ? { done: true, value: undefined } : { done: false, value });
    },
  };
};

describe('shared bytes', () => {
  it('are pulled once for all who ask at the same time', async () => {
    const shared = createSharedBytes(10);
    shared.connect(sourceOf([1], [2]));
    await Promise.all([shared.more(), shared.more()]);
    expect(shared.receivedBytes).toBe(1);
  });

  it('are joined in a buffer of their own', async () => {
    const shared = createSharedBytes(10);
    shared.connect(sourceOf([1, 2], [3]));
    await shared.drain();
    expect(shared.join()).toEqual(Uint8Array.from([1, 2, 3]));
    expect(shared.join().buffer.byteLength).toBe(3);
  });

  it('have nothing to give before they are connected', async () => {
    const shared = createSharedBytes(10);
    const cursor = shared.open();
    await shared.more();
    await shared.drain();
    await shared.idle();
    expect([cursor.take(), cursor.isCaughtUp()]).toEqual([undefined, true]);
  });

  it('keep what the slowest reader has not taken when there are too many', async () => {
    const shared = createSharedBytes(2);
    shared.connect(sourceOf([1], [2], [3], [4]));
    const [fast, slow] = [shared.open(), shared.open()];
    await shared.drain();
    expect(shared.whole).toBe(false);
    expect([1, 2, 3, 4].map(() => fast.take()?.[0])).toEqual([1, 2, 3, 4]);
    expect(slow.take()).toEqual(Uint8Array.from([1]));
    expect(shared.join().indexOf(2)).toBe(0);
  });

  it('let go what only a reader that left had not taken', async () => {
    const shared = createSharedBytes(2);
    shared.connect(sourceOf([1], [2], [3]));
    const [fast, slow] = [shared.open(), shared.open()];
    await shared.drain();
    fast.take();
    fast.take();
    slow.release();
    expect(shared.join()[0]).toBe(3);
    expect(fast.take()).toEqual(Uint8Array.from([3]));
    expect(fast.isCaughtUp()).toBe(true);
  });

  it('end with the fault of their source', async () => {
    const shared = createSharedBytes(2);
    shared.connect({ next: () => Promise.reject(new Error('reset')) });
    await shared.drain();
    expect(shared.ending?.cause).toMatchObject({ code: 'internal', detail: 'reset' });
    await shared.more();
    expect(shared.receivedBytes).toBe(0);
  });
});
