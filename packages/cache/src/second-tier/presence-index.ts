import type { Clock } from '@claudette/core';

import type { PresenceSource } from '../stores/keyv-store.js';

/** How often at most the store is asked whether another process has written. */
const REFRESH_MS = 1_000;

/** Knows which keys a store holds, so that a miss costs no query. */
export interface PresenceIndex {
  /** False when the store is known not to hold the key; true also while that is not known yet. */
  mayHold(key: string): boolean;
  add(key: string): void;
  delete(key: string): void;
  clear(): void;
  /** To be called when newest keys may have been removed: others may take their places in the store. */
  stepBack(): void;
  /** Looks in the background for what other processes wrote, when it is time to. */
  refresh(): void;
  /** Keys known to be in the store; undefined while they are not known. */
  readonly size: number | undefined;
}

/** Loads in the background, from now on. Until it is loaded, and while the store does not answer, it knows nothing. */
export function createPresenceIndex(source: PresenceSource, clock: Clock): PresenceIndex {
  const keys = new Set<string>();
  let loaded = false;
  let loading = false;
  let position = 0;
  let version: number | undefined;
  let checkedAt = -Infinity;

  const forget = (): void => {
    keys.clear();
    position = 0;
    version = undefined;
    loaded = false;
  };
  const load = async (): Promise<void> => {
    const found = await source.readVersion();
    if (loaded && found === version) return;
    // The newest are gone, and their places may have been taken by others.
    if ((await source.readPosition()) < position) forget();
    for (;;) {
      const page = await source.listAfter(position);
      if (page.keys.length === 0) break;
      for (const key of page.keys) keys.add(key);
      position = page.position;
    }
    version = found;
    loaded = true;
  };

  const refresh = (): void => {
    if (loading || clock.now() - checkedAt < REFRESH_MS) return;
    loading = true;
    checkedAt = clock.now();
    const done = (): void => void (loading = false);
    // A store that fails is asked again later; until then what was known is good enough.
    load().then(done, done);
  };
  refresh();

  return {
    mayHold: (key) => !loaded || keys.has(key),
    add: (key) => void keys.add(key),
    delete: (key) => void keys.delete(key),
    clear() {
      keys.clear();
      position = 0;
    },
    stepBack() {
      const toLast = (last: number): void => void (position = Math.min(position, last));
      source.readPosition().then(toLast, () => undefined);
    },
    refresh,
    get size() {
      return loaded ? keys.size : undefined;
    },
  };
}
