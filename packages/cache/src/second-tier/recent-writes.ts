import type { Clock } from '@claudette/core';

import type { Entry } from '../entry/entry.js';

/** By then every process knows what the others removed. */
const MEMORY_MS = 5_000;

/** What this process wrote lately: another one that removed entries meanwhile may not have seen them. */
export interface RecentWrites {
  add(batch: readonly (readonly [key: string, entry: Entry])[]): void;
  /** The keys of those that are meant. */
  meant(isMeant: (key: string, entry: Entry) => boolean): readonly string[];
}

export function createRecentWrites(clock: Clock): RecentWrites {
  let writes: { readonly key: string; readonly entry: Entry; readonly at: number }[] = [];
  return {
    add(batch) {
      const at = clock.now();
      writes = writes.filter((write) => at - write.at < MEMORY_MS);
      // Its bytes need not be kept alive.
      for (const [key, entry] of batch) writes.push({ key, entry: { ...entry, bytes: noBytes }, at });
    },
    meant: (isMeant) => writes.filter(({ key, entry }) => isMeant(key, entry)).map(({ key }) => key),
  };
}

const noBytes = new Uint8Array(0);
