import type { ExchangeRecord } from '@claudette/core';

import { columnNames, toColumnValues, toStoredExchange } from './exchange-row.js';
import type { ColumnValue, ExchangeRow, ExchangeStart, OpenExchange } from './exchange-row.js';
import type { LedgerDatabase } from './open-database.js';
import type { UsageOptions, UsageRow } from './usage-report.js';

/** The record of every exchange: one row each, told apart by start and id, whatever happens to it. */
export interface Ledger {
  /**
   * Notes that an exchange has begun; `record` completes the row. An exchange that is on record already is left alone.
   *
   * @throws when the row cannot be written (disk full, database locked for over 5 s)
   */
  begin(start: ExchangeStart): void;
  /**
   * Notes an exchange, replacing what the ledger had of it. Synchronous: when it returns the row is in the write-ahead
   * log, and the death of the process cannot lose it.
   *
   * @throws when the row cannot be written (disk full, database locked for over 5 s)
   */
  record(record: ExchangeRecord): void;
  /** What was used, by group. See `UsageRow` for what is counted. */
  usage(options: UsageOptions): Promise<readonly UsageRow[]>;
  /**
   * What is on record of an exchange: with outcome `open` only its start. Looks from the newest back, so that a recent
   * one is found at once and an unknown id takes a walk through the whole table.
   */
  find(id: string): ExchangeRecord | OpenExchange | undefined;
  /** How many exchanges are on record. */
  count(): number;
  /** Closes the database, for everybody who uses it. */
  close(): void;
}

export interface LedgerOptions {
  readonly database: LedgerDatabase;
}

const beginSql = `
  INSERT INTO exchanges (id, started_at_ms, dialect, principal_id, requested_model, stream, outcome)
  VALUES (?, ?, ?, ?, ?, ?, 'open')
  ON CONFLICT (started_at_ms, id) DO NOTHING`;

const recordSql = `
  INSERT INTO exchanges (${columnNames.join(', ')})
  VALUES (${columnNames.map(() => '?').join(', ')})
  ON CONFLICT (started_at_ms, id) DO UPDATE SET ${columnNames.map((name) => `${name} = excluded.${name}`).join(', ')}`;

/** A ledger on an open database, which it takes over: closing the ledger closes the database. */
export function createLedger({ database }: LedgerOptions): Ledger {
  const begin = database.prepare<ColumnValue[]>(beginSql);
  const record = database.prepare<ColumnValue[]>(recordSql);
  const find = database
    .prepare<[string], ExchangeRow>('SELECT * FROM exchanges WHERE id = ? ORDER BY started_at_ms DESC LIMIT 1')
    .safeIntegers();
  const count = database.prepare<[], number>('SELECT count(*) FROM exchanges').pluck();

  return {
    begin({ id, startedAtMs, dialect, principalId, requestedModel, stream }) {
      begin.run(id, startedAtMs, dialect, principalId, requestedModel, Number(stream));
    },
    record(exchange) {
      record.run(...toColumnValues(exchange));
    },
    async usage(options) {
      // Loading kysely takes longer than the report, and a gateway that is never asked should not pay for it.
      const { reportUsage } = await import('./usage-report.js');
      return reportUsage(database, options);
    },
    find(id) {
      const row = find.get(id);
      return row && toStoredExchange(row);
    },
    count: () => count.get() ?? 0,
    close() {
      database.close();
    },
  };
}
