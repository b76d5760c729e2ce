import type { Clock } from '@claudette/core';

import type { LedgerDatabase } from './open-database.js';

/** Something an administrator did, or tried to do. Never holds a secret: no key, no body. */
export interface AuditEntry {
  /** Counts up from 1, without gaps. */
  readonly sequence: number;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** The principal's id: a key's, or `local`. */
  readonly actorId: string;
  readonly actorName: string;
  /** What was done, e.g. `keys.revoke`. */
  readonly action: string;
  /** To what: an id or a name. Absent where the action says it all. */
  readonly subject?: string;
  /** From where: a network address, or `command line`. */
  readonly origin: string;
  readonly result: AuditResult;
  /** Why it was refused or failed, as an error code or an HTTP status. */
  readonly reason?: string;
}

export type AuditResult = 'done' | 'refused' | 'failed';

export interface AuditPageOptions {
  /** Most entries to give. */
  readonly limit: number;
  /** Only entries older than this one. */
  readonly beforeSequence?: number | undefined;
}

export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** `beforeSequence` of the next page. Absent when there is none. */
  readonly next?: number;
}

/** What administrators did. Append-only: the database itself refuses to change or remove an entry. */
export interface AuditLog {
  /** On disk when it returns, or given to `onError`: what was done is done. */
  add(entry: Omit<AuditEntry, 'sequence' | 'atMs'>): void;
  page(options: AuditPageOptions): AuditPage;
}

export interface AuditLogOptions {
  /** The ledger's. */
  readonly database: LedgerDatabase;
  readonly clock: Pick<Clock, 'epochMs'>;
  /**
   * Told of an entry that could not be written. Must not throw.
   *
   * @default a warning of the process, which Node.js prints to standard error
   */
  readonly onError?: (thrown: unknown, action: string) => void;
}

interface AuditRow {
  readonly sequence: number;
  readonly at_ms: number;
  readonly actor_id: string;
  readonly actor_name: string;
  readonly action: string;
  readonly subject: string | null;
  readonly origin: string;
  readonly result: AuditResult;
  readonly reason: string | null;
}

const MAX_CHARACTERS = 400;

const toEntry = (row: AuditRow): AuditEntry => ({
  sequence: row.sequence,
  atMs: row.at_ms,
  actorId: row.actor_id,
  actorName: row.actor_name,
  action: row.action,
  ...(row.subject !== null && { subject: row.subject }),
  origin: row.origin,
  result: row.result,
  ...(row.reason !== null && { reason: row.reason }),
});

const warnOfLoss = (thrown: unknown, action: string): void => {
  process.emitWarning(`the audit log could not note ${action}: ${String(thrown)}`, 'LedgerWarning');
};

/** The audit log in a ledger's database. */
export function createAuditLog({ database, clock, onError = warnOfLoss }: AuditLogOptions): AuditLog {
  const insert = database.prepare<Omit<AuditRow, 'sequence'>>(`
    INSERT INTO audit (at_ms, actor_id, actor_name, action, subject, origin, result, reason)
    VALUES ($at_ms, $actor_id, $actor_name, $action, $subject, $origin, $result, $reason)`);
  const select = database.prepare<{ before: number; limit: number }, AuditRow>(
    'SELECT * FROM audit WHERE sequence < $before ORDER BY sequence DESC LIMIT $limit',
  );
  return {
    add({ actorId, actorName, action, subject, origin, result, reason }) {
      try {
        insert.run({
          at_ms: clock.epochMs(),
          actor_id: actorId,
          actor_name: actorName,
          action,
          subject: subject?.slice(0, MAX_CHARACTERS) ?? null,
          origin,
          result,
          reason: reason?.slice(0, MAX_CHARACTERS) ?? null,
        });
      } catch (thrown) {
        onError(thrown, action);
      }
    },
    page({ limit, beforeSequence = Number.MAX_SAFE_INTEGER }) {
      // One more than asked for tells whether there is another page.
      const rows = select.all({ before: beforeSequence, limit: limit + 1 });
      const entries = rows.slice(0, limit).map(toEntry);
      const last = entries.at(-1);
      return { entries, ...(rows.length > limit && last && { next: last.sequence }) };
    },
  };
}
