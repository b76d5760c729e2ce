import type { Cache } from '@claudette/cache';
import { createCache, createMemoryReader, createSecondTier, decideCacheBytes } from '@claudette/cache';
import type { ConnectionPool } from '@claudette/connection-pool';
import { createConnectionPool } from '@claudette/connection-pool';
import type { Clock, Observe, Transport } from '@claudette/core';

import type { Config } from './config/schema.js';
import { shareParts } from './reload/share-parts.js';
import { storePath } from './store-path.js';

/** A command asks its store once, right after opening it: it is worth waiting for. */
const FIRST_LOOKUP_TIMEOUT_MS = 500;

/** What a configuration opens for itself. Configurations whose settings for it are the same share it. */
export interface ConfiguredParts {
  readonly pool: ConnectionPool;
  /** What requests go over: the pool, unless somebody brought another one. */
  readonly transport: Transport;
  /** Absent when it is switched off. */
  readonly cache: Cache | undefined;
  /** Most bytes in the memory of the cache while there is enough of it; 0 without a cache. */
  readonly cacheBytes: number;
  /** Gives it back; what nobody else has is closed. */
  release(): Promise<void>;
}

export interface ConfiguredPartsOptions {
  readonly clock: Clock;
  readonly observe: Observe;
  /** Where stores are that are named without a path. */
  readonly dataDirectory: string;
  readonly transport?: Transport | undefined;
}

type CacheSettings = Pick<Config['cache'], 'enabled' | 'store' | 'maxEntries' | 'maxMemoryBytes' | 'maxEntryBytes'>;

interface OpenedCache {
  readonly cache: Cache | undefined;
  readonly cacheBytes: number;
}

/**
 * Opens what configurations want. Ask for one after the other.
 * @returns rejects with a GatewayError `configuration_invalid` when the store of the cache cannot be opened
 */
export function createConfiguredParts(options: ConfiguredPartsOptions): (config: Config) => Promise<ConfiguredParts> {
  const { clock, observe, dataDirectory, transport } = options;

  const takePool = shareParts({
    open: (settings: Config['pool']) => createConnectionPool({ ...settings, clock }),
    close: (pool) => pool.close(),
  });

  const openCache = async (settings: CacheSettings): Promise<OpenedCache> => {
    const { enabled, store, maxEntries, maxMemoryBytes, maxEntryBytes } = settings;
    if (!enabled) return { cache: undefined, cacheBytes: 0 };
    const url = store.startsWith('sqlite:') ? `sqlite:${storePath(store, dataDirectory, 'cache.db')}` : store;
    const secondTier = await createSecondTier(url, {
      clock,
      observe,
      maxEntries,
      firstLookupTimeoutMs: FIRST_LOOKUP_TIMEOUT_MS,
    });
    const maxBytes = decideCacheBytes(createMemoryReader()(), maxMemoryBytes);
    const cache = createCache({
      clock,
      observe,
      maxEntries,
      maxBytes,
      maxEntryBytes,
      ...(secondTier && { secondTier }),
    });
    return { cache, cacheBytes: maxBytes };
  };
  const takeCache = shareParts({ open: openCache, close: async ({ cache }) => cache?.close() });

  return async ({ pool: poolSettings, cache: { enabled, store, maxEntries, maxMemoryBytes, maxEntryBytes } }) => {
    const cache = await takeCache({ enabled, store, maxEntries, maxMemoryBytes, maxEntryBytes });
    const pool = await takePool(poolSettings);
    return {
      pool: pool.part,
      transport: transport ?? pool.part,
      ...cache.part,
      async release() {
        await pool.release();
        await cache.release();
      },
    };
  };
}
