import type { Database } from 'better-sqlite3';

/**
 * The schema, one step per entry; `user_version` says how many were taken. Forward only: a published entry is never
 * changed, a new one is added behind it.
 */
export const migrations: readonly string[] = [
  `
  -- Clustered by time: a commit touches one page at the end instead of one per index, which halves its cost.
  CREATE TABLE exchanges (
    id TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    duration_ms REAL,
    first_content_ms REAL,
    dialect TEXT NOT NULL,
    stream INTEGER NOT NULL,
    principal_id TEXT NOT NULL,
    requested_model TEXT NOT NULL,
    backend TEXT,
    model TEXT,
    provider TEXT,
    target_dialect TEXT,
    outcome TEXT NOT NULL,
    error_code TEXT,
    finish_reason TEXT,
    cache TEXT,
    attempts INTEGER,
    input_tokens INTEGER,
    cached_input_tokens INTEGER,
    cache_write_tokens INTEGER,
    cache_write_1h_tokens INTEGER,
    output_tokens INTEGER,
    reasoning_tokens INTEGER,
    usage_source TEXT,
    cost_nano INTEGER,
    cost_currency TEXT,
    saved_nano INTEGER,
    saved_currency TEXT,
    price_version TEXT,
    losses TEXT,
    tags TEXT,
    PRIMARY KEY (started_at_ms, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    created_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX keys_active_name ON keys (name) WHERE revoked_at_ms IS NULL;

  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE exchanges ADD COLUMN operation TEXT;
  ALTER TABLE exchanges ADD COLUMN request_bytes INTEGER;
  ALTER TABLE exchanges ADD COLUMN wasted_nano INTEGER;
  ALTER TABLE exchanges ADD COLUMN wasted_currency TEXT;

  -- No index on the id: it would double what a commit writes, and a look-up walks through some thousand rows at most.
  CREATE TABLE decisions (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE keys ADD COLUMN user TEXT;
  ALTER TABLE keys ADD COLUMN team TEXT;

  -- Of the stored answer that was given: tells which ones are worth having in memory.
  ALTER TABLE exchanges ADD COLUMN cache_key TEXT;
  `,
  `
  -- Keys that are there asked models before there were roles, and may go on doing that.
  ALTER TABLE keys ADD COLUMN role TEXT NOT NULL DEFAULT 'client';
  ALTER TABLE keys ADD COLUMN models TEXT;
  ALTER TABLE keys ADD COLUMN expires_at_ms INTEGER;
  ALTER TABLE keys ADD COLUMN rotated_at_ms INTEGER;
  ALTER TABLE keys ADD COLUMN previous_hash BLOB;
  ALTER TABLE keys ADD COLUMN previous_until_ms INTEGER;

  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    origin TEXT NOT NULL,
    result TEXT NOT NULL,
    reason TEXT
  ) STRICT;
  CREATE TRIGGER audit_stays_as_it_is BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END;
  CREATE TRIGGER audit_is_not_written_over BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END;
  CREATE TRIGGER audit_stays_complete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'an audit entry is never removed'); END;
  `,
];

const versionOf = (database: Database): number => Number(database.pragma('user_version', { simple: true }));

/**
 * Takes the steps the database has not taken yet, all or none. Safe to run from several processes at once.
 *
 * @returns the version the database was at; greater than the number of steps when a newer program wrote it, in which
 * case nothing is changed
 */
export function migrate(database: Database, steps: readonly string[] = migrations): number {
  const takeSteps = database.transaction(() => {
    const version = versionOf(database);
    for (const step of steps.slice(version)) database.exec(step);
    if (version < steps.length) database.pragma(`user_version = ${steps.length}`);
    return version;
  });
  const version = versionOf(database);
  return version < steps.length ? takeSteps.immediate() : version;
}
