import { GatewayError, toGatewayError } from '@claudette/core';
import type { Clock, Transport } from '@claudette/core';

import { createOriginPool } from './origin-pool.js';
import type { OriginPool, OriginStats } from './origin-pool.js';

export interface ConnectionPoolOptions {
  readonly clock: Clock;
  /** The most connections, and so requests at once, to one origin. */
  readonly connectionsPerOrigin: number;
  /** How long a connection without a request stays open, in milliseconds. A backend may ask for less. */
  readonly idleTimeoutMs: number;
  /** The longest a request may wait while all connections of its origin are in use, in milliseconds. */
  readonly queueTimeoutMs: number;
  /** How many connections `warm` opens. */
  readonly warmConnections: number;
  /** The most bytes of an answer's headers. @default 65536 */
  readonly maxResponseHeaderBytes?: number;
  /** Certificates to trust instead of the system's, as PEM. */
  readonly ca?: string;
}

/**
 * A transport that keeps its connections. Whoever creates it ends it, with `close` or `destroy`.
 *
 * `send` rejects with `upstream_unreachable` when no connection could be made, `upstream_broken` when one broke,
 * `upstream_invalid_reply` when the answer is compressed in a way nobody here knows, `target_busy` when none came
 * free in time, `draining` after the end, or the signal's reason. A body that breaks rejects with `upstream_broken`.
 */
export interface ConnectionPool extends Transport {
  /**
   * Opens connections to an origin before they are needed. Resolves when they are open; one that fails is no error, since
   * the first request will tell.
   *
   * @param origin any URL of it
   * @param connectTimeoutMs most milliseconds to wait for each. @default 10000
   */
  warm(origin: string, connectTimeoutMs?: number): Promise<void>;
  /** One entry for each origin that was used so far. */
  stats(): readonly OriginStats[];
  /** Takes no more requests and resolves when the last one has ended and the connections are closed. */
  close(): Promise<void>;
  /** Ends everything now: requests under way fail with `draining`. */
  destroy(): Promise<void>;
}

const DEFAULT_MAX_RESPONSE_HEADER_BYTES = 65_536;
const DEFAULT_WARM_CONNECT_TIMEOUT_MS = 10_000;

/** One pool of kept-alive HTTP/1.1 connections per origin, made when the origin is first used. */
export function createConnectionPool(options: ConnectionPoolOptions): ConnectionPool {
  const { maxResponseHeaderBytes = DEFAULT_MAX_RESPONSE_HEADER_BYTES, warmConnections } = options;
  const origins = new Map<string, OriginPool>();
  let closed = false;

  const poolOf = (origin: string): OriginPool => {
    const known = origins.get(origin);
    if (known !== undefined) return known;
    const url = new URL(origin);
    // The same origin may be written in several ways; all of them lead to one pool.
    const pool = origins.get(url.origin) ?? createOriginPool(url, { ...options, maxResponseHeaderBytes });
    origins.set(url.origin, pool);
    origins.set(origin, pool);
    return pool;
  };
  const pools = (): readonly OriginPool[] => [...new Set(origins.values())];

  return {
    send(request) {
      const { url, signal } = request;
      if (closed) return Promise.reject(new GatewayError('draining', 'the connection pool is closed'));
      if (signal.aborted) return Promise.reject(signal.reason);
      // Cheaper than a URL object per request; the one that makes the pool finds what is wrong.
      const slashAt = url.indexOf('/', url.indexOf('://') + 3);
      const pathAt = slashAt < 0 ? url.length : slashAt;
      try {
        return poolOf(url.slice(0, pathAt)).send(request, url.slice(pathAt) || '/');
      } catch (cause) {
        return Promise.reject(toGatewayError(cause));
      }
    },
    warm: async (origin, connectTimeoutMs = DEFAULT_WARM_CONNECT_TIMEOUT_MS) =>
      poolOf(new URL(origin).origin).warm(warmConnections, connectTimeoutMs),
    stats: () => pools().map((pool) => pool.stats()),
    async close() {
      closed = true;
      await Promise.all(pools().map((pool) => pool.close()));
    },
    async destroy() {
      closed = true;
      await Promise.all(pools().map((pool) => pool.destroy()));
    },
  };
}
