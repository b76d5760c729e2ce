import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import { GatewayError } from '@claudette/core';
import type { KeyvSqlite } from '@keyv/sqlite';

import { TIME_DIGITS, formatTime } from './entry-text.js';
import type { KeyvStore, StoreCatalogue } from './keyv-store.js';

/** How SQLite says that it works, read back after setting it. */
export interface SqlitePragmas {
  /** `wal`, but for a database in memory. */
  readonly journalMode: string;
  /** 1 is NORMAL: safe in WAL, but that a power cut may take the last writes. */
  readonly synchronous: number;
  readonly busyTimeoutMs: number;
}

export interface SqliteStore extends KeyvStore {
  readonly pragmas: SqlitePragmas;
}

const TABLE = 'replies';
const BUSY_TIMEOUT_MS = 1_000;
const PAGE_KEYS = 2_000;
const KEPT_UNTIL = `substr(value, 1, ${TIME_DIGITS})`;

/**
 * A Keyv over one SQLite file, which several processes may share. Loads the driver only now. The file is made when it does
 * not exist, readable by its owner alone; `:memory:` is a database that nobody else sees.
 *
 * @throws GatewayError `configuration_invalid` when the file cannot be opened or is not a database
 */
export async function createSqliteStore(path: string): Promise<SqliteStore> {
  try {
    if (path !== ':memory:') await createPrivateFile(path);
    return await openStore(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('configuration_invalid', `the cache cannot be opened at ${path}: ${why}`, { cause });
  }
}

async function createPrivateFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a', 0o600);
  await file.close();
}

async function openStore(path: string): Promise<SqliteStore> {
  const { Keyv } = await import('keyv');
  const { KeyvSqlite } = await import('@keyv/sqlite');
  const sqlite = new KeyvSqlite({ uri: `sqlite://${path}`, table: TABLE, busyTimeout: BUSY_TIMEOUT_MS });
  const keyv = new Keyv<string>({
    // Keyv would write a batch row by row, each in a transaction of its own.
    store: Object.assign(sqlite, { setMany: (rows: readonly StoredRow[]) => upsert(sqlite, rows) }),
    throwOnErrors: true,
    // The table is ours alone; a prefix on every key would only take space.
    namespace: '',
    // The text is ours, expiry included: no second envelope around it.
    serialize: ({ value }) => String(value),
    deserialize: (text) => ({ value: text as never, expires: undefined }),
  });
  // Errors are thrown to whoever asked; the events say the same again.
  keyv.on('error', () => undefined);
  try {
    const pragmas = await setPragmas(sqlite);
    await sqlite.query(`CREATE INDEX IF NOT EXISTS ${TABLE}_expiry ON ${TABLE} (${KEPT_UNTIL})`);
    return { keyv, pragmas, catalogue: createCatalogue(sqlite) };
  } catch (cause) {
    await sqlite.close().catch(() => undefined);
    throw cause;
  }
}

/** The driver has no option that works for these. */
async function setPragmas(sqlite: KeyvSqlite): Promise<SqlitePragmas> {
  await sqlite.query('PRAGMA journal_mode = WAL');
  await sqlite.query('PRAGMA synchronous = NORMAL');
  const { journal_mode: journalMode } = await queryOne<{ journal_mode: string }>(sqlite, 'PRAGMA journal_mode');
  const { synchronous } = await queryOne<{ synchronous: number }>(sqlite, 'PRAGMA synchronous');
  const { timeout } = await queryOne<{ timeout: number }>(sqlite, 'PRAGMA busy_timeout');
  return { journalMode, synchronous, busyTimeoutMs: timeout };
}

/** For queries that always have one row. */
const queryOne = async <Row>(sqlite: KeyvSqlite, sql: string, ...values: readonly number[]): Promise<Row> => {
  const [row] = (await sqlite.query(sql, ...values)) as [Row];
  return row;
};

interface StoredRow {
  readonly key: string;
  readonly value: string;
}

/** One statement, so one transaction. */
const upsert = async (sqlite: KeyvSqlite, rows: readonly StoredRow[]): Promise<void> => {
  const places = rows.map(() => '(?, ?)').join();
  await sqlite.query(
    `INSERT INTO ${TABLE} (key, value) VALUES ${places} ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ...rows.flatMap(({ key, value }) => [key, value]),
  );
};

const createCatalogue = (sqlite: KeyvSqlite): StoreCatalogue => {
  const remove = async (which: string, ...values: readonly (string | number)[]): Promise<readonly string[]> => {
    const sql = `DELETE FROM ${TABLE} WHERE rowid IN (SELECT rowid FROM ${TABLE} ${which}) RETURNING key`;
    const rows = (await sqlite.query(sql, ...values)) as readonly Pick<StoredRow, 'key'>[];
    return rows.map(({ key }) => key);
  };
  return {
    async readVersion() {
      const row = await queryOne<{ data_version: number }>(sqlite, 'PRAGMA data_version');
      return row.data_version;
    },
    async readPosition() {
      const sql = `SELECT coalesce(max(rowid), 0) AS position FROM ${TABLE}`;
      return (await queryOne<{ position: number }>(sqlite, sql)).position;
    },
    async listAfter(position) {
      // One text for a page: a row object for each key would hold up requests while a large store is listed.
      const page = await queryOne<{ position: number | null; keys: string | null }>(
        sqlite,
        `SELECT max(rowid) AS position, group_concat(key, char(10)) AS keys
         FROM (SELECT rowid, key FROM ${TABLE} WHERE rowid > ? ORDER BY rowid LIMIT ${PAGE_KEYS})`,
        position,
      );
      return { keys: page.keys?.split('\n') ?? [], position: page.position ?? position };
    },
    async count() {
      return (await queryOne<{ entries: number }>(sqlite, `SELECT count(*) AS entries FROM ${TABLE}`)).entries;
    },
    removeExpired: (epochMs, limit) => remove(`WHERE ${KEPT_UNTIL} <= ? LIMIT ?`, formatTime(epochMs), limit),
    removeOldest: (count) => remove('ORDER BY rowid LIMIT ?', count),
  };
};
