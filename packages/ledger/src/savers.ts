import type { LedgerDatabase } from './open-database.js';

export interface SaversOptions {
  /** Only exchanges that began then or later, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** Most answers. */
  readonly limit: number;
}

/** A stored answer, and what it was good for. */
export interface Saver {
  /** Under which the cache holds it. */
  readonly cacheKey: string;
  readonly hits: number;
  /** In 10^-9 of the currency of all prices; 0 where its price is unknown. */
  readonly savedNano: bigint;
}

/** There is no index on the key, which every commit would pay for: so many rows take a tenth of a second. */
const MAX_ROWS = 200_000;

const sql = `
  SELECT cache_key AS cacheKey, count(*) AS hits, coalesce(sum(saved_nano), 0) AS savedNano
  FROM (SELECT cache_key, saved_nano FROM exchanges WHERE started_at_ms >= ? ORDER BY started_at_ms DESC LIMIT ${MAX_ROWS})
  WHERE cache_key IS NOT NULL
  GROUP BY cache_key
  ORDER BY savedNano DESC, hits DESC, cacheKey
  LIMIT ?`;

/** What `Ledger.savers` gives. */
export function findSavers(database: LedgerDatabase, { sinceMs, limit }: SaversOptions): readonly Saver[] {
  const rows = database
    .prepare<[number, number], { cacheKey: string; hits: bigint; savedNano: bigint }>(sql)
    .safeIntegers()
    .all(sinceMs, limit);
  return rows.map(({ cacheKey, hits, savedNano }) => ({ cacheKey, hits: Number(hits), savedNano }));
}
