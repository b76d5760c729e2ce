import type { MemoryLevel } from '@claudette/core';

import type { MemoryReading } from './memory-bound.js';

const MEBIBYTE = 1024 * 1024;

const LEAST_BYTES = 16 * MEBIBYTE;
const MOST_BYTES = 256 * MEBIBYTE;

/** Of what the limits leave: requests, sockets, code and garbage need memory too. */
const SHARE = 0.25;
const MOST_SHARE = 0.4;

/**
 * How many bytes a cache may hold: a quarter of what the nearest limit leaves, 16 MiB to 256 MiB; or as many as are asked
 * for, as long as that is no more than 40 % of what the limit leaves.
 *
 * @param wantedBytes null: nobody said
 */
export function decideCacheBytes({ bounds }: Pick<MemoryReading, 'bounds'>, wantedBytes: number | null): number {
  const leftBytes = Math.min(...bounds.map(({ limitBytes, usedBytes }) => limitBytes - usedBytes));
  const share = (ratio: number): number => Math.max(Math.floor(leftBytes * ratio), LEAST_BYTES);
  return wantedBytes === null ? Math.min(share(SHARE), MOST_BYTES) : Math.min(wantedBytes, share(MOST_SHARE));
}

/** What is left of the full size when memory is all but used up. */
const FLOOR_RATIO = 1 / 16;

const CALM_MS = 60_000;
const STEP_MS = 10_000;
const STEP_RATIO = 0.1;

/** How many bytes a cache may hold, as the memory level comes and goes. */
export interface CacheBudget {
  readonly bytes: number;
  /** Adapts to a level, which was seen at a time at which the cache held so much. */
  adapt(level: MemoryLevel, heldBytes: number, nowMs: number): void;
}

/**
 * | level entered | budget                                                     |
 * |---------------|------------------------------------------------------------|
 * | elevated      | what the cache holds: it stops growing                     |
 * | high          | half of what it holds                                      |
 * | critical      | 1/16 of the full size                                      |
 * | normal        | a tenth of the full size more every 10 s, after one minute |
 *
 * Shrinking is at once and restoring slow: a cache that fills again as soon as it may would bring the pressure back.
 *
 * @param fullBytes the most it may ever hold
 */
export function createCacheBudget(fullBytes: number): CacheBudget {
  const floorBytes = Math.ceil(fullBytes * FLOOR_RATIO);
  let bytes = fullBytes;
  let entered: MemoryLevel = 'normal';
  let nextStepAtMs = 0;

  const shrinkTo = (limit: number): void => {
    bytes = Math.min(bytes, Math.max(floorBytes, Math.floor(limit)));
  };

  return {
    get bytes() {
      return bytes;
    },
    adapt(level, heldBytes, nowMs) {
      if (level !== entered) {
        entered = level;
        nextStepAtMs = nowMs + CALM_MS;
        if (level === 'elevated') shrinkTo(heldBytes);
        else if (level === 'high') shrinkTo(heldBytes / 2);
        else if (level === 'critical') shrinkTo(floorBytes);
      } else if (level === 'normal' && bytes < fullBytes && nowMs >= nextStepAtMs) {
        bytes = Math.min(fullBytes, bytes + Math.ceil(fullBytes * STEP_RATIO));
        nextStepAtMs = nowMs + STEP_MS;
      }
    },
  };
}
