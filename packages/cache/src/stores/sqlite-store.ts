import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import { GatewayError } from '@claudette/core';
import type { KeyvSqlite } from '@keyv/sqlite';

import { HEAD_LENGTH, TIME_DIGITS, formatTime } from '../entry/entry-text.js';
import type { KeyvStore, PresenceSource, StoreCatalogue, StoredHead } from './keyv-store.js';

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
const ANNOUNCEMENTS = 'announcements';
/** A writer may have to wait for the writers of other processes. */
const WRITE_TIMEOUT_MS = 1_000;
/** Readers wait for nobody but one who has the whole file to itself. */
const READ_TIMEOUT_MS = 100;
const OPEN_TRIES = 4;
const KEYS_PER_LIST = 2_000;
/** So many heads are read while a lookup waits its turn. */
const HEADS_PER_PAGE = 100;
const ANNOUNCED_SECONDS = 3_600;
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
    return await openPatiently(path);
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

/** Processes that open a new file at the same time get into each other's way, without waiting for one another. */
async function openPatiently(path: string): Promise<SqliteStore> {
  for (let triesLeft = OPEN_TRIES; ;) {
    try {
      return await openStore(path);
    } catch (cause) {
      triesLeft -= 1;
      if (triesLeft === 0 || !String(cause).includes('SQLITE_BUSY')) throw cause;
    }
  }
}

async function openStore(path: string): Promise<SqliteStore> {
  const { Keyv } = await import('keyv');
  const writer = await connect(path, WRITE_TIMEOUT_MS);
  try {
    const pragmas = await setPragmas(writer);
    await createTables(writer);
    // One of its own: a write that waits for the file would hold up every lookup.
    const reader = path === ':memory:' ? writer : await connect(path, READ_TIMEOUT_MS);
    const keyv = new Keyv<string>({
      store: Object.assign(writer, {
        // Keyv would write a batch row by row, each in a transaction of its own.
        setMany: (rows: readonly StoredRow[]) => upsert(writer, rows),
        ...(reader !== writer && {
          get: (key: string) => reader.get(key),
          getMany: (keys: string[]) => reader.getMany(keys),
          disconnect: () => Promise.all([reader.close(), writer.close()]),
        }),
      }),
      throwOnErrors: true,
      // The table is ours alone; a prefix on every key would only take space.
      namespace: '',
      // The text is ours, expiry included: no second envelope around it.
      serialize: ({ value }) => String(value),
      deserialize: (text) => ({ value: text as never, expires: undefined }),
    });
    // Errors are thrown to whoever asked; the events say the same again.
    keyv.on('error', () => undefined);
    return {
      keyv,
      pragmas,
      catalogue: createCatalogue(reader, writer),
      presence: createPresence(reader, writer),
      async ping() {
        await reader.query(`SELECT rowid FROM ${TABLE} LIMIT 1`);
      },
    };
  } catch (cause) {
    await writer.close().catch(() => undefined);
    throw cause;
  }
}

/**
 * A connection that asks one question at a time. The driver would hand all of them to threads at once, of which the process
 * has few, and where they would only wait for one another.
 */
async function connect(path: string, busyTimeoutMs: number): Promise<KeyvSqlite> {
  const { KeyvSqlite } = await import('@keyv/sqlite');
  const sqlite = new KeyvSqlite({ uri: `sqlite://${path}`, table: TABLE, busyTimeout: busyTimeoutMs });
  // Said again to whoever asks.
  sqlite.on('error', () => undefined);
  const { query } = sqlite;
  let last: Promise<unknown> = Promise.resolve();
  sqlite.query = (sql, ...values) => {
    const answer = last.then(() => query(sql, ...values));
    last = answer.catch(() => undefined);
    return answer;
  };
  await sqlite.query('SELECT 1');
  return sqlite;
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

async function createTables(sqlite: KeyvSqlite): Promise<void> {
  await sqlite.query(`CREATE INDEX IF NOT EXISTS ${TABLE}_expiry ON ${TABLE} (${KEPT_UNTIL})`);
  // Places are never given twice, so that nobody takes a new message for one that was read.
  await sqlite.query(
    `CREATE TABLE IF NOT EXISTS ${ANNOUNCEMENTS}
     (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL DEFAULT (unixepoch()), text TEXT NOT NULL)`,
  );
}

const queryAll = async <Row>(sqlite: KeyvSqlite, sql: string, ...values: readonly unknown[]): Promise<readonly Row[]> =>
  (await sqlite.query(sql, ...values)) as readonly Row[];

/** For queries that always have one row. */
const queryOne = async <Row>(sqlite: KeyvSqlite, sql: string, ...values: readonly unknown[]): Promise<Row> => {
  const [row] = (await sqlite.query(sql, ...values)) as [Row];
  return row;
};

interface StoredRow {
  readonly key: string;
  readonly value: string;
}

/** One statement, so one transaction. A row that is replaced keeps its place. */
const upsert = async (sqlite: KeyvSqlite, rows: readonly StoredRow[]): Promise<void> => {
  const places = rows.map(() => '(?, ?)').join();
  await sqlite.query(
    `INSERT INTO ${TABLE} (key, value) VALUES ${places} ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ...rows.flatMap(({ key, value }) => [key, value]),
  );
};

const createCatalogue = (reader: KeyvSqlite, writer: KeyvSqlite): StoreCatalogue => {
  const remove = async (which: string, ...values: readonly unknown[]): Promise<readonly string[]> => {
    const rows = await queryAll<{ key: string }>(writer, `DELETE FROM ${TABLE} ${which} RETURNING key`, ...values);
    return rows.map(({ key }) => key);
  };
  const removeRows = (which: string, ...values: readonly unknown[]): Promise<readonly string[]> =>
    remove(`WHERE rowid IN (SELECT rowid FROM ${TABLE} ${which})`, ...values);

  return {
    async count() {
      return (await queryOne<{ entries: number }>(reader, `SELECT count(*) AS entries FROM ${TABLE}`)).entries;
    },
    async page(cursor = '0') {
      const heads = await queryAll<StoredHead & { readonly place: number }>(
        reader,
        `SELECT rowid AS place, key, substr(value, 1, ${HEAD_LENGTH}) AS head
         FROM ${TABLE} WHERE rowid > ? ORDER BY rowid LIMIT ${HEADS_PER_PAGE}`,
        Number(cursor),
      );
      const last = heads.length === HEADS_PER_PAGE ? heads.at(-1) : undefined;
      return { heads, next: last && String(last.place) };
    },
    async remove(keys) {
      return (await remove('WHERE key IN (SELECT value FROM json_each(?))', JSON.stringify(keys))).length;
    },
    removeExpired: (epochMs, limit) => removeRows(`WHERE ${KEPT_UNTIL} <= ? LIMIT ?`, formatTime(epochMs), limit),
    removeOldest: (count) => removeRows('ORDER BY rowid LIMIT ?', count),
    async announce(text) {
      await writer.query(`INSERT INTO ${ANNOUNCEMENTS} (text) VALUES (?)`, text);
      // A few of the oldest at a time: there is no index by age.
      await writer.query(
        `DELETE FROM ${ANNOUNCEMENTS} WHERE at < unixepoch() - ${ANNOUNCED_SECONDS}
         AND id IN (SELECT id FROM ${ANNOUNCEMENTS} ORDER BY id LIMIT 100)`,
      );
    },
    async announcedSince(position) {
      const { last } = await queryOne<{ last: number }>(
        reader,
        `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = '${ANNOUNCEMENTS}'), 0) AS last`,
      );
      if (position === undefined || position === String(last)) return { texts: [], position: String(last) };
      const rows = await queryAll<{ id: number; text: string }>(
        reader,
        `SELECT id, text FROM ${ANNOUNCEMENTS} WHERE id > ? ORDER BY id`,
        // Ahead of all there are: the file was made anew.
        Number(position) > last ? 0 : Number(position),
      );
      return { texts: rows.map(({ text }) => text), position: String(rows.at(-1)?.id ?? last) };
    },
  };
};

const createPresence = (reader: KeyvSqlite, writer: KeyvSqlite): PresenceSource => ({
  async readVersion() {
    // Of the writer, for which its own writes do not count.
    return (await queryOne<{ data_version: number }>(writer, 'PRAGMA data_version')).data_version;
  },
  async readPosition() {
    const sql = `SELECT coalesce(max(rowid), 0) AS position FROM ${TABLE}`;
    return (await queryOne<{ position: number }>(reader, sql)).position;
  },
  async listAfter(position) {
    // One text for a page: a row object for each key would hold up requests while a large store is listed.
    const page = await queryOne<{ position: number | null; keys: string | null }>(
      reader,
      `SELECT max(rowid) AS position, group_concat(key, char(10)) AS keys
       FROM (SELECT rowid, key FROM ${TABLE} WHERE rowid > ? ORDER BY rowid LIMIT ${KEYS_PER_LIST})`,
      position,
    );
    return { keys: page.keys?.split('\n') ?? [], position: page.position ?? position };
  },
});
