import { beforeAll, describe, expect, it } from '@jest/globals';

import { bundleChild, runChild } from './__fixtures__/run-child.js';
import type { ChildTask } from './__fixtures__/run-child.js';

const MIB = 1024 * 1024;
const WITHIN_MS = 90_000;

/** Answers of 32 KiB, outside V8's heap, on a machine that seems small; then requests that hold as much again. */
const buffers: ChildTask = {
  watched: true,
  entries: 20_000,
  batch: 8,
  entryBytes: 32_768,
  heldMib: 70,
  heldAs: 'buffers',
  machineMib: 300,
};

/** Answers of a few bytes, which take V8's heap, and requests that hold half of it. */
const values: ChildTask = {
  watched: true,
  entries: 120_000,
  batch: 100,
  entryBytes: 10,
  heldMib: 48,
  heldAs: 'values',
};
const smallHeap = ['--max-old-space-size=96'];

beforeAll(bundleChild);

describe('a process that load fills', () => {
  it(
    'stays within its memory, shrinks its cache, and lets it grow again when the load is over',
    async () => {
      const report = await runChild(buffers);
      expect(report).toMatchObject({
        levelAtRest: 'normal',
        levelAtEnd: 'normal',
        budgetAtEndBytes: report?.fullBytes,
      });
      expect(report?.levels).toContain('high');
      expect(report?.mostRssBytes).toBeLessThan(300 * MIB);
      expect(report?.leastBudgetBytes).toBeLessThanOrEqual((report?.fullBytes ?? 0) / 2);
      expect(report?.cacheBytes).toBeLessThanOrEqual(report?.leastBudgetBytes ?? 0);
    },
    WITHIN_MS,
  );

  it(
    "outlives what would have been the end of V8's heap",
    async () => {
      const report = await runChild(values, smallHeap);
      expect(report).toMatchObject({
        levelAtRest: 'normal',
        levelAtEnd: 'normal',
        budgetAtEndBytes: report?.fullBytes,
      });
      // How high the level gets depends on when V8 collects; without any of it the process would have died, see below.
      expect(report?.levels.some((level) => level !== 'normal')).toBe(true);
      expect(report?.leastBudgetBytes).toBeLessThan(report?.fullBytes ?? 0);
    },
    WITHIN_MS,
  );

  it(
    'ends there when nobody watches its memory',
    async () => {
      expect(await runChild({ ...values, watched: false }, smallHeap)).toBeUndefined();
    },
    WITHIN_MS,
  );
});
