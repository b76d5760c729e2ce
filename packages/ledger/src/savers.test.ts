import type { ExchangeRecord } from '@claudette/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createLedger } from './ledger.js';
import type { Ledger } from './ledger.js';
import { IN_MEMORY, openDatabase } from './open-database.js';

let ledger: Ledger;
beforeEach(() => void (ledger = createLedger({ database: openDatabase(IN_MEMORY) })));
afterEach(() => ledger.close());

let count = 0;
const record = (fields: Partial<ExchangeRecord>): void =>
  ledger.record({
    id: `x${(count += 1)}`,
    startedAtMs: 1_000,
    durationMs: 1,
    dialect: 'openai-chat',
    operation: 'generate',
    stream: false,
    requestBytes: 1,
    principalId: 'local',
    requestedModel: 'auto',
    outcome: 'complete',
    cache: 'hit',
    attempts: 0,
    losses: [],
    tags: [],
    ...fields,
  });
const hit = (cacheKey: string, nano?: bigint, startedAtMs = 1_000): void =>
  record({ cacheKey, startedAtMs, ...(nano !== undefined && { saved: { nano, currency: 'USD' } }) });

const keys = (limit = 10, sinceMs = 0): readonly string[] =>
  ledger.savers({ sinceMs, limit }).map(({ cacheKey }) => cacheKey);

describe('the answers that saved most', () => {
  it('are in the order of what all their hits saved', () => {
    hit('a', 30n);
    hit('b', 20n);
    hit('b', 20n);
    expect(ledger.savers({ sinceMs: 0, limit: 10 })).toEqual([
      { cacheKey: 'b', hits: 2, savedNano: 40n },
      { cacheKey: 'a', hits: 1, savedNano: 30n },
    ]);
  });

  it('are in the order of their hits where no price is known', () => {
    hit('a');
    hit('b');
    hit('b');
    expect(keys()).toEqual(['b', 'a']);
  });

  it('are no more than were asked for', () => {
    hit('a', 3n);
    hit('b', 2n);
    expect(keys(1)).toEqual(['a']);
  });

  it('are those of the time that was asked for', () => {
    hit('old', 9n, 999);
    hit('new', 1n, 1_000);
    expect(keys(10, 1_000)).toEqual(['new']);
  });

  it('leave out what was not answered from the cache', () => {
    record({ cache: 'miss' });
    expect(keys()).toEqual([]);
  });
});
