import type { Clock } from '@claudette/core';

import type { StoreCatalogue } from '../stores/keyv-store.js';
import type { PresenceIndex } from './presence-index.js';

const INTERVAL_MS = 60_000;
/** Entries removed at a time: a long delete would hold up lookups. */
const LIMIT = 256;

export interface SweepOptions {
  readonly catalogue: StoreCatalogue;
  readonly clock: Clock;
  readonly index: PresenceIndex | undefined;
  /** Most entries in the store. */
  readonly maxEntries: number;
}

/**
 * Removes a few entries of those that are too many, and once a minute a few of those that have expired. To be called after
 * writing; rejects when the store does not answer.
 */
export function createSweep({ catalogue, clock, index, maxEntries }: SweepOptions): () => Promise<void> {
  let sweptAt = clock.now();

  const forget = (keys: readonly string[]): void => {
    for (const key of keys) index?.delete(key);
    if (keys.length > 0) index?.stepBack();
  };
  const countEntries = async (isDue: boolean): Promise<number> => {
    if (index !== undefined) return index.size ?? 0;
    return isDue && catalogue.boundsItself !== true ? catalogue.count() : 0;
  };

  return async () => {
    const isDue = clock.now() - sweptAt >= INTERVAL_MS;
    const excess = (await countEntries(isDue)) - maxEntries;
    if (excess > 0) forget(await catalogue.removeOldest(Math.min(excess, LIMIT)));
    if (!isDue) return;
    const expired = await catalogue.removeExpired(clock.epochMs(), LIMIT);
    forget(expired);
    if (expired.length < LIMIT && excess <= LIMIT) sweptAt = clock.now();
  };
}
