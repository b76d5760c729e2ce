import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { DecisionRecord, ExchangeRecord, Plan, Target } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import type { FakeClock } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';

import { createDecisionLog } from './decision-log.js';
import type { DecisionLog, DecisionLogOptions } from './decision-log.js';
import { createLedger } from './ledger.js';
import type { Ledger } from './ledger.js';
import { openDatabase } from './open-database.js';
import type { LedgerDatabase } from './open-database.js';

const claude: Target = { backend: 'claude', model: 'opus', provider: 'anthropic', dialect: 'anthropic-messages' };
const lab: Target = { backend: 'lab', model: 'qwen3-32b', provider: 'vllm', dialect: 'openai-chat' };

const plan: Plan = {
  strategy: 'weighted',
  candidates: [
    {
      target: claude,
      score: 0.8125,
      measures: {
        priority: 1,
        position: 2,
        available: true,
        latencyMs: 812.345,
        successRate: 0.9875,
        inFlight: 3,
        standing: { cost: 0.25, latency: 1, availability: 0.5 },
      },
      estimate: { inputTokens: 1200, outputTokens: 300, costNano: 12_345_678, firstContentMs: 700.5, durationMs: 4100 },
      notes: ['circuit half-open: 2 of 3 probes', '"quoted"\n'],
    },
    {
      target: lab,
      score: -0.5,
      measures: {
        priority: 2,
        position: 1,
        available: false,
        latencyMs: undefined,
        successRate: 1,
        inFlight: 0,
        standing: { cost: undefined, latency: undefined, availability: 0 },
      },
      estimate: {
        inputTokens: 1300,
        outputTokens: 300,
        costNano: undefined,
        firstContentMs: undefined,
        durationMs: undefined,
      },
      notes: [],
    },
  ],
  rejected: [{ target: { ...lab, model: 'small' }, reason: 'takes no images' }],
  affinity: 'session',
  hedgeAfterMs: 900.25,
};

const exchange: ExchangeRecord = {
  id: 'x-00000000-1',
  startedAtMs: 1_767_225_600_000,
  durationMs: 4200.5,
  firstContentMs: 800.25,
  dialect: 'openai-chat',
  operation: 'generate',
  stream: true,
  requestBytes: 5000,
  principalId: 'local',
  requestedModel: 'auto',
  target: lab,
  outcome: 'complete',
  cache: 'miss',
  attempts: 2,
  cost: { nano: 9_007_199_254_740_993n, currency: 'USD' },
  wasted: { nano: 7n, currency: 'USD' },
  losses: [],
  tags: ['nightly'],
};

const whole: DecisionRecord = {
  exchange,
  plan,
  planned: { startedMs: 0.125, tookMs: 0.042 },
  attempts: [
    {
      target: { backend: 'claude', model: 'opus' },
      reason: 'first',
      startedMs: 0.25,
      waitedMs: 0,
      durationMs: 100.125,
      outcome: 'failed',
      errorCode: 'upstream_timeout',
      orphaned: true,
    },
    {
      target: { backend: 'lab', model: 'qwen3-32b' },
      reason: 'failover',
      startedMs: 110.5,
      waitedMs: 10,
      durationMs: 4090,
      firstContentMs: 690,
      outcome: 'complete',
      orphaned: false,
    },
  ],
};

const withId = (id: string, facts: Partial<ExchangeRecord> = {}): DecisionRecord => ({
  exchange: { ...exchange, id, ...facts },
  attempts: [],
});

let folder: string;
let clock: FakeClock;
let database: LedgerDatabase;
let other: LedgerDatabase;
let ledger: Ledger;
let log: DecisionLog;
let errors: unknown[];

const open = (options: Partial<DecisionLogOptions> = {}): DecisionLog =>
  createDecisionLog({ database, clock, onError: (thrown) => void errors.push(thrown), ...options });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claudette-decisions-'));
  clock = createFakeClock();
  database = openDatabase(join(folder, 'ledger.db'));
  other = new Database(join(folder, 'ledger.db'), { timeout: 0 });
  ledger = createLedger({ database });
  errors = [];
  log = open();
});
afterEach(() => {
  log.close();
  other.close();
  ledger.close();
  rmSync(folder, { recursive: true });
});

/** As the gateway does: the exchange first, what was decided about it behind it. */
const add = (...records: readonly DecisionRecord[]): void => {
  for (const record of records) {
    ledger.record(record.exchange);
    log.add(record);
  }
};

const addMany = (count: number): void => {
  for (let index = 1; index <= count; index += 1) add(withId(`x-${String(index).padStart(8, '0')}`));
};

/** What another process sees, which is what is written. */
const writtenIds = (): unknown[] => other.prepare('SELECT id FROM decisions ORDER BY sequence').pluck().all();
const ids = (records: Iterable<DecisionRecord>): string[] => [...records].map((record) => record.exchange.id);

describe('the decision log', () => {
  it.each([
    ['with everything in it', whole],
    ['without a plan', withId('x-00000000-1')],
    ['whose plan has nothing optional', { ...whole, plan: { strategy: 'priority', candidates: [], rejected: [] } }],
  ])('gives back a record %s as it was', (_, record) => {
    add(record);
    ledger.count();
    expect(log.find('x-00000000-1')).toEqual(record);
  });

  it('keeps of a target only what tells it from others', () => {
    const target: Target = { ...lab, alsoSpeaks: ['openai-responses'] };
    add({ ...whole, plan: { ...plan, rejected: [{ target, reason: 'busy' }] } });
    ledger.count();
    expect(log.find(exchange.id)?.plan?.rejected).toEqual([{ target: lab, reason: 'busy' }]);
  });

  it('has nothing of an exchange it was not told of, or that is not on record', () => {
    log.add(withId('x-lost-1'));
    ledger.begin({ ...exchange, id: 'x-open-1' });
    log.add(withId('x-open-1'));
    ledger.count();
    expect(['x-none-11', 'x-lost-1', 'x-open-1'].map((id) => log.find(id))).toEqual([undefined, undefined, undefined]);
    expect(log.recent({ limit: 10 })).toEqual([]);
  });

  it('gives the newest of two records with one id', () => {
    add(withId('x-00000001'));
    add({ ...withId('x-00000001'), planned: { startedMs: 1, tookMs: 1 } });
    ledger.count();
    expect(log.find('x-00000001')?.planned).toEqual({ startedMs: 1, tookMs: 1 });
  });

  it.each([
    ['x-abcdef11', 'x-abcdef11'],
    ['x-abcdef1', 'x-abcdef11'],
    ['x-%%%%%%', undefined],
    ['x-abcdef', undefined],
    ['x-ghijk', undefined],
    ['x-ghijkl', 'x-ghijkl00'],
    ['', undefined],
  ])('takes %j for %j', (text, id) => {
    add(withId('x-abcdef11'), withId('x-abcdef22'), withId('x-ghijkl00'));
    ledger.count();
    expect(log.find(text)?.exchange.id).toBe(id);
  });

  it('shows a principal its own exchanges only', () => {
    add(withId('x-abcdef11', { principalId: 'key_1' }), withId('x-abcdef22', { principalId: 'key_2' }));
    ledger.count();
    expect(log.find('x-abcdef11', 'key_2')).toBeUndefined();
    expect(log.find('x-abcdef', 'key_2')?.exchange.id).toBe('x-abcdef22');
    expect(ids(log.recent({ limit: 5, principalId: 'key_1' }))).toEqual(['x-abcdef11']);
  });

  it('gives recent ones newest first and all of them oldest first', () => {
    addMany(250);
    ledger.count();
    expect(ids(log.recent({ limit: 2 }))).toEqual(['x-00000250', 'x-00000249']);
    expect(ids(log.all(1000))).toEqual(writtenIds());
    expect(ids(log.all(3))).toEqual(['x-00000248', 'x-00000249', 'x-00000250']);
    expect(ids(open().all(0))).toEqual([]);
  });

  it('lets others write while all are read, and does not read what they add', () => {
    addMany(3);
    ledger.count();
    const seen: string[] = [];
    for (const record of log.all(10)) {
      seen.push(record.exchange.id);
      add(withId('x-later000'));
      log.flush();
    }
    expect(seen).toEqual(['x-00000001', 'x-00000002', 'x-00000003']);
  });

  it('keeps no more than it may, the newest', () => {
    log = open({ maxRecords: 3 });
    addMany(5);
    log.flush();
    expect(writtenIds()).toEqual(['x-00000003', 'x-00000004', 'x-00000005']);
    add(withId('x-00000006'));
    log.flush();
    expect(writtenIds()).toEqual(['x-00000004', 'x-00000005', 'x-00000006']);
  });
});

describe('the queue of the decision log', () => {
  it('is written after a moment, and has a timer only until then', () => {
    expect(clock.pending).toBe(0);
    addMany(2);
    expect(clock.pending).toBe(1);
    clock.advance(249);
    expect(writtenIds()).toEqual([]);
    clock.advance(1);
    expect(writtenIds()).toEqual(['x-00000001', 'x-00000002']);
    expect(clock.pending).toBe(0);
  });

  it('is written in the next turn when 256 wait', async () => {
    addMany(256);
    expect(writtenIds()).toEqual([]);
    await new Promise(setImmediate);
    expect([writtenIds().length, clock.pending]).toEqual([256, 0]);
  });

  it('is written at once when one turn brings 1,024', () => {
    addMany(1024);
    expect([writtenIds().length, clock.pending]).toEqual([1024, 0]);
  });

  it('is written when the log closes, which takes no more afterwards', () => {
    addMany(1);
    log.close();
    log.add(withId('x-toolate0'));
    expect([writtenIds(), clock.pending]).toEqual([['x-00000001'], 0]);
  });

  it('is given up when it cannot be written, which is told once', () => {
    database.pragma('busy_timeout = 1');
    other.exec('BEGIN IMMEDIATE');
    log.add(withId('x-00000001'));
    log.add(withId('x-00000002'));
    log.flush();
    other.exec('ROLLBACK');
    expect(errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining('2 decision records could not be written: Sqlite') }),
    ]);
    log.add(withId('x-00000003'));
    log.flush();
    expect(writtenIds()).toEqual(['x-00000003']);
  });
});

describe('a damaged record', () => {
  it.each(['', '{}', '[]', 'null', '[1,2,3,4]', '[1,null,null]', '[2,null,null,[]]'])(
    '%j is skipped and told',
    (text) => {
      addMany(2);
      ledger.count();
      log.flush();
      other.prepare("UPDATE decisions SET record = ? WHERE id = 'x-00000001'").run(text);
      expect(log.find('x-00000001')).toBeUndefined();
      expect(ids(log.recent({ limit: 5 }))).toEqual(['x-00000002']);
      const told = expect.objectContaining({ message: expect.stringContaining('exchange x-00000001 is damaged') });
      expect(errors).toEqual([told, told]);
    },
  );

  it('is a warning of the process when nobody asked to be told', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    const quiet = createDecisionLog({ database, clock });
    addMany(1);
    ledger.count();
    log.flush();
    other.exec("UPDATE decisions SET record = 'x'");
    quiet.find('x-00000001');
    const warnings = warn.mock.calls;
    warn.mockRestore();
    expect(warnings).toEqual([[expect.stringContaining('exchange x-00000001 is damaged'), 'LedgerWarning']]);
  });
});
