import { describe, expect, it } from '@jest/globals';

import { bytesOf, mapReader } from './reply-bytes.js';

const one = Uint8Array.of(1);
const end = { done: true as const, value: undefined };

const readerOf = (...chunks: Uint8Array[]): AsyncIterator<Uint8Array> => ({
  next: () => {
    const value = chunks.shift();
    return Promise.resolve(value === undefined ? end : { done: false, value });
  },
});

const readAll = async (bytes: AsyncIterable<Uint8Array>): Promise<number[]> => {
  const all: number[] = [];
  for await (const chunk of bytes) all.push(...chunk);
  return all;
};

describe('the bytes of a reply', () => {
  it('are what their reader gives, to one who reads them', async () => {
    const bytes = bytesOf(readerOf(one, Uint8Array.of(2)));
    expect(await readAll(bytes)).toEqual([1, 2]);
    await expect(readAll(bytes)).rejects.toThrow('A reply is read once');
  });

  it('are read through the reader that stands before theirs, which is made when they are read', async () => {
    let made = 0;
    const doubled = mapReader(bytesOf(readerOf(one)), (reader) => {
      made += 1;
      return {
        next: async () => {
          const step = await reader.next();
          return step.done === true ? end : { done: false, value: step.value.map((byte) => byte * 2) };
        },
      };
    });
    expect(made).toBe(0);
    expect(await readAll(doubled)).toEqual([2]);
    expect(made).toBe(1);
  });
});
