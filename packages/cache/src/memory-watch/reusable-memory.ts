import type { MemoryReading } from './memory-bound.js';

/** Estimates how many bytes of the process its allocator holds in reserve, reading by reading. */
export interface ReusableMemory {
  see(reading: Pick<MemoryReading, 'rssBytes' | 'heapTotalBytes' | 'externalBytes'>): number;
}

/**
 * What buffers gave back stays with the allocator: RSS hardly falls, and the next buffers go there. To count that as used
 * would keep a cache small for ever after one shortage. It cannot be asked for, so it is estimated: it is no more than
 * buffers have given back since their peak, and no more than what came to the process beside heap and buffers.
 */
export function createReusableMemory(): ReusableMemory {
  let peakExternalBytes = 0;
  let leastOtherBytes = Infinity;

  return {
    see({ rssBytes, heapTotalBytes, externalBytes }) {
      const otherBytes = Math.max(0, rssBytes - heapTotalBytes - externalBytes);
      peakExternalBytes = Math.max(peakExternalBytes, externalBytes);
      leastOtherBytes = Math.min(leastOtherBytes, otherBytes);
      return Math.min(peakExternalBytes - externalBytes, otherBytes - leastOtherBytes);
    },
  };
}
