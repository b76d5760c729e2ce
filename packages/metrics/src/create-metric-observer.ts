import { estimateAt, isRefusal } from '@claudette/core';
import type { ExchangeRecord, Money, Observation, Observe, Plan, Target } from '@claudette/core';

import type { Instruments } from './create-instruments.js';

/** Turns observations into counts. */
export interface MetricObserver {
  readonly observe: Observe;
  /** Exchanges that began and have not ended. */
  readonly inFlight: number;
  clear(): void;
}

const circuitStates = { closed: 0, 'half-open': 1, open: 2 } as const;

/** What is known of an exchange that goes on. */
interface OpenExchange {
  plan: Plan | undefined;
  routingMs: number;
  attempts: number;
  /** Of the attempt that ended last. */
  attemptContentMs: number | undefined;
}

/** More targets than anybody configures. Clients can name models of a backend freely, and each label value costs memory for good. */
const MAX_TARGETS = 500;

/** The one place where observations become metrics. */
export function createMetricObserver(instruments: Instruments): MetricObserver {
  const { count, time, set } = instruments;
  const open = new Map<string, OpenExchange>();
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

  const observePlan = ({ id, plan, tookMs }: Extract<Observation, { kind: 'plan' }>): void => {
    time('claudette_overhead_seconds', tookMs, 'routing');
    const exchange = open.get(id);
    if (exchange === undefined) return;
    exchange.plan = plan;
    exchange.routingMs = tookMs;
  };

  const observeAttempt = (attempt: Extract<Observation, { kind: 'attempt-end' }>): void => {
    const { id, target, outcome, errorCode } = attempt;
    const refused = errorCode !== undefined && isRefusal(errorCode);
    count('claudette_attempts_total', 1, target.backend, refused ? 'refused' : outcome);
    if (outcome === 'failed') count('claudette_failures_total', 1, target.backend, errorCode ?? 'internal');
    const exchange = open.get(id);
    if (exchange === undefined) return;
    exchange.attemptContentMs = attempt.firstContentMs;
    if (attempt.orphaned) {
      count(
        'claudette_cost_wasted_total',
        toUnits(estimateAt(exchange.plan, target)?.costNano ?? 0),
        target.backend,
        modelOf(target),
        'USD',
      );
    }
  };

  const observeOverhead = ({ cache, firstContentMs }: ExchangeRecord, exchange: OpenExchange): void => {
    const { attempts, attemptContentMs, routingMs } = exchange;
    const upstreamMs = cache === 'hit' ? 0 : attempts === 1 ? attemptContentMs : undefined;
    if (firstContentMs === undefined || upstreamMs === undefined) return;
    time('claudette_overhead_seconds', Math.max(0, firstContentMs - upstreamMs - routingMs), 'other');
  };

  const observeExchange = (record: ExchangeRecord): void => {
    const { id, dialect, target, outcome, cache, attempts, errorCode } = record;
    const backend = target?.backend ?? 'none';
    const model = target === undefined ? 'none' : modelOf(target);
    const exchange = open.get(id);
    open.delete(id);
    if (exchange !== undefined) observeOverhead(record, exchange);
    count('claudette_exchanges_total', 1, dialect, backend, model, outcome);
    count('claudette_cache_requests_total', 1, cache);
    time('claudette_exchange_duration_seconds', record.durationMs, dialect, backend, model);
    if (record.firstContentMs !== undefined && cache !== 'hit' && cache !== 'stale') {
      time('claudette_time_to_first_content_seconds', record.firstContentMs, backend, model);
    }
    if (outcome === 'failed' && attempts === 0) {
      count('claudette_failures_total', 1, 'none', errorCode ?? 'internal');
    }
    if (record.saved !== undefined)
      count('claudette_cost_saved_total', toUnits(record.saved.nano), record.saved.currency);
    // What a stored or a shared answer used was counted when it was made.
    if (cache === 'miss' || cache === 'bypass') observeUse(record, backend, model);
  };

  const observeUse = ({ usage, cost }: ExchangeRecord, backend: string, model: string): void => {
    if (cost !== undefined) count('claudette_cost_total', toUnits(cost.nano), backend, model, cost.currency);
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
          open.set(observation.id, { plan: undefined, routingMs: 0, attempts: 0, attemptContentMs: undefined });
          break;
        case 'plan':
          observePlan(observation);
          break;
        case 'exchange-end':
          observeExchange(observation.record);
          break;
        case 'attempt-start': {
          const exchange = open.get(observation.id);
          if (exchange !== undefined) exchange.attempts += 1;
          break;
        }
        case 'attempt-end':
          observeAttempt(observation);
          break;
        case 'retry':
          count('claudette_retries_total', 1, observation.target.backend);
          break;
        case 'failover':
          count('claudette_failovers_total', 1, observation.from.backend);
          break;
        case 'hedge':
          count('claudette_hedges_total', 1, observation.from.backend);
          break;
        case 'retry-budget-spent':
          count('claudette_retry_budget_spent_total', 1);
          break;
        case 'backend-health':
          set('claudette_backend_healthy', observation.healthy ? 1 : 0, observation.backend);
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
        case 'cache-not-stored':
          count('claudette_cache_not_stored_total', 1, observation.reason);
          break;
        case 'cache-write-dropped':
          count('claudette_cache_writes_dropped_total', 1, observation.reason);
          break;
        case 'memory-pressure': {
          const { level, from } = observation;
          if (level !== from) count('claudette_memory_level_changes_total', 1, level);
          break;
        }
        case 'memory-leak-suspected':
          count('claudette_memory_leaks_suspected_total', 1);
          break;
        case 'media-fetch':
          count('claudette_media_fetches_total', 1, observation.result);
          break;
        case 'config-reload': {
          const { result, atMs } = observation;
          count('claudette_config_reloads_total', 1, result);
          if (result === 'applied') set('claudette_config_last_reload_success_timestamp_seconds', atMs / 1000);
          break;
        }
        case 'auth-failed':
          count('claudette_auth_failures_total', 1, observation.reason);
          break;
      }
    },
  };
}

const toUnits = (nano: Money['nano'] | number): number => Number(nano) / 1e9;
