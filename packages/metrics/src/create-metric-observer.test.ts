import { describe, expect, it } from '@jest/globals';

import type { ExchangeRecord, Observation } from '@claudette/core';

import {
  after,
  attempt,
  attemptStart,
  exchange,
  exchangeStart,
  planned,
  memoryPressure,
  refusal,
  slow,
  target,
  unpriced,
  usd,
} from './__fixtures__/observations.js';

describe('the metrics', () => {
  it('count as many exchanges as there were', async () => {
    const value = await after(Array.from({ length: 1234 }, () => exchange()));
    const labels = 'dialect="openai-chat",backend="lab",model="qwen3-32b"';
    expect(value(`exchanges_total{${labels},outcome="complete"}`)).toBe(1234);
    expect(value(`exchange_duration_seconds_count{${labels}}`)).toBe(1234);
    expect(value(`exchange_duration_seconds_sum{${labels}}`)).toBe(2468);
    expect(value('time_to_first_content_seconds_count{backend="lab",model="qwen3-32b"}')).toBe(1234);
    expect(value('cache_requests_total{result="miss"}')).toBe(1234);
  });

  it.each([
    [
      'a cut stream',
      [exchange({ outcome: 'failed', errorCode: 'stream_broken' })],
      'exchanges_total{dialect="openai-chat",backend="lab",model="qwen3-32b",outcome="failed"}',
      1,
    ],
    ['a refusal', [refusal], 'exchanges_total{dialect="openai-chat",backend="none",model="none",outcome="failed"}', 1],
    ['the cause of a refusal', [refusal], 'failures_total{backend="none",class="model_not_found"}', 1],
    ['an attempt', [attempt({})], 'attempts_total{backend="lab",outcome="complete"}', 1],
    ['a failed attempt', [attempt({ outcome: 'failed' })], 'attempts_total{backend="lab",outcome="failed"}', 1],
    [
      'the cause of a failed attempt',
      [attempt({ outcome: 'failed', errorCode: 'upstream_timeout' })],
      'failures_total{backend="lab",class="upstream_timeout"}',
      1,
    ],
    [
      'an attempt that sent nothing',
      [attempt({ outcome: 'failed', errorCode: 'circuit_open' })],
      'attempts_total{backend="lab",outcome="refused"}',
      1,
    ],
    [
      'an attempt that could not be translated',
      [attempt({ outcome: 'failed', errorCode: 'translation_refused' })],
      'attempts_total{backend="lab",outcome="refused"}',
      1,
    ],
    ['a retry', [{ kind: 'retry', id: 'x', target, delayMs: 1 }], 'retries_total{backend="lab"}', 1],
    ['a failover', [{ kind: 'failover', id: 'x', from: target, to: target }], 'failovers_total{backend="lab"}', 1],
    [
      'an attempt that the limits of its backend kept from being sent',
      [attempt({ outcome: 'failed', errorCode: 'backend_limit_reached' })],
      'attempts_total{backend="lab",outcome="refused"}',
      1,
    ],
    [
      'an attempt that another one outran',
      [attempt({ outcome: 'abandoned', errorCode: 'superseded' })],
      'attempts_total{backend="lab",outcome="abandoned"}',
      1,
    ],
    ['a hedge', [{ kind: 'hedge', id: 'x', from: slow, to: target, afterMs: 900 }], 'hedges_total{backend="slow"}', 1],
    ['a spent retry budget', [{ kind: 'retry-budget-spent', id: 'x' }], 'retry_budget_spent_total', 1],
    [
      'a healthy backend',
      [{ kind: 'backend-health', backend: 'lab', healthy: true, reason: 'answered' }],
      'backend_healthy{backend="lab"}',
      1,
    ],
    [
      'a backend that became unhealthy',
      [
        { kind: 'backend-health', backend: 'lab', healthy: true, reason: 'answered' },
        { kind: 'backend-health', backend: 'lab', healthy: false, reason: 'HTTP 500' },
      ],
      'backend_healthy{backend="lab"}',
      0,
    ],
    ['a stale answer', [exchange({ cache: 'stale' })], 'cache_requests_total{result="stale"}', 1],
    [
      'what attempts are likely to have cost in vain, by who is paid for them',
      [exchangeStart, planned(2_000_000_000), attempt({ target: slow, orphaned: true })],
      'cost_wasted_total{backend="slow",model="large",currency="USD"}',
      2,
    ],
    [
      'no waste at an unknown price',
      [exchangeStart, planned(), attempt({ target: slow, orphaned: true })],
      'cost_wasted_total{backend="slow",model="large",currency="USD"}',
      undefined,
    ],
    [
      'no waste of an exchange that has no plan',
      [exchangeStart, attempt({ orphaned: true }), attempt({ id: 'x9', orphaned: true })],
      'cost_wasted_total{backend="lab",model="qwen3-32b",currency="USD"}',
      undefined,
    ],
    [
      'what a failed attempt did not waste',
      [exchangeStart, planned(5), attempt({ target: slow, outcome: 'failed' })],
      'cost_wasted_total{backend="slow",model="large",currency="USD"}',
      undefined,
    ],
    [
      'tokens of one kind',
      [exchange(), exchange()],
      'tokens_total{backend="lab",model="qwen3-32b",kind="cached_input"}',
      8,
    ],
    [
      'tokens of another kind',
      [exchange(), exchange()],
      'tokens_total{backend="lab",model="qwen3-32b",kind="reasoning"}',
      4,
    ],
    ['money', [exchange(), exchange()], 'cost_total{backend="lab",model="qwen3-32b",currency="USD"}', 0.003],
    [
      'money that was saved',
      [exchange({ cache: 'hit', saved: usd(2_000_000_000n) })],
      'cost_saved_total{currency="USD"}',
      2,
    ],
    [
      'an open circuit',
      [{ kind: 'circuit', target, state: 'open', reason: 'x' }],
      'circuit_state{backend="lab",model="qwen3-32b"}',
      2,
    ],
    [
      'a circuit that closed again',
      [
        { kind: 'circuit', target, state: 'open', reason: 'x' },
        { kind: 'circuit', target, state: 'closed', reason: 'x' },
      ],
      'circuit_state{backend="lab",model="qwen3-32b"}',
      0,
    ],
    [
      'a half-open circuit',
      [{ kind: 'circuit', target, state: 'half-open', reason: 'x' }],
      'circuit_transitions_total{backend="lab",model="qwen3-32b",state="half-open"}',
      1,
    ],
    ['evictions', [{ kind: 'cache-evicted', reason: 'bytes', count: 3 }], 'cache_evictions_total{reason="bytes"}', 3],
    [
      'answers that are not stored',
      [{ kind: 'cache-not-stored', reason: 'too-large' }],
      'cache_not_stored_total{reason="too-large"}',
      1,
    ],
    ['a memory level that was entered', [memoryPressure], 'memory_level_changes_total{level="high"}', 1],
    [
      'no change of the level where only the room of the cache changed',
      [{ ...memoryPressure, from: 'high' }],
      'memory_level_changes_total{level="high"}',
      undefined,
    ],
    [
      'suspected leaks',
      [{ kind: 'memory-leak-suspected', bytesPerMinute: 5, overMs: 300_000, suspects: [] }],
      'memory_leaks_suspected_total',
      1,
    ],
    [
      'dropped writes',
      [{ kind: 'cache-write-dropped', reason: 'queue-full' }],
      'cache_writes_dropped_total{reason="queue-full"}',
      1,
    ],
    [
      'files that were fetched, or not',
      [{ kind: 'media-fetch', result: 'address' }],
      'media_fetches_total{result="address"}',
      1,
    ],
    [
      'configurations that took effect',
      [{ kind: 'config-reload', result: 'applied', atMs: 5_500, changed: [], restartNeeded: [] }],
      'config_reloads_total{result="applied"}',
      1,
    ],
    [
      'when a configuration took effect',
      [
        { kind: 'config-reload', result: 'applied', atMs: 5_500, changed: [], restartNeeded: [] },
        { kind: 'config-reload', result: 'refused', atMs: 9_500, reason: 'x' },
      ],
      'config_last_reload_success_timestamp_seconds',
      5.5,
    ],
    [
      'configurations that were refused',
      [{ kind: 'config-reload', result: 'refused', atMs: 5_500, reason: 'x' }],
      'config_reloads_total{result="refused"}',
      1,
    ],
    ['refused keys', [{ kind: 'auth-failed', reason: 'revoked' }], 'auth_failures_total{reason="revoked"}', 1],
  ] satisfies [string, Observation[], string, number | undefined][])(
    'count %s',
    async (_, observations, name, value) => {
      expect((await after(observations))(name)).toBe(value);
    },
  );

  it.each(['hit', 'stale'] as const)(
    'count neither tokens nor cost nor first content of a %s answer',
    async (cache) => {
      const value = await after([exchange({ cache })]);
      expect(value('tokens_total{backend="lab",model="qwen3-32b",kind="input"}')).toBeUndefined();
      expect(value('cost_total{backend="lab",model="qwen3-32b",currency="USD"}')).toBeUndefined();
      expect(value('time_to_first_content_seconds_count{backend="lab",model="qwen3-32b"}')).toBeUndefined();
    },
  );

  it('time routing', async () => {
    const value = await after([planned(), planned()]);
    expect(value('overhead_seconds_count{component="routing"}')).toBe(2);
    expect(value('overhead_seconds_sum{component="routing"}')).toBe(0.00025);
  });

  it.each([
    ['what was neither routing nor the attempt', [attemptStart, attempt({ firstContentMs: 299 })], {}, 0.000875],
    ['the whole way to a hit, but for its routing', [], { cache: 'hit', firstContentMs: 0.5 }, 0.000375],
    ['nothing where clocks disagree', [attemptStart, attempt({ firstContentMs: 300 })], {}, 0],
    ['no shared call', [], { cache: 'coalesced' }, undefined],
    [
      'nothing of a call with two attempts',
      [attemptStart, attemptStart, attempt({ firstContentMs: 1 })],
      {},
      undefined,
    ],
    ['no call that had no content', [attemptStart, attempt({})], { firstContentMs: undefined }, undefined],
  ] satisfies [string, Observation[], Partial<ExchangeRecord>, number | undefined][])(
    'time as other overhead %s',
    async (_, observations, facts, seconds) => {
      const value = await after([exchangeStart, planned(), ...observations, exchange(facts)]);
      expect(value('overhead_seconds_sum{component="other"}')).toBe(seconds);
    },
  );

  it('tell a cost that is unknown from one that is nothing', async () => {
    const value = await after([{ kind: 'exchange-end', record: unpriced }, exchange({ cost: usd(0n) })]);
    expect(value('cost_unknown_total{backend="lab",model="qwen3-32b"}')).toBe(1);
  });
});
