import { describe, expect, it } from '@jest/globals';

import { createReusableMemory } from './reusable-memory.js';

const reading = (rssBytes: number, externalBytes: number, heapTotalBytes = 20) => ({
  rssBytes,
  externalBytes,
  heapTotalBytes,
});

describe('the memory that an allocator holds in reserve', () => {
  it('is none at first, and while buffers grow', () => {
    const reusable = createReusableMemory();
    expect([reusable.see(reading(80, 10)), reusable.see(reading(170, 100))]).toEqual([0, 0]);
  });

  it('is what buffers gave back while RSS stayed', () => {
    const reusable = createReusableMemory();
    for (const each of [reading(80, 10), reading(170, 100)]) reusable.see(each);
    expect(reusable.see(reading(170, 30))).toBe(70);
  });

  it('is none of what went back to the system', () => {
    const reusable = createReusableMemory();
    for (const each of [reading(80, 10), reading(170, 100)]) reusable.see(each);
    expect([reusable.see(reading(130, 30)), reusable.see(reading(100, 30))]).toEqual([30, 0]);
  });

  it('is used first by the next buffers', () => {
    const reusable = createReusableMemory();
    for (const each of [reading(80, 10), reading(170, 100), reading(170, 30)]) reusable.see(each);
    expect(reusable.see(reading(170, 90))).toBe(10);
  });

  it('is not what grew beside buffers that gave nothing back', () => {
    const reusable = createReusableMemory();
    reusable.see(reading(80, 10));
    expect(reusable.see(reading(300, 10))).toBe(0);
  });
});
