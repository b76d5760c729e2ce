import type { Clock, MemoryLevel, Observe } from '@claudette/core';

import { createCacheBudget } from './cache-budget.js';
import { collectGarbage } from './collect-garbage.js';
import { createMemoryReader } from './create-memory-reader.js';
import { createLeakWatch } from './leak-watch.js';
import type { Suspects } from './leak-watch.js';
import type { MemoryBound, MemoryReading, ReadMemory } from './memory-bound.js';
import { observeCollections } from './observe-collections.js';
import type { OnCollection } from './observe-collections.js';
import { createPressureGauge } from './pressure-gauge.js';
import type { Pressure, PressureRatios } from './pressure-gauge.js';
import { createReusableMemory } from './reusable-memory.js';

/** What gives memory back when it is asked to: a cache, and nothing that anybody waits for. */
export interface Shrinkable {
  /** Bytes that it holds. */
  readonly bytes: number;
  /** Most bytes that it holds. */
  readonly maxBytes: number;
  /** Changes that, at once. */
  resize(maxBytes: number): unknown;
}

export interface MemoryWatchOptions {
  readonly clock: Clock;
  /** Told `memory-pressure` when the level or the cache's room changes, and `memory-leak-suspected`. */
  readonly observe: Observe;
  /** What is shrunk, from the size that it has and never beyond it. Absent: the watch only tells. */
  readonly cache?: Shrinkable;
  /** @default 0.70, 0.85 and 0.95 of a limit */
  readonly ratios?: PressureRatios;
  /** What to count when memory leaks. @default nothing */
  readonly suspects?: Suspects;
  /** @default this process, its control groups and the machine */
  readonly readMemory?: ReadMemory;
  /** @default V8's full collections */
  readonly onCollection?: OnCollection;
  /** Collects garbage before it returns. @default V8 does */
  readonly collect?: () => void;
}

export interface MemoryState {
  readonly level: MemoryLevel;
  /** Of the limit that is nearest: without garbage, and without what the allocator holds in reserve. */
  readonly usedBytes: number;
  readonly limitBytes: number;
  readonly limitedBy: MemoryBound['kind'];
  readonly cacheBytes: number;
  /** Most bytes that the cache may hold now. */
  readonly cacheBudgetBytes: number;
}

/** What a garbage collection did. */
export interface Collected {
  readonly before: MemoryUse;
  readonly after: MemoryUse;
  /** Of heap and external bytes together. */
  readonly freedBytes: number;
}

export type MemoryUse = Pick<MemoryReading, 'rssBytes' | 'heapBytes' | 'externalBytes'>;

/** Watches the memory of the process. Whoever creates it closes it. */
export interface MemoryWatch {
  /** As of the last look, which is at most 2 s old. */
  state(): MemoryState;
  /** Collects garbage now, which stops the process for some milliseconds, and looks again. */
  collect(): Collected;
  /** Ends its timer. The cache keeps the size that it has. */
  close(): void;
}

const LOOK_EVERY_MS = { normal: 2_000, elevated: 1_000, high: 250, critical: 250 } as const;

/** How long memory may be short without a full collection. */
const COLLECT_AFTER_MS = 30_000;

const percent = ({ usedBytes, limitBytes }: MemoryBound): number => Math.round((100 * usedBytes) / limitBytes);

const limitNames = { heap: "V8's heap", group: 'the control group', machine: 'the machine' } as const;

const formatReason = ({ bound, reachedInMs }: Pressure): string => {
  const share = `${percent(bound)} % of the memory limit of ${limitNames[bound.kind]} is used`;
  return reachedInMs === undefined ? share : `${share}, and all of it in ${Math.round(reachedInMs / 1000)} s`;
};

/**
 * Looks at the memory every 2 s (four times a second when it is short) and after each full collection, decides how
 * many bytes the cache may hold, and tells what it did. While memory is short it sees to a full collection at least every
 * 30 s. Looks once before it returns.
 */
export function createMemoryWatch(options: MemoryWatchOptions): MemoryWatch {
  const { clock, observe, cache, suspects = {}, readMemory = createMemoryReader() } = options;
  const { onCollection = observeCollections, collect = collectGarbage } = options;
  const gauge = createPressureGauge(options.ratios);
  const budget = createCacheBudget(cache?.maxBytes ?? 0);
  const leaks = createLeakWatch(suspects);
  const reusable = createReusableMemory();
  let level: MemoryLevel = 'normal';
  let bound: MemoryBound;
  let lookedAtMs: number;
  /** Heap that the last full collection left. */
  let lastingHeapBytes = Infinity;
  let collectedAtMs = clock.now();
  let stopTimer = (): void => undefined;

  // Garbage is no pressure: V8 collects all of it before it gives up. Near its limit it looks often, so this is never old.
  const withoutFree = ({ kind, limitBytes, usedBytes }: MemoryBound, reusableBytes: number): MemoryBound => ({
    kind,
    limitBytes,
    usedBytes: kind === 'heap' ? Math.min(usedBytes, lastingHeapBytes) : Math.max(0, usedBytes - reusableBytes),
  });

  const adapt = (pressure: Pressure): void => {
    const from = level;
    const heldBytes = cache?.bytes ?? 0;
    const budgetBefore = budget.bytes;
    level = pressure.level;
    budget.adapt(level, heldBytes, lookedAtMs);
    if (budget.bytes !== budgetBefore) cache?.resize(budget.bytes);
    if (level === from && budget.bytes === budgetBefore) return;
    observe({
      kind: 'memory-pressure',
      level,
      from,
      reason: formatReason(pressure),
      usedBytes: bound.usedBytes,
      limitBytes: bound.limitBytes,
      cacheBytesBefore: heldBytes,
      cacheBytesAfter: cache?.bytes ?? 0,
      cacheBudgetBefore: budgetBefore,
      cacheBudgetAfter: budget.bytes,
    });
  };

  const look = (reading: MemoryReading): void => {
    lookedAtMs = clock.now();
    const reusableBytes = reusable.see(reading);
    const [first, ...rest] = reading.bounds;
    const pressure = gauge.see(
      [withoutFree(first, reusableBytes), ...rest.map((each) => withoutFree(each, reusableBytes))],
      lookedAtMs,
    );
    bound = pressure.bound;
    adapt(pressure);
    // What the cache let go is free after a full collection, and with little to do V8 puts that off for minutes.
    if (level !== 'normal' && lookedAtMs - collectedAtMs >= COLLECT_AFTER_MS) {
      collectedAtMs = lookedAtMs;
      collect();
    }
    stopTimer();
    stopTimer = clock.after(LOOK_EVERY_MS[level], () => look(readMemory()));
  };

  const afterCollection = (): void => {
    const reading = readMemory();
    lastingHeapBytes = reading.heapBytes;
    collectedAtMs = clock.now();
    // What the cache holds, it holds on purpose, and within its bounds.
    const finding = leaks.see(reading.heapBytes + reading.externalBytes - (cache?.bytes ?? 0), clock.now());
    if (finding !== undefined) observe({ kind: 'memory-leak-suspected', ...finding });
    // Under load there may be many a second.
    if (clock.now() - lookedAtMs >= LOOK_EVERY_MS.critical) look(reading);
  };

  look(readMemory());
  const stopCollections = onCollection(afterCollection);

  return {
    state: () => ({
      level,
      usedBytes: bound.usedBytes,
      limitBytes: bound.limitBytes,
      limitedBy: bound.kind,
      cacheBytes: cache?.bytes ?? 0,
      cacheBudgetBytes: budget.bytes,
    }),
    collect() {
      const before = readMemory();
      collect();
      const after = readMemory();
      lastingHeapBytes = after.heapBytes;
      collectedAtMs = clock.now();
      look(after);
      return {
        before: toUse(before),
        after: toUse(after),
        freedBytes: before.heapBytes + before.externalBytes - after.heapBytes - after.externalBytes,
      };
    },
    close() {
      stopCollections();
      stopTimer();
    },
  };
}

const toUse = ({ rssBytes, heapBytes, externalBytes }: MemoryReading): MemoryUse => ({
  rssBytes,
  heapBytes,
  externalBytes,
});
