import type { Cache, MemoryWatch, MemoryWatchOptions } from '@claudette/cache';
import { createMemoryWatch } from '@claudette/cache';
import type { ConnectionPool, OriginStats } from '@claudette/connection-pool';

import type { Config } from '../config/schema.js';

export interface WatchMemoryOptions extends Omit<MemoryWatchOptions, 'cache' | 'ratios' | 'suspects'> {
  readonly ratios: Config['memory'];
  /** Absent when it is switched off. */
  readonly cache?: Cache | undefined;
  readonly pool: Pick<ConnectionPool, 'stats'>;
  /** How many began and have not ended. */
  readonly openExchanges: () => number;
}

/** Open connections of any kind, those of clients included. */
const countSockets = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;

/**
 * Watches the memory of the process for a gateway: its cache gives way, and what grows with a leak is counted. Whoever
 * creates the watch closes it.
 */
export function watchMemory({ ratios, cache, pool, openExchanges, ...options }: WatchMemoryOptions): MemoryWatch {
  const sum = (of: (origin: OriginStats) => number) => () =>
    pool.stats().reduce((total, origin) => total + of(origin), 0);
  const { warnRatio, highRatio, criticalRatio } = ratios;

  return createMemoryWatch({
    ...options,
    ...(cache && { cache }),
    ratios: { elevated: warnRatio, high: highRatio, critical: criticalRatio },
    suspects: {
      'open exchanges': openExchanges,
      'upstream requests': sum(({ running }) => running),
      'requests that wait for a connection': sum(({ pending }) => pending),
      sockets: countSockets,
      'cache entries': () => cache?.stats().entries ?? 0,
      'cache bytes': () => cache?.stats().bytes ?? 0,
      'cache entries that wait to be written': () => cache?.stats().secondTier?.pendingEntries ?? 0,
    },
  });
}
