import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';

import { createGroupCommit } from './group-commit.js';
import type { GroupCommit } from './group-commit.js';
import { openDatabase } from './open-database.js';
import type { LedgerDatabase } from './open-database.js';

let folder: string;
let database: LedgerDatabase;
let other: LedgerDatabase;
let rows: GroupCommit<string>;
let lost: [row: string, reason: unknown][];
let tries: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claudette-ledger-'));
  const path = join(folder, 'ledger.db');
  database = openDatabase(path);
  database.exec("CREATE TABLE letters (letter TEXT NOT NULL CHECK (letter <> 'bad')) STRICT");
  other = new Database(path, { timeout: 0 });
  lost = [];
  tries = [];
  const insert = database.prepare<[string]>('INSERT INTO letters (letter) VALUES (?)');
  rows = createGroupCommit<string>({
    database,
    write(row) {
      tries.push(row);
      insert.run(row);
    },
    onError: (thrown, row) => void lost.push([row, thrown]),
  });
});
afterEach(() => {
  other.close();
  database.close();
  rmSync(folder, { recursive: true });
});

/** What another process sees, which is what is committed. */
const committedRows = (): unknown[] => other.prepare('SELECT letter FROM letters ORDER BY rowid').pluck().all();

const busy = expect.objectContaining({ code: 'SQLITE_BUSY' });

describe('a group commit', () => {
  it('has committed every row of the turn, in order, when committed resolves', async () => {
    for (const row of ['a', 'b', 'c']) rows.add(row);
    expect(committedRows()).toEqual([]);
    await rows.committed();
    expect(committedRows()).toEqual(['a', 'b', 'c']);
  });

  it('commits at the end of the turn though nobody waits for it', async () => {
    rows.add('a');
    await new Promise(setImmediate);
    expect(committedRows()).toEqual(['a']);
  });

  it('has one promise for all who wait for the same commit, and the next rows have the next one', async () => {
    rows.add('a');
    const first = rows.committed();
    rows.add('b');
    expect(rows.committed()).toBe(first);
    await first;
    rows.add('c');
    await rows.committed();
    expect(committedRows()).toEqual(['a', 'b', 'c']);
  });

  it('keeps nobody waiting when there is nothing to commit', async () => {
    let turns = 0;
    const turn = setImmediate(() => (turns += 1));
    await rows.committed();
    clearImmediate(turn);
    expect(turns).toBe(0);
  });

  it('commits 64 rows at once and tells those who wait', async () => {
    rows.add('first');
    const told = rows.committed();
    for (let row = 2; row <= 64; row += 1) rows.add(`${row}`);
    expect(committedRows()).toHaveLength(64);
    await told;
    rows.add('65');
    expect(committedRows()).toHaveLength(64);
  });

  it('commits what is there when it is flushed, each row once', async () => {
    rows.add('a');
    const told = rows.committed();
    rows.flush();
    rows.flush();
    expect(committedRows()).toEqual(['a']);
    await told;
    await new Promise(setImmediate);
    expect(committedRows()).toEqual(['a']);
  });

  it('holds no lock while rows wait', () => {
    rows.add('a');
    rows.add('b');
    other.exec("BEGIN IMMEDIATE; INSERT INTO letters (letter) VALUES ('theirs'); COMMIT");
    rows.flush();
    expect([committedRows(), lost]).toEqual([['theirs', 'a', 'b'], []]);
  });
});

describe('a group commit that fails', () => {
  it('gives up the row that is at fault and commits the others, each once', async () => {
    for (const row of ['a', 'bad', 'c']) rows.add(row);
    await rows.committed();
    expect(committedRows()).toEqual(['a', 'c']);
    expect(lost).toEqual([['bad', expect.objectContaining({ code: 'SQLITE_CONSTRAINT_CHECK' })]]);
  });

  it('gives up a row that stands alone', async () => {
    rows.add('bad');
    await rows.committed();
    expect(lost).toEqual([['bad', expect.objectContaining({ code: 'SQLITE_CONSTRAINT_CHECK' })]]);
  });

  it('commits what still fits on a full disk', async () => {
    database.pragma(`max_page_count = ${String(database.pragma('page_count', { simple: true }))}`);
    const large = 'x'.repeat(100_000);
    for (const row of ['a', large, 'c']) rows.add(row);
    await rows.committed();
    expect(committedRows()).toEqual(['a', 'c']);
    expect(lost).toEqual([[large, expect.objectContaining({ code: 'SQLITE_FULL' })]]);
  });

  it('waits for a locked database once and not for each row', async () => {
    database.pragma('busy_timeout = 1');
    other.exec('BEGIN IMMEDIATE');
    for (const row of ['a', 'b']) rows.add(row);
    await rows.committed();
    other.exec('ROLLBACK');
    expect(lost).toEqual([
      ['a', busy],
      ['b', busy],
    ]);
    expect(tries).toEqual([]);
  });

  it('goes on with the next turn', async () => {
    database.pragma('busy_timeout = 1');
    other.exec('BEGIN IMMEDIATE');
    rows.add('a');
    await rows.committed();
    other.exec('ROLLBACK');
    rows.add('b');
    await rows.committed();
    expect([committedRows(), lost]).toEqual([['b'], [['a', busy]]]);
  });
});
