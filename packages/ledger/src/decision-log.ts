import type { Clock, DecisionRecord } from '@claudette/core';

import { formatDecision, parseDecision } from './decision-text.js';
import { toStoredExchange } from './exchange-row.js';
import type { ExchangeRow } from './exchange-row.js';
import type { LedgerDatabase } from './open-database.js';

export interface RecentDecisions {
  /** Most records to give. */
  readonly limit: number;
  /** Only exchanges of this principal. */
  readonly principalId?: string | undefined;
}

/**
 * Why exchanges went the way they went, for as many of the newest ones as it may keep. Records wait in memory for a
 * moment and are written together, so that no request waits for them; the death of the process can cost that moment.
 * What a record says of its exchange is the ledger's row: a decision whose exchange is not on record is not given.
 */
export interface DecisionLog {
  /** Takes a record, and only queues it. Once the log is closed it takes no more. */
  add(record: DecisionRecord): void;
  /**
   * The newest record of an exchange. An unknown id takes a walk through the whole log.
   *
   * @param id the exchange's id, or its first characters, at least six behind `x-`, when no other exchange has the same
   * @param principalId only an exchange of this principal
   */
  find(id: string, principalId?: string): DecisionRecord | undefined;
  /** The newest records, newest first. */
  recent(options: RecentDecisions): readonly DecisionRecord[];
  /** The newest `limit` records, oldest first, read as they are asked for. */
  all(limit: number): Iterable<DecisionRecord>;
  /** Writes what is queued, before it returns. */
  flush(): void;
  /** Writes what is queued and stops its timer. The database is closed by the ledger. */
  close(): void;
}

export interface DecisionLogOptions {
  /** The ledger's. */
  readonly database: LedgerDatabase;
  readonly clock: Pick<Clock, 'after'>;
  /** The oldest records beyond it are deleted. @default 10000 */
  readonly maxRecords?: number;
  /** Longest that a record waits to be written. @default 250 */
  readonly flushMs?: number;
  /**
   * Told of records that could not be written, and of each damaged one that was skipped. Must not throw.
   *
   * @default a warning of the process, which Node.js prints to standard error
   */
  readonly onError?: (thrown: unknown) => void;
}

/** Waits as text: what a record is made of would live long enough to be taken for something that stays. */
type Waiting = [id: string, principalId: string, atMs: number, record: string];

type DecisionRow = ExchangeRow & { readonly sequence: bigint; readonly decision: string };

/** As many are written in the next turn, without waiting any longer. */
const HURRY_AT = 256;
/** More wait only if one turn of the event loop brings them; memory is bounded all the same. */
const MAX_QUEUED = 1_024;
/** Rows in memory at once while all are read; the database is free in between. */
const PAGE_ROWS = 100;

const idStart = /^x-.{6}/;

// A cross join keeps the order of the tables: the log is walked through, its exchanges are looked up.
const select = `
  SELECT exchanges.*, decisions.sequence, decisions.record AS decision
  FROM decisions CROSS JOIN exchanges ON exchanges.started_at_ms = decisions.at_ms AND exchanges.id = decisions.id
  WHERE outcome <> 'open'`;

const ofPrincipal = '($principalId IS NULL OR decisions.principal_id = $principalId)';

const warn = (thrown: unknown): void => {
  process.emitWarning(String(thrown), 'LedgerWarning');
};

/** A decision log in a ledger's database. Whoever creates it closes it, before the ledger. */
export function createDecisionLog({
  database,
  clock,
  maxRecords = 10_000,
  flushMs = 250,
  onError = warn,
}: DecisionLogOptions): DecisionLog {
  const insert = database.prepare<Waiting>(
    'INSERT INTO decisions (id, principal_id, at_ms, record) VALUES (?, ?, ?, ?)',
  );
  const prune = database.prepare<[number]>(
    'DELETE FROM decisions WHERE sequence <= (SELECT max(sequence) FROM decisions) - ?',
  );
  const selectOne = database
    .prepare<{ id: string; principalId: string | null }, DecisionRow>(
      `${select} AND decisions.id = $id AND ${ofPrincipal} ORDER BY sequence DESC LIMIT 1`,
    )
    .safeIntegers();
  const selectIds = database
    .prepare<{ start: string; principalId: string | null }, string>(
      `SELECT DISTINCT id FROM decisions WHERE substr(id, 1, length($start)) = $start AND ${ofPrincipal} LIMIT 2`,
    )
    .pluck();
  const selectRecent = database
    .prepare<{ limit: number; principalId: string | null }, DecisionRow>(
      `${select} AND ${ofPrincipal} ORDER BY sequence DESC LIMIT $limit`,
    )
    .safeIntegers();
  const selectPage = database
    .prepare<{ after: bigint; last: bigint }, DecisionRow>(
      `${select} AND sequence > $after AND sequence <= $last ORDER BY sequence LIMIT ${PAGE_ROWS}`,
    )
    .safeIntegers();
  const selectLast = database.prepare<[], bigint | null>('SELECT max(sequence) FROM decisions').pluck().safeIntegers();

  let queue: Waiting[] = [];
  let closed = false;
  let stopTimer: (() => void) | undefined;
  let turnEnd: NodeJS.Immediate | undefined;

  const writeTogether = database.transaction((records: readonly Waiting[]) => {
    for (const record of records) insert.run(...record);
    prune.run(maxRecords);
  }).immediate;

  const flush = (): void => {
    if (queue.length === 0) return;
    const records = queue;
    queue = [];
    stopTimer?.();
    stopTimer = undefined;
    clearImmediate(turnEnd);
    try {
      writeTogether(records);
    } catch (cause) {
      onError(new Error(`${records.length} decision records could not be written: ${String(cause)}`, { cause }));
    }
  };

  const toRecord = (row: DecisionRow): DecisionRecord | undefined => {
    try {
      const exchange = toStoredExchange(row);
      return exchange.outcome === 'open' ? undefined : parseDecision(row.decision, exchange);
    } catch (cause) {
      onError(new Error(`the decision record of exchange ${row.id} is damaged: ${String(cause)}`, { cause }));
      return undefined;
    }
  };

  const toRecords = (rows: readonly DecisionRow[]): DecisionRecord[] =>
    rows.map(toRecord).filter((record) => record !== undefined);

  /** Nothing where more than one exchange begins so. */
  const selectByStart = (start: string, principalId: string | null): DecisionRow | undefined => {
    if (!idStart.test(start)) return undefined;
    const [id, another] = selectIds.all({ start, principalId });
    return id === undefined || another !== undefined ? undefined : selectOne.get({ id, principalId });
  };

  function* readAll(after: bigint, last: bigint): Generator<DecisionRecord> {
    let rows: readonly DecisionRow[];
    do {
      rows = selectPage.all({ after, last });
      after = rows.at(-1)?.sequence ?? last;
      yield* toRecords(rows);
    } while (rows.length === PAGE_ROWS);
  }

  return {
    add(record) {
      if (closed) return;
      const { id, principalId, startedAtMs } = record.exchange;
      queue.push([id, principalId, startedAtMs, formatDecision(record)]);
      if (queue.length >= MAX_QUEUED) flush();
      else if (queue.length === HURRY_AT) turnEnd = setImmediate(flush);
      else stopTimer ??= clock.after(flushMs, flush);
    },
    find(id, principal) {
      flush();
      const principalId = principal ?? null;
      const row = selectOne.get({ id, principalId }) ?? selectByStart(id, principalId);
      return row && toRecord(row);
    },
    recent({ limit, principalId = null }) {
      flush();
      return toRecords(selectRecent.all({ limit, principalId }));
    },
    all(limit) {
      flush();
      const last = selectLast.get() ?? 0n;
      return readAll(last - BigInt(limit), last);
    },
    flush,
    close() {
      closed = true;
      flush();
    },
  };
}
