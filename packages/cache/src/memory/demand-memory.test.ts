import { describe, expect, it } from '@jest/globals';

import { createDemandMemory, hashKey } from './demand-memory.js';

/** With room for one bucket, so that all keys share it. */
const setUp = (room = 8) => {
  const memory = createDemandMemory();
  memory.reserve(room);
  return memory;
};

describe('the memory of what left', () => {
  it('gives back how often something was used', () => {
    const memory = setUp();
    memory.remember(1, 2.5);
    expect(memory.take(1)).toBe(2.5);
  });

  it('forgets what was taken', () => {
    const memory = setUp();
    memory.remember(1, 2);
    memory.take(1);
    expect(memory.take(1)).toBe(0);
  });

  it('counts what is asked for in vain', () => {
    const memory = setUp();
    memory.remember(1, 2);
    memory.demand(1);
    expect(memory.take(1)).toBe(3);
  });

  it('counts no demand for what it does not know', () => {
    const memory = setUp();
    memory.demand(1);
    expect(memory.take(1)).toBe(0);
  });

  it('knows nothing as long as it has no room', () => {
    const memory = createDemandMemory();
    memory.demand(1);
    expect(memory.take(1)).toBe(0);
  });

  it('forgets first what left first', () => {
    const memory = setUp();
    for (let hash = 1; hash <= 9; hash += 1) memory.remember(hash, hash);
    expect([1, 2, 9].map(memory.take)).toEqual([0, 2, 9]);
  });

  it('fills the place of what was taken before anything is forgotten', () => {
    const memory = setUp();
    for (let hash = 1; hash <= 8; hash += 1) memory.remember(hash, hash);
    memory.take(4);
    memory.remember(9, 9);
    expect([1, 2, 3, 5, 6, 7, 8, 9].map(memory.take)).toEqual([1, 2, 3, 5, 6, 7, 8, 9]);
  });

  it('keeps everything and its order when it grows', () => {
    const memory = setUp();
    // These share a bucket of the larger table as well.
    for (let hash = 8; hash <= 64; hash += 8) memory.remember(hash, hash);
    memory.reserve(33);
    memory.remember(72, 72);
    expect([8, 16, 64, 72].map(memory.take)).toEqual([0, 16, 64, 72]);
  });

  it('does not shrink', () => {
    const memory = setUp(64);
    memory.remember(1, 1);
    memory.remember(2, 2);
    memory.reserve(1);
    expect([1, 2].map(memory.take)).toEqual([1, 2]);
  });
});

describe('the hash of a key', () => {
  it('tells keys apart and never is 0', () => {
    const hashes = new Set(Array.from({ length: 10_000 }, (_, index) => hashKey(`key ${index}`)));
    expect([hashes.size > 9_990, hashes.has(0)]).toEqual([true, false]);
  });

  it('spreads keys evenly over buckets', () => {
    const counts = new Array<number>(16).fill(0);
    for (let index = 0; index < 16_000; index += 1) {
      const bucket = hashKey(`${index}`.padStart(64, '0')) & 15;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    expect([Math.min(...counts) > 850, Math.max(...counts) < 1_150]).toEqual([true, true]);
  });
});
