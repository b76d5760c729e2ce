import { setTimeout as wait } from 'node:timers/promises';

import type { MemoryLevel } from '@claudette/core';

import { anEntry } from '../../__fixtures__/entries.js';
import { createMemoryTier } from '../../memory/memory-tier.js';
import { decideCacheBytes } from '../cache-budget.js';
import { createMemoryReader, systemSources } from '../create-memory-reader.js';
import { createMemoryWatch } from '../create-memory-watch.js';
import type { ChildReport, ChildTask } from './run-child.js';

const MIB = 1024 * 1024;
const EVERYTHING_MIB = 1024;
/** Of rest, until the cache must have its room back. */
const MOST_STEPS = 4_000;

/** A clock that can be made to run faster, so that nobody has to wait for a minute of calm. */
const createFastClock = () => {
  let pace = 1;
  let seenAt = performance.now();
  let now = 0;
  const read = (): number => {
    const at = performance.now();
    now += (at - seenAt) * pace;
    seenAt = at;
    return now;
  };
  return {
    now: read,
    epochMs: () => Date.now(),
    after(delayMs: number, callback: () => void) {
      const timer = setTimeout(callback, delayMs / pace);
      return () => clearTimeout(timer);
    },
    runAt(next: number) {
      read();
      pace = next;
    },
  };
};

const holdMebibyte = {
  buffers: () => Array.from({ length: 16 }, () => new Uint8Array(MIB / 16).fill(1)),
  // A number in an array takes 8 bytes.
  values: () => Array.from({ length: MIB / 8 }, (_, index) => index / 3),
} as const;

/** What a few requests leave behind. Without any work V8 would not collect, and nobody would know what is free. */
const makeGarbage = (): void => {
  for (let request = 0; request < 4; request += 1) {
    Array.from({ length: 1_000 }, () => ({ request }));
    new Uint8Array(16_384).fill(request);
  }
};

/** Fills a cache without end in sight, as load does, then rests; says what became of its memory. */
async function run(task: ChildTask): Promise<ChildReport> {
  const clock = createFastClock();
  const levels: MemoryLevel[] = [];
  const sources = systemSources();
  const machineBytes = task.machineMib === undefined ? sources.machineBytes : task.machineMib * MIB;
  const readMemory = createMemoryReader({ ...sources, machineBytes });
  const fullBytes = task.watched ? decideCacheBytes(readMemory(), EVERYTHING_MIB * MIB) : EVERYTHING_MIB * MIB;
  const tier = createMemoryTier({
    clock,
    maxEntries: 10_000_000,
    maxBytes: fullBytes,
    maxEntryBytes: MIB,
    onEvicted: () => undefined,
  });
  const watch = task.watched
    ? createMemoryWatch({
        clock,
        cache: tier,
        readMemory,
        observe(observation) {
          if (observation.kind === 'memory-pressure') levels.push(observation.level);
        },
      })
    : undefined;
  const levelAtRest = watch?.state().level;

  let mostRssBytes = 0;
  let leastBudgetBytes = tier.maxBytes;
  const held: unknown[] = [];
  for (let put = 0; put < task.entries;) {
    // The second half comes with requests that hold more and more.
    const heldMib = task.heldMib * Math.max(0, (2 * put) / task.entries - 1);
    while (held.length < heldMib) held.push(holdMebibyte[task.heldAs]());
    for (let batch = 0; batch < task.batch; batch += 1, put += 1) {
      const now = Date.now();
      tier.set(`key ${put}`, anEntry({ bytes: new Uint8Array(task.entryBytes).fill(1), expiresAtMs: now + 3_600_000 }));
    }
    makeGarbage();
    mostRssBytes = Math.max(mostRssBytes, process.memoryUsage.rss());
    leastBudgetBytes = Math.min(leastBudgetBytes, tier.maxBytes);
    await wait(1);
  }

  const cacheBytes = tier.bytes;
  tier.clear();
  held.length = 0;
  clock.runAt(60);
  for (let step = 0; step < MOST_STEPS && watch !== undefined && tier.maxBytes < fullBytes; step += 1) {
    makeGarbage();
    mostRssBytes = Math.max(mostRssBytes, process.memoryUsage.rss());
    await wait(5);
  }
  const report: ChildReport = {
    levels,
    levelAtRest,
    levelAtEnd: watch?.state().level,
    mostRssBytes,
    leastBudgetBytes,
    fullBytes,
    budgetAtEndBytes: tier.maxBytes,
    cacheBytes,
  };
  watch?.close();
  return report;
}

process.on('message', (task: ChildTask) => {
  void run(task).then((report) => process.send?.(report, () => process.disconnect()));
});
process.on('disconnect', () => process.exit());
