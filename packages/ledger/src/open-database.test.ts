import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';

import { createLedger } from './ledger.js';
import { migrate, migrations } from './migrations.js';
import { openDatabase } from './open-database.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claudette-ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tablesOf = (database: Database.Database): unknown[] =>
  database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('opening a database', () => {
  it('makes its folder for the owner alone', () => {
    openDatabase(join(folder, 'new', 'ledger.db')).close();
    expect(modeOf(join(folder, 'new'))).toBe(0o700);
  });

  it('makes it for the owner alone, with all that lies beside it', () => {
    const path = join(folder, 'ledger.db');
    const database = openDatabase(path);
    const modes = [path, `${path}-wal`, `${path}-shm`].map(modeOf);
    database.close();
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });

  it('leaves the mode of one that is there as its owner wants it', () => {
    const path = join(folder, 'ledger.db');
    openDatabase(path).close();
    chmodSync(path, 0o640);
    openDatabase(path).close();
    expect(modeOf(path)).toBe(0o640);
  });

  it('has write-ahead log, normal synchronisation and a busy time-out', () => {
    const database = openDatabase(join(folder, 'ledger.db'));
    const pragmas = ['journal_mode', 'synchronous', 'busy_timeout'].map((name) =>
      database.pragma(name, { simple: true }),
    );
    database.close();
    expect(pragmas).toEqual(['wal', 1, 5000]);
  });

  it('opens one in memory', () => {
    const database = openDatabase(':memory:');
    expect(tablesOf(database)).toEqual(['audit', 'decisions', 'exchanges', 'keys', 'meta']);
    database.close();
  });

  it('brings an empty file to the newest schema', () => {
    const database = openDatabase(join(folder, 'ledger.db'));
    expect([database.pragma('user_version', { simple: true }), tablesOf(database)]).toEqual([
      migrations.length,
      ['audit', 'decisions', 'exchanges', 'keys', 'meta'],
    ]);
    database.close();
  });

  it('opens again what it made before', () => {
    const path = join(folder, 'ledger.db');
    const first = openDatabase(path);
    first.exec("INSERT INTO meta (name, value) VALUES ('kept', x'01')");
    first.close();
    const second = openDatabase(path);
    expect(second.prepare('SELECT name FROM meta').pluck().all()).toEqual(['kept']);
    second.close();
  });

  it('refuses a file that is not a database, naming it', () => {
    const path = join(folder, 'text.db');
    writeFileSync(path, 'this is not a database, and long enough to be seen as none'.repeat(10));
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', detail: expect.stringContaining(path) }),
    );
  });

  it('refuses a folder that cannot be made, naming the path', () => {
    const path = join(folder, 'file', 'ledger.db');
    writeFileSync(join(folder, 'file'), '');
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', detail: expect.stringContaining(path) }),
    );
  });

  it('refuses what a newer version wrote', () => {
    const path = join(folder, 'ledger.db');
    const database = openDatabase(path);
    database.pragma('user_version = 999');
    database.close();
    expect(() => openDatabase(path)).toThrow('a newer version of Claudette wrote it');
  });
});

describe('a migration', () => {
  const steps = ['CREATE TABLE a (x)', 'CREATE TABLE b (x)'];

  it('takes only the steps that are missing', () => {
    const database = new Database(':memory:');
    migrate(database, steps.slice(0, 1));
    migrate(database, steps);
    expect(tablesOf(database)).toEqual(['a', 'b']);
  });

  it('takes all steps or none', () => {
    const database = new Database(':memory:');
    expect(() => migrate(database, [...steps, 'CREATE TABLE a (x)'])).toThrow('already exists');
    expect([tablesOf(database), database.pragma('user_version', { simple: true })]).toEqual([[], 0]);
  });

  it('keeps the exchanges of a database of version 1, as generations of unknown size that wasted nothing', () => {
    const path = join(folder, 'ledger.db');
    const old = new Database(path);
    migrate(old, migrations.slice(0, 1));
    old.exec(`
      INSERT INTO exchanges (id, started_at_ms, dialect, stream, principal_id, requested_model, outcome, duration_ms, cache, attempts)
      VALUES ('x-old', 1, 'openai-chat', 0, 'local', 'auto', 'complete', 5.5, 'miss', 1)`);
    old.close();
    const ledger = createLedger({ database: openDatabase(path) });
    const found = ledger.find('x-old');
    ledger.close();
    expect(found).toEqual({
      id: 'x-old',
      startedAtMs: 1,
      durationMs: 5.5,
      dialect: 'openai-chat',
      operation: 'generate',
      stream: false,
      requestBytes: 0,
      principalId: 'local',
      requestedModel: 'auto',
      outcome: 'complete',
      cache: 'miss',
      attempts: 1,
      losses: [],
      tags: [],
    });
  });
});
