import { existsSync, mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { GatewayError } from '@claudette/core';
import Database from 'better-sqlite3';

import { migrate, migrations } from './migrations.js';

/** An open SQLite database with the ledger's schema. Whoever opened it closes it. */
export type LedgerDatabase = Database.Database;

/** Where the database lives when it lives in memory only. */
export const IN_MEMORY = ':memory:';

const BUSY_TIMEOUT_MS = 5_000;
const SYNCHRONOUS_NORMAL = 1;

/** What the ledger knows is nobody else's business. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** 16 MB. Moving the log into the database waits for the disk, so it is done a quarter as often as by default. */
const CHECKPOINT_PAGES = 4_000;

/** SQLite answers a pragma it cannot obey with what it does instead: network folders, for one, have no WAL. */
const setPragma = (database: LedgerDatabase, name: string, value: string | number, expected: string | number): void => {
  database.pragma(`${name} = ${value}`);
  const actual = database.pragma(name, { simple: true });
  if (actual !== expected) throw new Error(`${name} is ${String(actual)} instead of ${expected}`);
};

/** SQLite gives its log and its shared memory the mode of the database; an empty file is a new database. */
const makeFile = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
  writeFileSync(path, '', { flag: 'a', mode: FILE_MODE });
};

/** The least that a new database takes. */
const LEAST_FREE_BYTES = 65_536;

const isFull = (folder: string): boolean => {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < LEAST_FREE_BYTES;
};

/** On a full disk SQLite speaks of input and output errors. */
const reasonOf = (cause: unknown, path: string): string => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return path !== IN_MEMORY && isFull(dirname(path)) ? `the disk is full (${reason})` : reason;
};

const configure = (database: LedgerDatabase): void => {
  setPragma(database, 'busy_timeout', BUSY_TIMEOUT_MS, BUSY_TIMEOUT_MS);
  setPragma(database, 'journal_mode', 'WAL', database.memory ? 'memory' : 'wal');
  setPragma(database, 'synchronous', 'NORMAL', SYNCHRONOUS_NORMAL);
  setPragma(database, 'wal_autocheckpoint', CHECKPOINT_PAGES, CHECKPOINT_PAGES);
  const version = migrate(database);
  if (version > migrations.length) throw new Error('a newer version of Claudette wrote it');
};

/**
 * Opens the ledger's database and brings its schema up to date. A committed row survives the death of the process
 * (WAL, synchronous NORMAL); a power cut may cost the last moments but never the file.
 *
 * @param path a file, made for its owner alone (0600, its folder 0700) if it is not there, or `:memory:`
 * @throws GatewayError `configuration_invalid`, naming the path, when it cannot be opened or is not ours
 */
export function openDatabase(path: string): LedgerDatabase {
  let database: LedgerDatabase | undefined;
  try {
    if (path !== IN_MEMORY) makeFile(path);
    database = new Database(path);
    configure(database);
    return database;
  } catch (cause) {
    database?.close();
    const reason = reasonOf(cause, path);
    throw new GatewayError('configuration_invalid', `the ledger ${path} cannot be opened: ${reason}`, { cause });
  }
}
