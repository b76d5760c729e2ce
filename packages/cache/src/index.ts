export { digestRequest } from './key/cache-key.js';
export type { EntryPage, ListedEntry, ListOptions, Tier } from './admin/list-entries.js';
export type { PreloadOptions, PreloadReport } from './admin/preload.js';
export type { CachePolicy } from './cache-policy.js';
export { createCache } from './create-cache.js';
export type { Cache, CacheOptions, CacheStats, Removal, TierCounts } from './create-cache.js';
export { createSecondTier } from './second-tier/create-second-tier.js';
export type { Entry } from './entry/entry.js';
export type { EntryFilter } from './entry/entry-filter.js';
export type { EntryLabel, EntrySummary, Savings } from './entry/entry-label.js';
export type { KeyvTierOptions } from './second-tier/keyv-tier.js';
export { createValueStore } from './memory/value-store.js';
export type { ValueStore, ValueStoreOptions, Weight } from './memory/value-store.js';
export { decideCacheBytes } from './memory-watch/cache-budget.js';
export { createMemoryReader } from './memory-watch/create-memory-reader.js';
export type { MemorySources } from './memory-watch/create-memory-reader.js';
export { createMemoryWatch } from './memory-watch/create-memory-watch.js';
export type {
  Collected,
  MemoryState,
  MemoryUse,
  MemoryWatch,
  MemoryWatchOptions,
  Shrinkable,
} from './memory-watch/create-memory-watch.js';
export type { Suspects } from './memory-watch/leak-watch.js';
export type { MemoryBound, MemoryReading, ReadMemory } from './memory-watch/memory-bound.js';
export type { OnCollection } from './memory-watch/observe-collections.js';
export type { PressureRatios } from './memory-watch/pressure-gauge.js';
export type { ReadText } from './memory-watch/read-group-bounds.js';
export type { Sampling, SamplingRule } from './key/sampling.js';
export { createScope, sharedScope, toKeyScope, toScope } from './key/scope.js';
export type { Scope, ScopeKind } from './key/scope.js';
export type { SecondTier, SecondTierStats } from './second-tier/second-tier.js';
export type { CacheForecast, CacheInterceptor } from './with-cache.js';
export { createKeyvMemory } from './value-cache/keyv-memory.js';
export type { KeyvMemory, KeyvMemoryOptions } from './value-cache/keyv-memory.js';
export { createValueCache } from './value-cache/value-cache.js';
export type { ValueCache, ValueCacheOptions, ValueCacheStats } from './value-cache/value-cache.js';
