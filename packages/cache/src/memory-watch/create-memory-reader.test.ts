import { describe, expect, it } from '@jest/globals';

import { createMemoryReader } from './create-memory-reader.js';

const MIB = 1024 * 1024;

const read = (heapLimitBytes: number) =>
  createMemoryReader({
    readText: (path) =>
      ({
        '/proc/self/cgroup': '0::/',
        '/sys/fs/cgroup/memory.max': `${512 * MIB}`,
        '/sys/fs/cgroup/memory.current': `${100 * MIB}`,
      })[path],
    usage: () => ({ rss: 90 * MIB, heapUsed: 30 * MIB, heapTotal: 40 * MIB, external: 4 * MIB }),
    heapLimitBytes,
    machineBytes: 8192 * MIB,
  })();

describe('the memory reader', () => {
  it('knows what is used and every limit', () => {
    expect(read(1072 * MIB)).toEqual({
      rssBytes: 90 * MIB,
      heapBytes: 30 * MIB,
      heapTotalBytes: 40 * MIB,
      externalBytes: 4 * MIB,
      bounds: [
        { kind: 'heap', limitBytes: 1024 * MIB, usedBytes: 30 * MIB },
        { kind: 'machine', limitBytes: 8192 * MIB, usedBytes: 90 * MIB },
        { kind: 'group', limitBytes: 512 * MIB, usedBytes: 100 * MIB },
      ],
    });
  });

  it('leaves some of a heap that has no room for young values', () => {
    expect(read(48 * MIB).bounds[0].limitBytes).toBe(16 * MIB);
  });

  it('reads this process', () => {
    const { rssBytes, heapBytes, bounds } = createMemoryReader()();
    expect(rssBytes).toBeGreaterThan(heapBytes / 2);
    expect(bounds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['heap', 'machine']));
    for (const { usedBytes, limitBytes } of bounds) {
      expect(usedBytes).toBeGreaterThan(0);
      expect(limitBytes).toBeGreaterThan(usedBytes);
    }
  });
});
