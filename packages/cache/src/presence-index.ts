import type { Clock } from '@claudette/core';

import type { StoreCatalogue } from './keyv-store.js';

/** How often at most the store is asked whether another process has written. */
const REFRESH_MS = 1_000;

/** Knows which keys a store holds, so that a miss costs no query. */
export interface PresenceIndex {
  /** False when the store is known not to hold the key; true also while that is not known yet. */
  mayHold(key: string): boolean;
  add(key: string): void;
  delete(key: string): void;
  clear(): void;
  /** Looks in the background for what other processes wrote, when it is time to. */
  refresh(): void;
  /** Keys known to be in the store. */
  readonly size: number;
}

/** Loads in the background, from now on. Until it is loaded, and while the store does not answer, it knows nothing. */
export function createPresenceIndex(catalogue: StoreCatalogue, clock: Clock): PresenceIndex {
  const keys = new Set<string>();
  let loaded = false;
  let loading = false;
  let position = 0;
  let version: number | undefined;
  let checkedAt = -Infinity;

  const load = async (): Promise<void> => {
    const found = await catalogue.readVersion();
    if (loaded && found === version) return;
    if ((await catalogue.readPosition()) < position) {
      keys.clear();
      position = 0;
    }
    for (;;) {
      const page = await catalogue.listAfter(position);
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
    refresh,
    get size() {
      return keys.size;
    },
  };
}
