import type { ExchangeRecord, GatewayErrorCode, Money, Observation, Observe, Target } from '@claudette/core';

import type { Instruments } from './create-instruments.js';

/** Turns observations into counts. */
export interface MetricObserver {
  readonly observe: Observe;
  /** Exchanges that began and have not ended. */
  readonly inFlight: number;
  clear(): void;
}

const circuitStates = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Errors of attempts that sent nothing. */
const refusals: readonly GatewayErrorCode[] = [
  'circuit_open',
  'target_busy',
  'credential_missing',
  'translation_refused',
];

/** More targets than anybody configures. Clients can name models of a backend freely, and each label value costs memory for good. */
const MAX_TARGETS = 500;

/** The one place where observations become metrics. */
export function createMetricObserver(instruments: Instruments): MetricObserver {
  const { count, time, set } = instruments;
  const open = new Set<string>();
  /** By backend, so that no name has to be put together for each request. */
  const models = new Map<string, Set<string>>();
  let targetCount = 0;

  const modelOf = ({ backend, model }: Target): string => {
    const known = models.get(backend);
    if (known?.has(model) === true) return model;
    if (targetCount >= MAX_TARGETS) return 'other';
    targetCount += 1;
    if (known === undefined) models.set(backend, new Set([model]));
    else known.add(model);
    return model;
  };

  const observeAttempt = ({ target, outcome, errorCode }: Extract<Observation, { kind: 'attempt-end' }>): void => {
    const refused = errorCode !== undefined && refusals.includes(errorCode);
    count('claudette_attempts_total', 1, target.backend, refused ? 'refused' : outcome);
    if (outcome === 'failed') count('claudette_failures_total', 1, target.backend, errorCode ?? 'internal');
  };

  const observeExchange = (record: ExchangeRecord): void => {
    const { id, dialect, target, outcome, cache, attempts, errorCode } = record;
    const backend = target?.backend ?? 'none';
    const model = target === undefined ? 'none' : modelOf(target);
    open.delete(id);
    count('claudette_exchanges_total', 1, dialect, backend, model, outcome);
    count('claudette_cache_requests_total', 1, cache);
    time('claudette_exchange_duration_seconds', record.durationMs, dialect, backend, model);
    if (record.firstContentMs !== undefined && cache !== 'hit') {
      time('claudette_time_to_first_content_seconds', record.firstContentMs, backend, model);
    }
    if (outcome === 'failed' && attempts === 0) {
      count('claudette_failures_total', 1, 'none', errorCode ?? 'internal');
    }
    if (record.saved !== undefined) count('claudette_cost_saved_total', toUnits(record.saved), record.saved.currency);
    // What a hit or a shared call used was counted when its answer was made.
    if (cache !== 'hit' && cache !== 'coalesced') observeUse(record, backend, model);
  };

  const observeUse = ({ usage, cost }: ExchangeRecord, backend: string, model: string): void => {
    if (cost !== undefined) count('claudette_cost_total', toUnits(cost), backend, model, cost.currency);
    if (usage === undefined) return;
    if (cost === undefined) count('claudette_cost_unknown_total', 1, backend, model);
    count('claudette_tokens_total', usage.inputTokens, backend, model, 'input');
    count('claudette_tokens_total', usage.cachedInputTokens, backend, model, 'cached_input');
    count('claudette_tokens_total', usage.cacheWriteTokens, backend, model, 'cache_write');
    count('claudette_tokens_total', usage.cacheWrite1hTokens, backend, model, 'cache_write_1h');
    count('claudette_tokens_total', usage.outputTokens, backend, model, 'output');
    count('claudette_tokens_total', usage.reasoningTokens, backend, model, 'reasoning');
  };

  return {
    get inFlight() {
      return open.size;
    },
    clear() {
      open.clear();
      models.clear();
      targetCount = 0;
    },
    observe(observation) {
      switch (observation.kind) {
        case 'exchange-start':
          open.add(observation.id);
          break;
        case 'exchange-end':
          observeExchange(observation.record);
          break;
        case 'attempt-start':
          break;
        case 'attempt-end':
          observeAttempt(observation);
          break;
        case 'retry':
          count('claudette_retries_total', 1, observation.target.backend);
          break;
        case 'failover':
          count('claudette_failovers_total', 1, observation.from.backend);
          break;
        case 'circuit': {
          const { target, state } = observation;
          const model = modelOf(target);
          set('claudette_circuit_state', circuitStates[state], target.backend, model);
          count('claudette_circuit_transitions_total', 1, target.backend, model, state);
          break;
        }
        case 'cache-evicted':
          count('claudette_cache_evictions_total', observation.count, observation.reason);
          break;
        case 'cache-write-dropped':
          count('claudette_cache_writes_dropped_total', 1, observation.reason);
          break;
        case 'auth-failed':
          count('claudette_auth_failures_total', 1, observation.reason);
          break;
      }
    },
  };
}

const toUnits = ({ nano }: Money): number => Number(nano) / 1e9;
