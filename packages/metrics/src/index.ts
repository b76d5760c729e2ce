export { createLogger } from './create-logger.js';
export type { LogFields, LogFormat, Logger, LoggerOptions, LogLevel } from './create-logger.js';
export { createMetrics } from './create-metrics.js';
export type { CacheReading, MemoryWatchReading, Metrics, MetricsOptions, PoolReading } from './create-metrics.js';
export { logObserver } from './log-observer.js';
export { metricCatalog } from './metric-catalog.js';
export type { MetricName } from './metric-catalog.js';
