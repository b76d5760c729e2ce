import type { ExchangeRecord } from '@claudette/core';

import { columnNames, toColumnValues, toStoredExchange } from './exchange-row.js';
import type { ColumnValue, ExchangeRow, ExchangeStart, OpenExchange } from './exchange-row.js';
import { createGroupCommit } from './group-commit.js';
import type { LedgerDatabase } from './open-database.js';
import { findSavers } from './savers.js';
import type { Saver, SaversOptions } from './savers.js';
import type { UsageOptions, UsageRow } from './usage-report.js';

/**
 * The record of every exchange: one row each, told apart by start and id, whatever happens to it. What is noted in one
 * turn of the event loop is committed together at its end, or sooner when there are 64 rows or somebody reads.
 */
export interface Ledger {
  /** Notes that an exchange has begun; `record` completes the row. An exchange that is on record already is left alone. */
  begin(start: ExchangeStart): void;
  /** Notes an exchange, replacing what the ledger had of it. Await `committed` before anybody hears of its end. */
  record(record: ExchangeRecord): void;
  /**
   * Resolves when everything noted so far is in the write-ahead log, where the death of the process cannot lose it, or
   * was given to `onError`. Never rejects: an answer is worth more than its row. At once when nothing is to be committed.
   */
  committed(): Promise<void>;
  /** What was used, by group. See `UsageRow` for what is counted. */
  usage(options: UsageOptions): Promise<readonly UsageRow[]>;
  /** The stored answers that saved most, the best first. Of at most 200,000 exchanges, the latest. */
  savers(options: SaversOptions): readonly Saver[];
  /**
   * What is on record of an exchange: with outcome `open` only its start. Looks from the newest back, so that a recent
   * one is found at once and an unknown id takes a walk through the whole table.
   */
  find(id: string): ExchangeRecord | OpenExchange | undefined;
  /** How many exchanges are on record. */
  count(): number;
  /** Commits what was noted and closes the database, for everybody who uses it. */
  close(): void;
}

export interface LedgerOptions {
  readonly database: LedgerDatabase;
  /**
   * Takes an exchange that could not be written, and why: the disk is full, another process kept the database locked for
   * over 5 s. The others of its turn are written all the same where that is possible. Must not throw.
   *
   * @default a warning of the process, which Node.js prints to standard error
   */
  readonly onError?: (thrown: unknown, exchange: ExchangeStart | ExchangeRecord) => void;
}

/** Either what begins or what ended. */
type Note =
  | { readonly kind: 'begin'; readonly exchange: ExchangeStart }
  | { readonly kind: 'record'; readonly exchange: ExchangeRecord };

const beginSql = `
  INSERT INTO exchanges (id, started_at_ms, dialect, operation, stream, request_bytes, principal_id, requested_model, outcome)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open')
  ON CONFLICT (started_at_ms, id) DO NOTHING`;

const toStartValues = (start: ExchangeStart): ColumnValue[] => [
  start.id,
  start.startedAtMs,
  start.dialect,
  start.operation,
  Number(start.stream),
  start.requestBytes,
  start.principalId,
  start.requestedModel,
];

const recordSql = `
  INSERT INTO exchanges (${columnNames.join(', ')})
  VALUES (${columnNames.map(() => '?').join(', ')})
  ON CONFLICT (started_at_ms, id) DO UPDATE SET ${columnNames.map((name) => `${name} = excluded.${name}`).join(', ')}`;

const warnOfLoss = (thrown: unknown, { id }: ExchangeStart): void => {
  process.emitWarning(`the ledger could not write exchange ${id}: ${String(thrown)}`, 'LedgerWarning');
};

/** A ledger on an open database, which it takes over: closing the ledger closes the database. */
export function createLedger({ database, onError = warnOfLoss }: LedgerOptions): Ledger {
  const insertStart = database.prepare<ColumnValue[]>(beginSql);
  const upsert = database.prepare<ColumnValue[]>(recordSql);
  const find = database
    .prepare<[string], ExchangeRow>('SELECT * FROM exchanges WHERE id = ? ORDER BY started_at_ms DESC LIMIT 1')
    .safeIntegers();
  const count = database.prepare<[], number>('SELECT count(*) FROM exchanges').pluck();

  const notes = createGroupCommit<Note>({
    database,
    write(note) {
      if (note.kind === 'record') upsert.run(...toColumnValues(note.exchange));
      else insertStart.run(...toStartValues(note.exchange));
    },
    onError: (thrown, { exchange }) => onError(thrown, exchange),
  });

  return {
    begin: (exchange) => notes.add({ kind: 'begin', exchange }),
    record: (exchange) => notes.add({ kind: 'record', exchange }),
    committed: notes.committed,
    async usage(options) {
      // Loading kysely takes longer than the report, and a gateway that is never asked should not pay for it.
      const { reportUsage } = await import('./usage-report.js');
      notes.flush();
      return reportUsage(database, options);
    },
    savers(options) {
      notes.flush();
      return findSavers(database, options);
    },
    find(id) {
      notes.flush();
      const row = find.get(id);
      return row && toStoredExchange(row);
    },
    count() {
      notes.flush();
      return count.get() ?? 0;
    },
    close() {
      notes.flush();
      database.close();
    },
  };
}
