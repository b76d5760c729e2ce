import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ExchangeRecord, Usage } from '@claudette/core';
import { noUsage } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';

import type { ExchangeStart } from './exchange-row.js';
import { createKeyStore } from './key-store.js';
import { createLedger } from './ledger.js';
import type { Ledger } from './ledger.js';
import { openDatabase } from './open-database.js';
import type { LedgerDatabase } from './open-database.js';

const DAY_MS = 86_400_000;
const NEW_YEAR_MS = Date.UTC(2026, 0, 1);

const usage: Usage = {
  inputTokens: 100,
  cachedInputTokens: 20,
  cacheWriteTokens: 3,
  cacheWrite1hTokens: 4,
  outputTokens: 50,
  reasoningTokens: 6,
  source: 'measured',
};

const start: ExchangeStart = {
  id: 'x1',
  startedAtMs: NEW_YEAR_MS,
  dialect: 'openai-chat',
  operation: 'generate',
  stream: true,
  requestBytes: 321,
  principalId: 'local',
  requestedModel: 'auto',
};

const target = {
  backend: 'claude',
  model: 'claude-sonnet-4-5',
  provider: 'anthropic',
  dialect: 'anthropic-messages',
} as const;

const complete: ExchangeRecord = {
  ...start,
  durationMs: 12.5,
  firstContentMs: 3.25,
  target,
  outcome: 'complete',
  finishReason: 'stop',
  cache: 'miss',
  attempts: 2,
  usage,
  cost: { nano: 1_234n, currency: 'USD' },
  priceVersion: 'prices 1',
  losses: [{ path: 'logit_bias', reason: 'unknown there' }],
  tags: ['nightly'],
};

const failed: ExchangeRecord = {
  ...start,
  id: 'x2',
  durationMs: 1,
  outcome: 'failed',
  errorCode: 'no_backend_available',
  cache: 'bypass',
  attempts: 0,
  losses: [],
  tags: [],
};

const hit: ExchangeRecord = {
  ...complete,
  id: 'x3',
  cacheKey: 'digest:claude/claude-sonnet-4-5',
  cache: 'hit',
  attempts: 0,
  cost: { nano: 0n, currency: 'USD' },
  saved: { nano: 1_234n, currency: 'USD' },
};

const stale: ExchangeRecord = { ...hit, id: 'x5', cache: 'stale', attempts: 1, saved: undefined };
const wasteful: ExchangeRecord = { ...complete, id: 'x4', wasted: { nano: 99n, currency: 'USD' } };

let ledger: Ledger;
beforeEach(() => {
  ledger = createLedger({ database: openDatabase(':memory:') });
});
afterEach(() => ledger.close());

describe('the ledger', () => {
  it.each([
    ['a complete exchange', complete],
    ['a failed one', failed],
    ['a hit', hit],
    ['a stale answer', stale],
    ['one that wasted money', wasteful],
    ['one that asked for vectors', { ...complete, operation: 'embed' as const }],
    ['one that was not streamed', { ...failed, stream: false }],
  ])('gives back %s as it was recorded', (_, record) => {
    ledger.record(record);
    expect(ledger.find(record.id)).toEqual(record);
  });

  it('keeps money exact beyond what a number can hold', async () => {
    const cost = { nano: 9_007_199_254_740_993n, currency: 'USD' };
    ledger.record({ ...complete, cost });
    expect(ledger.find('x1')).toMatchObject({ cost });
    expect(await ledger.usage({ groupBy: 'none' })).toMatchObject([{ cost: [cost] }]);
  });

  it('shows an exchange that has only begun as open', () => {
    ledger.begin(start);
    expect(ledger.find('x1')).toEqual({ ...start, outcome: 'open' });
  });

  it('completes the row that was begun', () => {
    ledger.begin(start);
    ledger.record(complete);
    expect([ledger.count(), ledger.find('x1')]).toEqual([1, complete]);
  });

  it('does not open again what is on record', () => {
    ledger.record(complete);
    ledger.begin(start);
    expect([ledger.count(), ledger.find('x1')]).toEqual([1, complete]);
  });

  it('has one row for an exchange that is recorded twice, the later one', () => {
    ledger.record(complete);
    ledger.record({ ...failed, id: 'x1' });
    expect([ledger.count(), ledger.find('x1')]).toEqual([1, { ...failed, id: 'x1' }]);
  });

  it('knows nothing of an exchange it was not told of', () => {
    expect([ledger.count(), ledger.find('x1')]).toEqual([0, undefined]);
  });
});

describe('a ledger on disk', () => {
  let folder: string;
  let path: string;
  let onDisk: Ledger;
  let database: LedgerDatabase;
  let reader: LedgerDatabase;
  let lost: [id: string, reason: unknown][];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'claudette-ledger-'));
    path = join(folder, 'ledger.db');
    database = openDatabase(path);
    lost = [];
    onDisk = createLedger({ database, onError: (thrown, { id }) => void lost.push([id, thrown]) });
    reader = new Database(path, { readonly: true });
  });
  afterEach(() => {
    reader.close();
    onDisk.close();
    rmSync(folder, { recursive: true });
  });

  const committedIds = (): unknown[] => reader.prepare('SELECT id FROM exchanges ORDER BY id').pluck().all();

  it('has committed what was begun and recorded when committed resolves', async () => {
    onDisk.begin({ ...start, id: 'x0' });
    onDisk.record(complete);
    await onDisk.committed();
    expect(reader.prepare('SELECT id, outcome, cost_nano FROM exchanges ORDER BY id').all()).toEqual([
      { id: 'x0', outcome: 'open', cost_nano: null },
      { id: 'x1', outcome: 'complete', cost_nano: 1234 },
    ]);
  });

  it('commits what was noted before it closes', () => {
    onDisk.record(complete);
    onDisk.close();
    expect(committedIds()).toEqual(['x1']);
  });

  it('shows what was noted in the same turn to its readers', async () => {
    onDisk.record(complete);
    expect(onDisk.count()).toBe(1);
    onDisk.record(hit);
    expect(onDisk.find('x3')).toEqual(hit);
    const report = onDisk.usage({ groupBy: 'none' });
    onDisk.record(failed);
    expect(await report).toMatchObject([{ requests: 3 }]);
  });

  it('leaves the keys their own transactions while rows wait', async () => {
    const keys = createKeyStore({ database, clock: createFakeClock() });
    onDisk.record(complete);
    onDisk.record(failed);
    keys.create({ name: 'mine' });
    expect([reader.prepare('SELECT name FROM keys').pluck().all(), committedIds()]).toEqual([['mine'], []]);
    expect(() => keys.create({ name: 'mine' })).toThrow('there is an active key named mine');
    keys.revoke('mine');
    await onDisk.committed();
    expect(committedIds()).toEqual(['x1', 'x2']);
    expect(reader.prepare('SELECT count(*) FROM keys WHERE revoked_at_ms IS NOT NULL').pluck().get()).toBe(1);
  });

  it('tells of an exchange that it could not write, and writes the others of its turn', async () => {
    onDisk.record({ ...complete, attempts: 1.5 });
    onDisk.record(failed);
    await onDisk.committed();
    expect(committedIds()).toEqual(['x2']);
    expect(lost).toEqual([['x1', expect.objectContaining({ code: expect.stringMatching(/^SQLITE_CONSTRAINT/) })]]);
  });

  it('warns of a lost exchange when nobody asked to be told', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    const quiet = createLedger({ database });
    quiet.record({ ...complete, attempts: 1.5 });
    await quiet.committed();
    const warnings = warn.mock.calls;
    warn.mockRestore();
    expect(warnings).toEqual([[expect.stringContaining('could not write exchange x1: SqliteError'), 'LedgerWarning']]);
  });
});

describe('a usage report', () => {
  it('is empty when nothing is on record', async () => {
    expect(await ledger.usage({ groupBy: 'none' })).toEqual([]);
  });

  it('sums requests, tokens and money, and does not bill a hit again', async () => {
    for (const record of [complete, failed, hit]) ledger.record(record);
    expect(await ledger.usage({ groupBy: 'none' })).toEqual([
      {
        requests: 3,
        hits: 1,
        coalesced: 0,
        failures: 1,
        abandoned: 0,
        unfinished: 0,
        unknownCosts: 0,
        tokens: {
          inputTokens: 100,
          cachedInputTokens: 20,
          cacheWriteTokens: 3,
          cacheWrite1hTokens: 4,
          outputTokens: 50,
          reasoningTokens: 6,
        },
        cost: [{ nano: 1_234n, currency: 'USD' }],
        saved: [{ nano: 1_234n, currency: 'USD' }],
        wasted: [],
      },
    ]);
  });

  it('sums what was wasted, apart from the cost', async () => {
    for (const record of [complete, wasteful, { ...failed, wasted: { nano: 1n, currency: 'USD' } }])
      ledger.record(record);
    expect(await ledger.usage({ groupBy: 'none' })).toMatchObject([
      { cost: [{ nano: 2_468n, currency: 'USD' }], wasted: [{ nano: 100n, currency: 'USD' }] },
    ]);
  });

  it('counts a stale answer among the hits, and neither its tokens nor a saving', async () => {
    ledger.record(stale);
    expect(await ledger.usage({ groupBy: 'none' })).toMatchObject([
      { requests: 1, hits: 1, tokens: { inputTokens: 0, outputTokens: 0 }, cost: [{ nano: 0n }], saved: [] },
    ]);
  });

  it('keeps currencies apart', async () => {
    ledger.record(complete);
    ledger.record({ ...complete, id: 'x4', cost: { nano: 7n, currency: 'EUR' } });
    expect(await ledger.usage({ groupBy: 'none' })).toMatchObject([
      {
        requests: 2,
        cost: [
          { nano: 7n, currency: 'EUR' },
          { nano: 1_234n, currency: 'USD' },
        ],
      },
    ]);
  });

  it('counts abandoned, shared and unfinished exchanges apart', async () => {
    ledger.record({ ...complete, outcome: 'abandoned' });
    ledger.record({ ...hit, cache: 'coalesced' });
    ledger.begin({ ...start, id: 'x5' });
    expect(await ledger.usage({ groupBy: 'none' })).toMatchObject([
      { requests: 3, abandoned: 1, coalesced: 1, hits: 0, failures: 0, unfinished: 1 },
    ]);
  });

  it('counts what went upstream at an unknown price', async () => {
    ledger.record({ ...failed, id: 'x4', target, usage });
    ledger.record(failed);
    expect(await ledger.usage({ groupBy: 'none' })).toMatchObject([{ requests: 2, unknownCosts: 1, cost: [] }]);
  });

  it('takes a time from its first millisecond up to, but not with, its last', async () => {
    const times = [NEW_YEAR_MS - 1, NEW_YEAR_MS, NEW_YEAR_MS + DAY_MS - 1, NEW_YEAR_MS + DAY_MS];
    times.forEach((startedAtMs, index) => ledger.record({ ...complete, id: `x${index}`, startedAtMs, usage: noUsage }));
    const day = { sinceMs: NEW_YEAR_MS, untilMs: NEW_YEAR_MS + DAY_MS };
    expect(await ledger.usage({ ...day, groupBy: 'day' })).toMatchObject([{ group: '2026-01-01', requests: 2 }]);
  });

  it.each([
    ['day', ['2026-01-01', '2026-01-02']],
    ['backend', [undefined, 'claude']],
    ['model', [undefined, 'claude-sonnet-4-5']],
    ['key', ['key_1', 'local']],
  ] as const)('groups by %s', async (groupBy, groups) => {
    ledger.record(complete);
    ledger.record({ ...failed, startedAtMs: NEW_YEAR_MS + DAY_MS, principalId: 'key_1' });
    expect((await ledger.usage({ groupBy })).map((row) => row.group)).toEqual(groups);
  });
});
