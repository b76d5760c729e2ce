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

const stays = (): void => undefined;

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
    const cursor = shared.open(stays);
    await shared.more();
    await shared.drain();
    await shared.idle();
    expect([cursor.take(), cursor.isCaughtUp()]).toEqual([undefined, true]);
  });

  it('keep what the slowest reader has not taken when there are too many', async () => {
    const shared = createSharedBytes(2);
    shared.connect(sourceOf([1], [2], [3], [4]));
    const [fast, slow] = [shared.open(stays), shared.open(stays)];
    await shared.drain();
    expect(shared.whole).toBe(false);
    expect([1, 2, 3, 4].map(() => fast.take()?.[0])).toEqual([1, 2, 3, 4]);
    expect(slow.take()).toEqual(Uint8Array.from([1]));
    expect(shared.join().indexOf(2)).toBe(0);
  });

  it('let go what only a reader that left had not taken', async () => {
    const shared = createSharedBytes(2);
    shared.connect(sourceOf([1], [2], [3]));
    const [fast, slow] = [shared.open(stays), shared.open(stays)];
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

describe('a reader that is far behind', () => {
  const chunkBytes = 400_000;
  const chunk = Array.from({ length: chunkBytes }, () => 1);
  const setUp = (maxKeptBytes: number, count = 10) => {
    const shared = createSharedBytes(maxKeptBytes);
    shared.connect(sourceOf(...Array.from({ length: count }, () => chunk)));
    const leftBehind: string[] = [];
    const [fast, slow] = ['fast', 'slow'].map((name) =>
      shared.open(({ code, detail }) => void leftBehind.push(`${name} ${code} ${detail}`)),
    );
    const read = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        await shared.more();
        fast?.take();
      }
    };
    return { shared, fast, slow, leftBehind, read };
  };

  it('is left there rather than waited for', async () => {
    const { leftBehind, read } = setUp(2);
    await read(3);
    expect(leftBehind).toEqual([]);
    await read(1);
    expect(leftBehind).toEqual([expect.stringContaining('slow stream_broken this reader is 1200000 bytes behind')]);
  });

  it('needs nothing to be kept any more', async () => {
    const { shared, leftBehind, read } = setUp(2);
    await read(10);
    expect([leftBehind.length, shared.receivedBytes, shared.join().indexOf(1)]).toEqual([1, 10 * chunkBytes, -1]);
  });

  it('is not left while everything is kept anyway', async () => {
    const { leftBehind, read, slow } = setUp(10 * chunkBytes);
    await read(10);
    expect([leftBehind, slow?.take()?.byteLength]).toEqual([[], chunkBytes]);
  });

  it('is not left by what comes with the last word of the provider, which is here already', async () => {
    const { shared, leftBehind } = setUp(2);
    await shared.drain();
    expect(leftBehind).toEqual([]);
  });

  it('does not take with it those that are a little less behind', async () => {
    const { shared, leftBehind, read } = setUp(2);
    const third = shared.open(() => void leftBehind.push('third'));
    await shared.more();
    third.take();
    await read(3);
    expect(leftBehind).toHaveLength(1);
    expect(third.take()?.byteLength).toBe(chunkBytes);
  });
});

describe('the pace of shared bytes', () => {
  it('is noted as long as they are whole', async () => {
    const noted: number[] = [];
    const shared = createSharedBytes(3);
    shared.connect(sourceOf([1], [2, 2], [3], [4]), { add: (bytes) => void noted.push(bytes), pairs: [] });
    await shared.drain();
    expect(noted).toEqual([1, 2]);
  });
});
