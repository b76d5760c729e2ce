import { createFakeClock } from '@claudette/testing';
import { describe, expect, it, jest } from '@jest/globals';

import { createAuditLog } from './audit-log.js';
import type { AuditEntry } from './audit-log.js';
import { openDatabase } from './open-database.js';

const entry: Omit<AuditEntry, 'sequence' | 'atMs'> = {
  actorId: 'key_1',
  actorName: 'Ada',
  action: 'keys.revoke',
  subject: 'key_2',
  origin: '127.0.0.1',
  result: 'done',
};

const start = () => {
  const database = openDatabase(':memory:');
  const lost: string[] = [];
  const log = createAuditLog({
    database,
    clock: createFakeClock({ epochMs: 1_000 }),
    onError: (thrown, action) => lost.push(`${action}: ${String(thrown)}`),
  });
  return { database, log, lost };
};

describe('an audit log', () => {
  it('says who did what, to what, when and from where, and what came of it', () => {
    const { log } = start();
    log.add(entry);
    log.add({
      actorId: 'local',
      actorName: 'local',
      action: 'cache.clear',
      origin: '::1',
      result: 'refused',
      reason: 'x',
    });
    expect(log.page({ limit: 10 })).toEqual({
      entries: [
        {
          sequence: 2,
          atMs: 1_000,
          actorId: 'local',
          actorName: 'local',
          action: 'cache.clear',
          origin: '::1',
          result: 'refused',
          reason: 'x',
        },
        { sequence: 1, atMs: 1_000, ...entry },
      ],
    });
  });

  it('gives a page at a time, the newest first', () => {
    const { log } = start();
    for (let count = 0; count < 5; count += 1) log.add(entry);
    const numbersOf = (beforeSequence?: number) => {
      const { entries, next } = log.page({ limit: 2, beforeSequence });
      return [entries.map(({ sequence }) => sequence), next];
    };
    expect([numbersOf(), numbersOf(4), numbersOf(2)]).toEqual([
      [[5, 4], 4],
      [[3, 2], 2],
      [[1], undefined],
    ]);
  });

  it('is empty before anything was done', () => {
    expect(start().log.page({ limit: 2 })).toEqual({ entries: [] });
  });

  it.each([
    ["UPDATE audit SET actor_name = 'Eve'", 'an audit entry is never changed'],
    ['DELETE FROM audit', 'an audit entry is never removed'],
    [
      "REPLACE INTO audit VALUES (1, 1, 'eve', 'Eve', 'nothing', NULL, '::1', 'done', NULL)",
      'an audit entry is never changed',
    ],
  ])('is only ever added to: %s', (sql, why) => {
    const { database, log } = start();
    log.add(entry);
    expect(() => database.exec(sql)).toThrow(why);
    expect(log.page({ limit: 1 }).entries).toMatchObject([entry]);
  });

  it('cuts what is longer than anybody reads', () => {
    const { log } = start();
    log.add({ ...entry, subject: 's'.repeat(1_000), reason: 'r'.repeat(1_000) });
    const [only] = log.page({ limit: 1 }).entries;
    expect([only?.subject?.length, only?.reason?.length]).toEqual([400, 400]);
  });

  it('tells of an entry that it could not write, and fails nobody', () => {
    const { database, log, lost } = start();
    database.close();
    log.add(entry);
    expect(lost).toEqual([expect.stringContaining('keys.revoke: ')]);
  });

  it('warns where nobody listens', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    const database = openDatabase(':memory:');
    const log = createAuditLog({ database, clock: createFakeClock() });
    database.close();
    log.add(entry);
    const warnings = warn.mock.calls;
    warn.mockRestore();
    expect(warnings).toEqual([[expect.stringContaining('the audit log could not note keys.revoke'), 'LedgerWarning']]);
  });
});
