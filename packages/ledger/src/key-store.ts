import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { GatewayError } from '@claudette/core';
import type { Clock } from '@claudette/core';

import type { LedgerDatabase } from './open-database.js';
import { takePepper } from './pepper.js';
import type { RandomBytes } from './pepper.js';

/** What may be shown of a gateway key. */
export interface KeyInfo {
  /** The principal's id in the ledger and everywhere else. Never reused. */
  readonly id: string;
  readonly name: string;
  /** The first four of its random characters, to tell keys apart. */
  readonly prefix: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAtMs: number;
  /** Milliseconds since the Unix epoch. Absent while the key is active. */
  readonly revokedAtMs?: number;
}

/** A key that was just made: the only time the key itself is seen. */
export interface CreatedKey extends KeyInfo {
  readonly key: string;
}

/** What a key a client sent turns out to be. */
export type FoundKey =
  | { readonly kind: 'active'; readonly id: string; readonly name: string }
  | { readonly kind: 'revoked'; readonly id: string; readonly name: string }
  | { readonly kind: 'unknown' };

/** Gateway keys. Only keyed hashes are stored. */
export interface KeyStore {
  /**
   * Makes a key.
   *
   * @throws GatewayError `invalid_request` when the name is empty or an active key has it
   */
  create(options: { readonly name: string }): CreatedKey;
  /** All keys, the revoked ones too, oldest first. */
  list(): readonly KeyInfo[];
  /**
   * Revokes a key by its id or its name. One that was revoked before keeps its date. Other processes notice within half
   * a second.
   *
   * @returns the key, or undefined when there is none
   */
  revoke(idOrName: string): KeyInfo | undefined;
  /** What a key is. Answers from memory; a key or a revocation of another process counts within half a second. */
  find(key: string): FoundKey;
}

export interface KeyStoreOptions {
  /** One key store per open database: what another store on the same connection changes would go unnoticed. */
  readonly database: LedgerDatabase;
  readonly clock: Pick<Clock, 'now' | 'epochMs'>;
  /** @default node:crypto's randomBytes */
  readonly random?: RandomBytes;
}

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly hash: Buffer;
  readonly created_at_ms: number;
  readonly revoked_at_ms: number | null;
}

const KEY_START = 'claudette-';
const KEY_BYTES = 32;
const ID_BYTES = 8;
const PREFIX_CHARACTERS = 4;
const RECHECK_MS = 500;

const keyPattern = /^claudette-[A-Za-z0-9_-]{43}$/;

const unknown: FoundKey = Object.freeze({ kind: 'unknown' });

const toKeyInfo = (row: KeyRow): KeyInfo => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  createdAtMs: row.created_at_ms,
  ...(row.revoked_at_ms !== null && { revokedAtMs: row.revoked_at_ms }),
});

/**
 * The gateway keys in a ledger's database.
 *
 * @throws GatewayError `configuration_invalid` when the pepper beside the database is damaged or gone
 */
export function createKeyStore({ database, clock, random = randomBytes }: KeyStoreOptions): KeyStore {
  const pepper = takePepper(database, random);
  const insert = database.prepare<[string, string, string, Buffer, number]>(
    'INSERT INTO keys (id, name, prefix, hash, created_at_ms) VALUES (?, ?, ?, ?, ?)',
  );
  const selectActive = database.prepare<[string], KeyRow>(
    'SELECT * FROM keys WHERE name = ? AND revoked_at_ms IS NULL',
  );
  const selectAll = database.prepare<[], KeyRow>('SELECT * FROM keys ORDER BY created_at_ms, rowid');
  const selectOne = database.prepare<{ text: string }, KeyRow>(`
    SELECT * FROM keys WHERE id = $text OR name = $text
    ORDER BY id = $text DESC, revoked_at_ms IS NULL DESC, revoked_at_ms DESC LIMIT 1`);
  const setRevoked = database.prepare<[number, string]>('UPDATE keys SET revoked_at_ms = ? WHERE id = ?');

  /** SQLite counts up whenever another connection has committed. */
  const dataVersion = database.prepare<[], number>('PRAGMA data_version').pluck();

  const known = new Map<string, KeyRow>();
  let knownVersion: number | undefined;
  let checkedAt = 0;

  const hashOf = (key: string): Buffer => createHmac('sha256', pepper).update(key).digest();

  /** Under the write lock, so that no other process takes the name in between. */
  const insertUnlessTaken = database.transaction(
    (id: string, name: string, prefix: string, hash: Buffer, createdAtMs: number) => {
      if (selectActive.get(name) !== undefined) {
        throw new GatewayError('invalid_request', `there is an active key named ${name}`);
      }
      insert.run(id, name, prefix, hash, createdAtMs);
    },
  ).immediate;

  const reload = (): void => {
    known.clear();
    for (const row of selectAll.all()) known.set(row.hash.toString('base64'), row);
  };

  const reloadIfChanged = (): void => {
    checkedAt = clock.now();
    const version = dataVersion.get();
    if (version === knownVersion) return;
    reload();
    knownVersion = version;
  };

  const lookUp = (hash: Buffer): KeyRow | undefined => {
    const row = known.get(hash.toString('base64'));
    return row !== undefined && timingSafeEqual(row.hash, hash) ? row : undefined;
  };

  reloadIfChanged();

  return {
    create({ name }) {
      if (name.trim() === '') throw new GatewayError('invalid_request', 'a key needs a name');
      const secretPart = random(KEY_BYTES).toString('base64url');
      const key = `${KEY_START}${secretPart}`;
      const id = `key_${random(ID_BYTES).toString('hex')}`;
      const prefix = secretPart.slice(0, PREFIX_CHARACTERS);
      const createdAtMs = clock.epochMs();
      insertUnlessTaken(id, name, prefix, hashOf(key), createdAtMs);
      reload();
      return { id, name, prefix, createdAtMs, key };
    },
    list: () => selectAll.all().map(toKeyInfo),
    revoke(idOrName) {
      const row = selectOne.get({ text: idOrName });
      if (row === undefined || row.revoked_at_ms !== null) return row && toKeyInfo(row);
      const revokedAtMs = clock.epochMs();
      setRevoked.run(revokedAtMs, row.id);
      reload();
      return { ...toKeyInfo(row), revokedAtMs };
    },
    find(key) {
      if (!keyPattern.test(key)) return unknown;
      const hash = hashOf(key);
      if (clock.now() - checkedAt >= RECHECK_MS) reloadIfChanged();
      let row = lookUp(hash);
      if (row === undefined) {
        // A key made by another process a moment ago should work at once.
        reloadIfChanged();
        row = lookUp(hash);
      }
      if (row === undefined) return unknown;
      return { kind: row.revoked_at_ms === null ? 'active' : 'revoked', id: row.id, name: row.name };
    },
  };
}
