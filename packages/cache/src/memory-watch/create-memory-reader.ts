import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

import type { ReadMemory } from './memory-bound.js';
import { createGroupReader } from './read-group-bounds.js';
import type { ReadText } from './read-group-bounds.js';

export interface MemorySources {
  readonly readText: ReadText;
  readonly usage: () => Pick<NodeJS.MemoryUsage, 'rss' | 'heapUsed' | 'heapTotal' | 'external'>;
  /** V8's limit for its whole heap, in bytes. */
  readonly heapLimitBytes: number;
  /** RAM of the machine, in bytes. */
  readonly machineBytes: number;
}

/** The real ones. */
export const systemSources = (): MemorySources => ({
  readText(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  usage: () => process.memoryUsage(),
  heapLimitBytes: getHeapStatistics().heap_size_limit,
  machineBytes: totalmem(),
});

/**
 * V8's limit has room for young values in it, three times 16 MiB unless told otherwise. What stays is never there: with
 * `--max-old-space-size=64` the limit reads 112 MiB, and the process ends at 64.
 */
const YOUNG_BYTES = 3 * 16 * 1024 * 1024;

const lastingBytes = (heapLimitBytes: number): number =>
  heapLimitBytes > 1.5 * YOUNG_BYTES ? heapLimitBytes - YOUNG_BYTES : heapLimitBytes / 3;

/**
 * Creates the reader of this process's memory. The machine is full when this process alone fills it: what others take is
 * theirs to give back, and an idle process next to a busy one is not under pressure.
 *
 * @param sources where numbers come from. @default the system
 */
export function createMemoryReader(sources: MemorySources = systemSources()): ReadMemory {
  const { readText, usage, machineBytes } = sources;
  const heapLimitBytes = lastingBytes(sources.heapLimitBytes);
  const readGroups = createGroupReader(readText);
  return () => {
    const { rss, heapUsed, heapTotal, external } = usage();
    return {
      rssBytes: rss,
      heapBytes: heapUsed,
      heapTotalBytes: heapTotal,
      externalBytes: external,
      bounds: [
        { kind: 'heap', limitBytes: heapLimitBytes, usedBytes: heapUsed },
        { kind: 'machine', limitBytes: machineBytes, usedBytes: rss },
        ...readGroups(),
      ],
    };
  };
}
