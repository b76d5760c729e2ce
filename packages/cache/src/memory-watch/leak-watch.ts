import type { LeakSuspect } from '@claudette/core';

import { fitLine } from './fit-line.js';

/** Counts of what might be kept by mistake, by name: sockets, streams, queues, entries. */
export type Suspects = Readonly<Record<string, () => number>>;

export interface LeakFinding {
  readonly bytesPerMinute: number;
  /** How long that has been watched. */
  readonly overMs: number;
  /** The fastest growing first, in proportion to how many there are. */
  readonly suspects: readonly LeakSuspect[];
}

/** Looks for growth in what garbage collections leave behind. */
export interface LeakWatch {
  /** Takes what was left after a full collection. Returns a finding when that begins to look like a leak. */
  see(leftBytes: number, nowMs: number): LeakFinding | undefined;
}

const MINUTE_MS = 60_000;
const WINDOW_MS = MINUTE_MS;
const FEWEST_WINDOWS = 5;
const MOST_WINDOWS = 15;
/** Growth that flattens out, as after a start, or that came in one step, does not lie on a line. */
const STEADY_FIT = 0.9;
/** Less is not worth a warning, whatever its shape. */
const MATERIAL_BYTES = 4 * 1024 * 1024;
const MATERIAL_RATIO = 0.05;

/** One minute in which there were full collections. */
interface Window {
  readonly atMs: number;
  readonly leastBytes: number;
  readonly counts: readonly number[];
}

/**
 * Keeps the least that was left in each minute, and warns when at least five of them rise along a line, by 4 MiB and 5 %
 * or more. It warns once; again only after the growth had stopped. Minutes without a full collection say nothing.
 */
export function createLeakWatch(suspects: Suspects): LeakWatch {
  const names = Object.keys(suspects);
  const windows: Window[] = [];
  let beganAtMs: number | undefined;
  let leastBytes = Infinity;
  let hasWarned = false;

  const perMinute = (of: (window: Window) => number) => {
    const { slope, fit } = fitLine(windows.map((window) => ({ x: window.atMs / MINUTE_MS, y: of(window) })));
    return { slope, fit };
  };

  const rankSuspects = (): readonly LeakSuspect[] =>
    names
      .map((name, index) => {
        const count = windows.at(-1)?.counts[index] ?? 0;
        return { name, count, perMinute: perMinute(({ counts }) => counts[index] ?? 0).slope };
      })
      .sort((a, b) => b.perMinute / (b.count + 1) - a.perMinute / (a.count + 1));

  const judge = (): LeakFinding | undefined => {
    const first = windows[0];
    const last = windows.at(-1);
    if (first === undefined || last === undefined || windows.length < FEWEST_WINDOWS) return undefined;
    const { slope, fit } = perMinute((window) => window.leastBytes);
    const overMs = last.atMs - first.atMs;
    const grownBytes = (slope * overMs) / MINUTE_MS;
    const isMaterial = grownBytes >= Math.max(MATERIAL_BYTES, first.leastBytes * MATERIAL_RATIO);
    if (!isMaterial) {
      hasWarned = false;
      return undefined;
    }
    if (hasWarned || fit < STEADY_FIT) return undefined;
    hasWarned = true;
    return { bytesPerMinute: Math.round(slope), overMs, suspects: rankSuspects() };
  };

  return {
    see(leftBytes, nowMs) {
      beganAtMs ??= nowMs;
      leastBytes = Math.min(leastBytes, leftBytes);
      if (nowMs - beganAtMs < WINDOW_MS) return undefined;
      windows.push({ atMs: nowMs, leastBytes, counts: names.map((name) => suspects[name]?.() ?? 0) });
      if (windows.length > MOST_WINDOWS) windows.shift();
      beganAtMs = undefined;
      leastBytes = Infinity;
      return judge();
    },
  };
}
