import type { Clock } from '@claudette/core';
import type { KeyvEntry } from 'keyv';

import { HEAD_LENGTH, TIME_DIGITS, formatTime } from '../entry/entry-text.js';
import type { KeyvStore, StoreCatalogue, StoredHead } from './keyv-store.js';
import { createPostgresPool } from './postgres-pool.js';
import type { PostgresPool } from './postgres-pool.js';
import { createStoreError, parseStoreUrl } from './store-url.js';

const ENTRIES = 'claudette_cache';
const MESSAGES = 'claudette_cache_messages';
/** What an index of Postgres surely takes. A longer key is not kept. */
const MAX_KEY_BYTES = 1_024;
const PAGE_KEYS = 500;
const KEPT_UNTIL = `left(value, ${TIME_DIGITS})`;
/** Any number that is ours. */
const LOCK = 7_316_205;

/**
 * A Keyv over two tables of a Postgres database, which many processes may share. The tables are made when they do not exist.
 * Loads the driver only now.
 *
 * @param url `postgres://` or `postgresql://`
 * @throws GatewayError `configuration_invalid` when there is no such database, or we may not read and write there
 */
export async function createPostgresStore(url: string, { clock }: { readonly clock: Clock }): Promise<KeyvStore> {
  const parsed = parseStoreUrl(url);
  const pool = await createPostgresPool(url, clock);
  try {
    await createTables(pool);
    return {
      keyv: await createKeyv(pool),
      catalogue: createCatalogue(pool),
      async ping() {
        await pool.query('SELECT 1');
      },
    };
  } catch (thrown) {
    await pool.close();
    throw createStoreError(parsed, thrown);
  }
}

/** One statement list, so one transaction; others that start at the same time wait. */
const createTables = (pool: PostgresPool): Promise<unknown> =>
  pool.query(`
    SELECT pg_advisory_xact_lock(${LOCK});
    CREATE TABLE IF NOT EXISTS ${ENTRIES} (
      key VARCHAR(${MAX_KEY_BYTES}) PRIMARY KEY, value TEXT NOT NULL, place BIGSERIAL
    );
    CREATE INDEX IF NOT EXISTS ${ENTRIES}_expiry ON ${ENTRIES} (${KEPT_UNTIL});
    CREATE INDEX IF NOT EXISTS ${ENTRIES}_place ON ${ENTRIES} (place);
    CREATE TABLE IF NOT EXISTS ${MESSAGES} (
      place BIGSERIAL PRIMARY KEY, text TEXT NOT NULL, said_at TIMESTAMPTZ NOT NULL DEFAULT now()
    )`);

async function createKeyv(pool: PostgresPool): Promise<KeyvStore['keyv']> {
  const { Keyv } = await import('keyv');
  const { KeyvPostgres } = await import('@keyv/postgres');
  /** KeyvPostgres has one pool for all stores of a process, and an error event of that pool would end the process. */
  class PooledPostgres extends KeyvPostgres {
    override connect(): Promise<PostgresPool['query']> {
      return Promise.resolve(pool.query);
    }

    override disconnect(): Promise<void> {
      return pool.close();
    }
  }
  const postgres = new PooledPostgres({ table: ENTRIES, keySize: MAX_KEY_BYTES });
  // It makes sure of its table by itself, and has every question wait for that.
  await postgres.query('SELECT 1');
  const setMany = postgres.setMany.bind(postgres);
  const keyv = new Keyv<string>({
    store: Object.assign(postgres, { setMany: (rows: readonly KeyvEntry[]) => setMany(toBatch(rows)) }),
    throwOnErrors: true,
    // The table is ours alone; a prefix on every key would only take space.
    namespace: '',
    // The text is ours, expiry included: no second envelope around it.
    serialize: ({ value }) => String(value),
    deserialize: (text) => ({ value: text as never, expires: undefined }),
  });
  // Errors are thrown to whoever asked; the events say the same again.
  keyv.on('error', () => undefined);
  return keyv;
}

/** Rows that one statement can write: each key once, and in an order in which no two processes wait for each other. */
const toBatch = (rows: readonly KeyvEntry[]): KeyvEntry[] => {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return [...byKey.values()]
    .filter(({ key }) => Buffer.byteLength(key) <= MAX_KEY_BYTES && !key.includes('\0'))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
};

function createCatalogue({ query }: PostgresPool): StoreCatalogue {
  const remove = async (which: string, ...values: readonly unknown[]): Promise<readonly string[]> => {
    const rows = await query(
      `DELETE FROM ${ENTRIES} WHERE key IN (SELECT key FROM ${ENTRIES} ${which} FOR UPDATE SKIP LOCKED) RETURNING key`,
      values,
    );
    return (rows as { key: string }[]).map(({ key }) => key);
  };
  return {
    async count() {
      const [row] = (await query(`SELECT count(*)::int AS entries FROM ${ENTRIES}`)) as [{ entries: number }];
      return row.entries;
    },
    async page(cursor = '') {
      const heads = (await query(
        `SELECT key, left(value, ${HEAD_LENGTH}) AS head FROM ${ENTRIES} WHERE key > $1 ORDER BY key LIMIT ${PAGE_KEYS}`,
        [cursor],
      )) as StoredHead[];
      return { heads, next: heads.length < PAGE_KEYS ? undefined : heads.at(-1)?.key };
    },
    async remove(keys) {
      return (await query(`DELETE FROM ${ENTRIES} WHERE key = ANY($1) RETURNING 1`, [keys])).length;
    },
    removeExpired: (epochMs, limit) => remove(`WHERE ${KEPT_UNTIL} <= $1 LIMIT $2`, formatTime(epochMs), limit),
    removeOldest: (count) => remove('ORDER BY place LIMIT $1', count),
    async announce(text) {
      // One after the other: a message with a lower place that is seen later would be missed.
      await query(
        `WITH turn AS (SELECT pg_advisory_xact_lock(${LOCK})),
              old AS (DELETE FROM ${MESSAGES} WHERE said_at < now() - interval '1 hour')
         INSERT INTO ${MESSAGES} (text) SELECT $1 FROM turn`,
        [text],
      );
    },
    async announcedSince(position) {
      if (position === undefined) {
        const [row] = await query(`SELECT coalesce(max(place), 0) AS place FROM ${MESSAGES}`);
        return { texts: [], position: (row as { place: string }).place };
      }
      const rows = (await query(`SELECT place, text FROM ${MESSAGES} WHERE place > $1 ORDER BY place`, [position])) as {
        place: string;
        text: string;
      }[];
      return { texts: rows.map(({ text }) => text), position: rows.at(-1)?.place ?? position };
    },
  };
}
