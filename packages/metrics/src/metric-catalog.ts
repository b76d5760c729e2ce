/** One metric. */
interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Closed: values come from the configuration or from fixed sets, never from a client's text. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in seconds. */
  readonly buckets?: readonly number[];
}

/** From a cache hit to the longest answers that a default deadline allows. */
const durationBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const;

/** From a choice among few to a process that has no time left. */
const overheadBuckets = [
  0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
] as const;

/**
 * Every metric there is, in base units. docs/metrics.md shows the same rows; a test compares the two. The label
 * `backend` (and `model`) is `none` where no backend was involved; models beyond the first 500 share the label `other`.
 */
export const metricCatalog = {
  claudette_exchanges_total: {
    type: 'counter',
    help: 'Client requests that ended, by outcome: complete, failed or abandoned',
    labels: ['dialect', 'backend', 'model', 'outcome'],
  },
  claudette_exchanges_in_flight: {
    type: 'gauge',
    help: 'Client requests that began and have not ended',
    labels: [],
  },
  claudette_exchange_duration_seconds: {
    type: 'histogram',
    help: 'Time from the arrival of a request to its end',
    labels: ['dialect', 'backend', 'model'],
    buckets: durationBuckets,
  },
  claudette_time_to_first_content_seconds: {
    type: 'histogram',
    help: 'Time from the arrival of a request to the first content of its answer, answers from the cache left out',
    labels: ['backend', 'model'],
    buckets: durationBuckets,
  },
  claudette_overhead_seconds: {
    type: 'histogram',
    help: 'Time of our own before the first content: routing, or other, which is known of hits and of requests with one attempt',
    labels: ['component'],
    buckets: overheadBuckets,
  },
  claudette_attempts_total: {
    type: 'counter',
    help: 'Attempts by outcome: complete, failed, abandoned, or refused when nothing was sent upstream',
    labels: ['backend', 'outcome'],
  },
  claudette_failures_total: {
    type: 'counter',
    help: 'Failed attempts by error code; requests that failed before any attempt have the backend none',
    labels: ['backend', 'class'],
  },
  claudette_retries_total: {
    type: 'counter',
    help: 'Attempts at a target that had failed before in the same exchange',
    labels: ['backend'],
  },
  claudette_failovers_total: {
    type: 'counter',
    help: 'Moves from a failed target to another one, by the backend that was left',
    labels: ['backend'],
  },
  claudette_hedges_total: {
    type: 'counter',
    help: 'Second targets that were asked because the first one showed nothing, by the backend that was waited for',
    labels: ['backend'],
  },
  claudette_retry_budget_spent_total: {
    type: 'counter',
    help: 'Retries, failovers and hedges that were not made because too many were made lately',
    labels: [],
  },
  claudette_tokens_total: {
    type: 'counter',
    help: 'Tokens used upstream, in disjoint kinds: input, cached_input, cache_write, cache_write_1h, output, reasoning',
    labels: ['backend', 'model', 'kind'],
  },
  claudette_cost_total: {
    type: 'counter',
    help: 'Cost of upstream calls whose price is known, in units of the currency',
    labels: ['backend', 'model', 'currency'],
  },
  claudette_cost_saved_total: {
    type: 'counter',
    help: 'What cached and shared answers would have cost, in units of the currency',
    labels: ['currency'],
  },
  claudette_cost_wasted_total: {
    type: 'counter',
    help: 'What attempts are likely to have cost whose answers nobody got, in units of the currency',
    labels: ['backend', 'model', 'currency'],
  },
  claudette_cost_unknown_total: {
    type: 'counter',
    help: 'Requests that used tokens whose price is unknown',
    labels: ['backend', 'model'],
  },
  claudette_cache_requests_total: {
    type: 'counter',
    help: 'Requests by what the cache did: hit, stale, miss, coalesced or bypass',
    labels: ['result'],
  },
  claudette_cache_entries: {
    type: 'gauge',
    help: 'Answers in the memory of the cache',
    labels: [],
  },
  claudette_cache_bytes: {
    type: 'gauge',
    help: 'Bytes in the memory of the cache',
    labels: [],
  },
  claudette_cache_evictions_total: {
    type: 'counter',
    help: 'Answers that left the memory of the cache: too many entries, too many bytes, or expired',
    labels: ['reason'],
  },
  claudette_cache_not_stored_total: {
    type: 'counter',
    help: 'Answers that the cache was asked for and did not keep: too-large, incomplete, no-store or status',
    labels: ['reason'],
  },
  claudette_cache_writes_dropped_total: {
    type: 'counter',
    help: 'Answers that were not written to the store behind the cache',
    labels: ['reason'],
  },
  claudette_cache_budget_bytes: {
    type: 'gauge',
    help: 'Most bytes that the cache may take of the memory now; less than its full size while memory is short, 0 without a cache',
    labels: [],
  },
  claudette_memory_level: {
    type: 'gauge',
    help: 'How short memory is: 0 normal, 1 elevated, 2 high, 3 critical',
    labels: [],
  },
  claudette_memory_level_changes_total: {
    type: 'counter',
    help: 'Changes of the memory level, by the level that was entered: normal, elevated, high or critical',
    labels: ['level'],
  },
  claudette_memory_pressure_ratio: {
    type: 'gauge',
    help: 'Share of the nearest memory limit that is used, 0 to 1',
    labels: [],
  },
  claudette_memory_limit_bytes: {
    type: 'gauge',
    help: "The nearest memory limit: of V8's heap, of the control group or of the machine",
    labels: [],
  },
  claudette_memory_leaks_suspected_total: {
    type: 'counter',
    help: 'Times that what garbage collections leave began to grow steadily',
    labels: [],
  },
  claudette_circuit_state: {
    type: 'gauge',
    help: 'State of the circuit of a target that ever changed: 0 closed, 1 half-open, 2 open',
    labels: ['backend', 'model'],
  },
  claudette_circuit_transitions_total: {
    type: 'counter',
    help: 'Changes of circuits, by the state they entered',
    labels: ['backend', 'model', 'state'],
  },
  claudette_backend_healthy: {
    type: 'gauge',
    help: 'What the last probe of a backend found: 1 healthy, 0 not',
    labels: ['backend'],
  },
  claudette_pool_connections: {
    type: 'gauge',
    help: 'Open connections to backends: free or busy',
    labels: ['origin', 'state'],
  },
  claudette_pool_pending: {
    type: 'gauge',
    help: 'Requests that wait for a connection',
    labels: ['origin'],
  },
  claudette_pool_reuse_ratio: {
    type: 'gauge',
    help: 'Share of requests that found an open connection',
    labels: ['origin'],
  },
  claudette_media_fetches_total: {
    type: 'counter',
    help: 'Files that were to be fetched from URLs in requests: fetched, abandoned, unreachable, or the rule that refused',
    labels: ['result'],
  },
  claudette_config_reloads_total: {
    type: 'counter',
    help: 'Changed configurations that were read while the process ran, by result: applied or refused',
    labels: ['result'],
  },
  claudette_config_last_reload_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last changed configuration took effect, in seconds since 1970; 0 when none has yet',
    labels: [],
  },
  claudette_auth_failures_total: {
    type: 'counter',
    help: 'Requests refused for their key: missing, unknown, revoked, expired, rotated or in-url',
    labels: ['reason'],
  },
  claudette_event_loop_lag_seconds: {
    type: 'gauge',
    help: 'How long the event loop took to come round when this text was made',
    labels: [],
  },
  claudette_resident_memory_bytes: {
    type: 'gauge',
    help: 'Memory of the process that is in RAM',
    labels: [],
  },
  claudette_uptime_seconds: {
    type: 'gauge',
    help: 'Time since the start',
    labels: [],
  },
  claudette_build_info: {
    type: 'gauge',
    help: 'Always 1; the version is the label',
    labels: ['version'],
  },
} as const satisfies Record<string, MetricRow>;

type Catalog = typeof metricCatalog;

/** The name of a metric. */
export type MetricName = keyof Catalog;

/** The names of the metrics of one type. */
export type MetricNameOf<Type extends MetricRow['type']> = {
  [Name in MetricName]: Catalog[Name]['type'] extends Type ? Name : never;
}[MetricName];

type StringPer<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: string };

/** One value per label, in the catalogue's order. */
export type LabelValues<Name extends MetricName> = StringPer<Catalog[Name]['labels']>;
