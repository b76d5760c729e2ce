import type { LedgerDatabase } from './open-database.js';

/** Gathers the rows of one turn of the event loop, because a commit costs several times what a row in it does. */
export interface GroupCommit<Row> {
  /** Takes a row; it is committed in this turn. */
  add(row: Row): void;
  /** Commits what is there, before it returns. */
  flush(): void;
  /** Resolves when every row taken so far is committed or was given to `onError`. Never rejects. */
  committed(): Promise<void>;
}

export interface GroupCommitOptions<Row> {
  readonly database: LedgerDatabase;
  /** Writes one row. Called within a transaction, and again without one when the transaction failed. */
  readonly write: (row: Row) => void;
  /** Takes a row that could not be written, and why. */
  readonly onError: (thrown: unknown, row: Row) => void;
}

/** A commit of more rows gains little per row and keeps everybody else waiting. */
const MAX_ROWS = 64;

const nothingToCommit = Promise.resolve();

/** Trying again row by row would stop the process for the whole busy time-out each time. */
const isBusy = (thrown: unknown): boolean =>
  thrown !== null && typeof thrown === 'object' && 'code' in thrown && String(thrown.code).startsWith('SQLITE_BUSY');

/**
 * Creates a group commit. Rows wait in memory and not in an open transaction: each transaction begins and ends within
 * one call, so that between turns no lock is held and nobody else's statements get caught in it.
 */
export function createGroupCommit<Row>({ database, write, onError }: GroupCommitOptions<Row>): GroupCommit<Row> {
  let rows: Row[] = [];
  let turnEnd: NodeJS.Immediate | undefined;
  let waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  const writeTogether = database.transaction((batch: readonly Row[]) => batch.forEach(write)).immediate;

  const writeSingly = (batch: readonly Row[]): void => {
    for (const row of batch) {
      try {
        write(row);
      } catch (thrown) {
        onError(thrown, row);
      }
    }
  };

  const writeAll = (batch: readonly Row[]): void => {
    if (batch.length === 1) return writeSingly(batch);
    try {
      writeTogether(batch);
    } catch (thrown) {
      if (isBusy(thrown)) for (const row of batch) onError(thrown, row);
      else writeSingly(batch);
    }
  };

  const flush = (): void => {
    if (rows.length === 0) return;
    const batch = rows;
    const told = waiting;
    rows = [];
    waiting = undefined;
    clearImmediate(turnEnd);
    turnEnd = undefined;
    try {
      writeAll(batch);
    } finally {
      told?.resolve();
    }
  };

  const startWaiting = (): NonNullable<typeof waiting> => {
    let resolve = (): void => undefined;
    const promise = new Promise<void>((settle) => (resolve = settle));
    return { promise, resolve };
  };

  return {
    add(row) {
      rows.push(row);
      if (rows.length >= MAX_ROWS) flush();
      else turnEnd ??= setImmediate(flush);
    },
    flush,
    committed() {
      if (rows.length === 0) return nothingToCommit;
      waiting ??= startWaiting();
      return waiting.promise;
    },
  };
}
