import type { MemoryLevel } from '@claudette/core';

import { fitLine } from './fit-line.js';
import type { Point } from './fit-line.js';
import type { MemoryBound, MemoryReading } from './memory-bound.js';

/** From which share of a limit each level begins, 0 to 1, rising. */
export interface PressureRatios {
  readonly elevated: number;
  readonly high: number;
  readonly critical: number;
}

/** @default where none are given */
export const pressureRatios: PressureRatios = Object.freeze({ elevated: 0.7, high: 0.85, critical: 0.95 });

/** What the limits and their trend come to. */
export interface Pressure {
  readonly level: MemoryLevel;
  /** The limit that decided. */
  readonly bound: MemoryBound;
  /** When that limit will be reached if it goes on so, in milliseconds; undefined unless this raised the level. */
  readonly reachedInMs: number | undefined;
}

/** Judges one reading after the other. */
export interface PressureGauge {
  see(bounds: MemoryReading['bounds'], nowMs: number): Pressure;
}

const levels = ['normal', 'elevated', 'high', 'critical'] as const satisfies readonly MemoryLevel[];

/** How far below a threshold a level is left again. */
const HYSTERESIS = 0.05;

/** How long the lower level must have lasted. */
const CALM_MS = 5_000;

const TREND_WINDOW_MS = 20_000;
const TREND_MIN_MS = 8_000;
const TREND_MIN_POINTS = 5;
/** Half of the movement, or it is no movement. */
const TREND_MIN_FIT = 0.5;
/** A limit that will be reached within this time raises the level by one. */
const HORIZON_MS = 20_000;

/** What is remembered of one limit: how much was taken when, and which level that alone is. */
interface Track {
  readonly points: Point[];
  rank: number;
}

const reachedIn = ({ points }: Track, { limitBytes, usedBytes }: MemoryBound, nowMs: number): number | undefined => {
  const first = points[0];
  if (first === undefined || points.length < TREND_MIN_POINTS || nowMs - first.x < TREND_MIN_MS) return undefined;
  const { slope, fit } = fitLine(points);
  const inMs = (limitBytes - usedBytes) / slope;
  return slope > 0 && fit >= TREND_MIN_FIT && inMs <= HORIZON_MS ? Math.max(0, inMs) : undefined;
};

/**
 * A level begins at its ratio, or one level earlier where the trend reaches the limit within 20 s. It ends 0.05 below, and
 * not before the lower one has lasted for 5 s: memory that comes and goes does not make the level come and go.
 */
export function createPressureGauge(ratios: PressureRatios = pressureRatios): PressureGauge {
  const thresholds = [0, ratios.elevated, ratios.high, ratios.critical];
  const tracks: Track[] = [];
  let rank = 0;
  let notLowerSinceMs = -Infinity;

  const rankAt = (ratio: number): number => thresholds.findLastIndex((threshold) => ratio >= threshold);

  const trackOf = (index: number): Track => {
    const known = tracks[index];
    if (known !== undefined) return known;
    const track: Track = { points: [], rank: 0 };
    tracks.push(track);
    return track;
  };

  return {
    see(bounds, nowMs) {
      // A control group that got a limit or lost it: what is known belongs to other bounds.
      if (tracks.length !== bounds.length) tracks.length = 0;
      let bound = bounds[0];
      let worst = -1;
      let reachedInMs: number | undefined;

      for (const [index, each] of bounds.entries()) {
        const ratio = each.usedBytes / each.limitBytes;
        const track = trackOf(index);
        track.points.push({ x: nowMs, y: each.usedBytes });
        while ((track.points[0]?.x ?? nowMs) < nowMs - TREND_WINDOW_MS) track.points.shift();
        track.rank = Math.max(rankAt(ratio), Math.min(track.rank, rankAt(ratio + HYSTERESIS)));

        const inMs = reachedIn(track, each, nowMs);
        const raised = Math.min(track.rank + (inMs === undefined ? 0 : 1), levels.length - 1);
        // Of limits with the same level, the one that is nearer speaks.
        const badness = raised + Math.min(ratio, 1) / 2;
        if (badness <= worst) continue;
        worst = badness;
        bound = each;
        reachedInMs = raised > track.rank ? inMs : undefined;
      }

      const seen = Math.floor(worst);
      if (seen >= rank || nowMs - notLowerSinceMs >= CALM_MS) {
        rank = seen;
        notLowerSinceMs = nowMs;
      }
      return { level: levels[rank] ?? 'critical', bound, reachedInMs };
    },
  };
}
