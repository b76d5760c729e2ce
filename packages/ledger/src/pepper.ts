import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

import { GatewayError } from '@claudette/core';

import type { LedgerDatabase } from './open-database.js';

/** Gives random bytes. */
export type RandomBytes = (bytes: number) => Buffer;

/** As many as the hash gives out. */
const PEPPER_BYTES = 32;
const OWNER_ONLY = 0o600;

const hasKeys = (database: LedgerDatabase): boolean =>
  database.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM keys)').pluck().get() === 1;

const pepperFromFile = (database: LedgerDatabase, random: RandomBytes): Buffer => {
  const path = `${database.name}.pepper`;
  const stored = existsSync(path) ? readFileSync(path) : undefined;
  if (stored?.length === PEPPER_BYTES) {
    chmodSync(path, OWNER_ONLY);
    return stored;
  }
  if (hasKeys(database)) {
    const fault = stored === undefined ? 'gone' : 'damaged';
    throw new GatewayError('configuration_invalid', `${path} is ${fault}; without it no gateway key can be checked`);
  }
  const pepper = random(PEPPER_BYTES);
  writeFileSync(path, pepper, { mode: OWNER_ONLY });
  return pepper;
};

const pepperFromMemory = (database: LedgerDatabase, random: RandomBytes): Buffer => {
  const stored = database.prepare<[], Buffer>("SELECT value FROM meta WHERE name = 'pepper'").pluck().get();
  if (stored !== undefined) return stored;
  const pepper = random(PEPPER_BYTES);
  database.prepare<[Buffer]>("INSERT INTO meta (name, value) VALUES ('pepper', ?)").run(pepper);
  return pepper;
};

/**
 * The secret that key hashes are made with, created when there is none. It lies beside the database and not in it, so
 * that a stolen copy of the database is no help in guessing keys; a database in memory has no beside.
 *
 * @throws GatewayError `configuration_invalid` when it is damaged, or gone while there are keys
 */
export function takePepper(database: LedgerDatabase, random: RandomBytes): Buffer {
  const take = database.memory ? pepperFromMemory : pepperFromFile;
  // Under the database's write lock, so that two processes that start together agree on one pepper.
  return database.transaction(() => take(database, random)).immediate();
}
