import { setImmediate } from 'node:timers/promises';

import type { Clock, MemoryLevel, Observation, Observe } from '@claudette/core';

import { createInstruments } from './create-instruments.js';
import type { Instruments } from './create-instruments.js';
import { createMetricObserver } from './create-metric-observer.js';

/** How the connections to one origin are used. */
export interface PoolReading {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Open connections. */
  readonly connected: number;
  /** Open connections without a request. */
  readonly free: number;
  /** Requests that wait for a connection. */
  readonly pending: number;
  /** Share of requests that found an open connection, 0 to 1. */
  readonly reuseRatio: number;
}

export interface CacheReading {
  readonly entries: number;
  readonly bytes: number;
}

export interface MemoryWatchReading {
  readonly level: MemoryLevel;
  /** Of the nearest limit. */
  readonly usedBytes: number;
  readonly limitBytes: number;
  /** Most bytes that the cache may hold now. */
  readonly cacheBudgetBytes: number;
}

export interface MetricsOptions {
  readonly clock: Clock;
  /** The version that is running. */
  readonly version: string;
  /** Read when a text is made. */
  readonly gauges?: {
    readonly cache?: () => CacheReading;
    readonly pool?: () => readonly PoolReading[];
    readonly memory?: () => MemoryWatchReading;
  };
  /** Making a text takes about a millisecond; one that is younger than this is given again. @default 250 */
  readonly textMaxAgeMs?: number;
}

/** Counts what happens. Holds no timer; nothing to close. */
export interface Metrics {
  /** Takes every observation. Never throws. */
  readonly observe: Observe;
  /** All metrics in Prometheus' text format. */
  text(): Promise<string>;
  /** The media type of the text. */
  readonly contentType: string;
  /** Sets everything back to nothing, requests in flight included. */
  clear(): void;
}

/** Creates the metrics of the catalogue, in a registry of their own: two gateways in one process do not mix. */
export function createMetrics({ clock, version, gauges = {}, textMaxAgeMs = 250 }: MetricsOptions): Metrics {
  const instruments = createInstruments();
  const startedAt = clock.now();
  const observer = createMetricObserver(instruments);
  let cached: { readonly madeAt: number; readonly text: Promise<string> } | undefined;

  const makeText = async (): Promise<string> => {
    const before = clock.now();
    await setImmediate();
    instruments.set('claudette_event_loop_lag_seconds', (clock.now() - before) / 1000);
    instruments.set('claudette_resident_memory_bytes', process.memoryUsage.rss());
    instruments.set('claudette_uptime_seconds', (clock.now() - startedAt) / 1000);
    instruments.set('claudette_build_info', 1, version);
    instruments.set('claudette_exchanges_in_flight', observer.inFlight);
    if (gauges.cache !== undefined) setCacheGauges(instruments, gauges.cache());
    if (gauges.pool !== undefined) setPoolGauges(instruments, gauges.pool());
    if (gauges.memory !== undefined) setMemoryGauges(instruments, gauges.memory());
    return instruments.text();
  };

  return {
    observe: (observation: Observation) => observer.observe(observation),
    contentType: instruments.contentType,
    text() {
      if (cached === undefined || clock.now() - cached.madeAt >= textMaxAgeMs) {
        cached = { madeAt: clock.now(), text: makeText() };
      }
      return cached.text;
    },
    clear() {
      cached = undefined;
      observer.clear();
      instruments.clear();
    },
  };
}

const setCacheGauges = (instruments: Instruments, { entries, bytes }: CacheReading): void => {
  instruments.set('claudette_cache_entries', entries);
  instruments.set('claudette_cache_bytes', bytes);
};

const memoryLevels = { normal: 0, elevated: 1, high: 2, critical: 3 } as const;

const setMemoryGauges = (instruments: Instruments, reading: MemoryWatchReading): void => {
  const { level, usedBytes, limitBytes, cacheBudgetBytes } = reading;
  instruments.set('claudette_memory_level', memoryLevels[level]);
  instruments.set('claudette_memory_pressure_ratio', usedBytes / limitBytes);
  instruments.set('claudette_memory_limit_bytes', limitBytes);
  instruments.set('claudette_cache_budget_bytes', cacheBudgetBytes);
};

const setPoolGauges = (instruments: Instruments, origins: readonly PoolReading[]): void => {
  instruments.reset('claudette_pool_connections');
  instruments.reset('claudette_pool_pending');
  instruments.reset('claudette_pool_reuse_ratio');
  for (const { origin, connected, free, pending, reuseRatio } of origins) {
    instruments.set('claudette_pool_connections', free, origin, 'free');
    instruments.set('claudette_pool_connections', connected - free, origin, 'busy');
    instruments.set('claudette_pool_pending', pending, origin);
    instruments.set('claudette_pool_reuse_ratio', reuseRatio, origin);
  }
};
