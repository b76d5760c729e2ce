import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { GatewayError } from '@claudette/core';
import type { Clock } from '@claudette/core';

import { checkLifetime, checkNewKey, toKeyHolder, toKeyInfo } from './key-row.js';
import type { KeyHolder, KeyInfo, KeyRow, NewKey } from './key-row.js';
import type { LedgerDatabase } from './open-database.js';
import { takePepper } from './pepper.js';
import type { RandomBytes } from './pepper.js';

/** A key that was just made: the only time the key itself is seen. */
export interface CreatedKey extends KeyInfo {
  readonly key: string;
}

/** What a key a client sent turns out to be: `rotated` is one that another took the place of. */
export type FoundKey =
  | { readonly kind: 'active' | 'revoked' | 'expired' | 'rotated'; readonly holder: KeyHolder }
  | { readonly kind: 'unknown' };

export interface Rotation {
  /** How long the secret before is good as well, in milliseconds. @default 0 */
  readonly graceMs?: number | undefined;
  /** How long the key is good from now on. @default until when it was before */
  readonly expiresInMs?: number | undefined;
}

/** Gateway keys. Only keyed hashes are stored. */
export interface KeyStore {
  /**
   * Makes a key.
   *
   * @throws GatewayError `invalid_request` when a text is empty or longer than 200 characters, the lifetime is not
   * above 0, or an active key has the name
   */
  create(key: NewKey): CreatedKey;
  /** All keys, the revoked ones too, oldest first. */
  list(): readonly KeyInfo[];
  /**
   * Revokes a key by its id or its name. One that was revoked before keeps its date. Other processes notice within half
   * a second.
   *
   * @returns the key, or undefined when there is none
   */
  revoke(idOrName: string): KeyInfo | undefined;
  /**
   * Gives a key a new secret, which works at once; everything else stays, its id too. The secret before is good for the
   * grace period, and the one before that no longer.
   *
   * @returns the key, or undefined when there is none
   * @throws GatewayError `invalid_request` when it is revoked, or has expired and is to stay so
   */
  rotate(idOrName: string, rotation?: Rotation): CreatedKey | undefined;
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

const KEY_START = 'claudette-';
const KEY_BYTES = 32;
const ID_BYTES = 8;
const PREFIX_CHARACTERS = 4;
const RECHECK_MS = 500;

const keyPattern = /^claudette-[A-Za-z0-9_-]{43}$/;

const unknown: FoundKey = Object.freeze({ kind: 'unknown' });

/** A secret that is known, with what a look-up says of it while it is good and afterwards. */
interface KnownSecret {
  readonly hash: Buffer;
  readonly endsAtMs: number;
  readonly before: FoundKey;
  readonly after: FoundKey;
}

/** The secrets of a key: its own, and the one before it. */
function toKnownSecrets(row: KeyRow): readonly KnownSecret[] {
  const holder = Object.freeze(toKeyHolder(row));
  const found = (kind: 'active' | 'revoked' | 'expired' | 'rotated'): FoundKey => Object.freeze({ kind, holder });
  const before = found('active');
  if (row.revoked_at_ms !== null) {
    return [{ hash: row.hash, endsAtMs: -Infinity, before, after: found('revoked') }];
  }
  const expiresAtMs = row.expires_at_ms ?? Infinity;
  const own = { hash: row.hash, endsAtMs: expiresAtMs, before, after: found('expired') };
  if (row.previous_hash === null) return [own];
  const endsAtMs = Math.min(expiresAtMs, row.previous_until_ms ?? -Infinity);
  return [own, { hash: row.previous_hash, endsAtMs, before, after: found('rotated') }];
}

/**
 * The gateway keys in a ledger's database.
 *
 * @throws GatewayError `configuration_invalid` when the pepper beside the database is damaged or gone
 */
export function createKeyStore({ database, clock, random = randomBytes }: KeyStoreOptions): KeyStore {
  const pepper = takePepper(database, random);
  const insert = database.prepare<[KeyRow]>(`
    INSERT INTO keys (id, name, prefix, hash, role, user, team, models, created_at_ms, expires_at_ms)
    VALUES ($id, $name, $prefix, $hash, $role, $user, $team, $models, $created_at_ms, $expires_at_ms)`);
  const update = database.prepare<[KeyRow]>(`
    UPDATE keys SET prefix = $prefix, hash = $hash, expires_at_ms = $expires_at_ms, rotated_at_ms = $rotated_at_ms,
      previous_hash = $previous_hash, previous_until_ms = $previous_until_ms
    WHERE id = $id`);
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

  const known = new Map<string, KnownSecret>();
  let knownVersion: number | undefined;
  let checkedAt = 0;

  const hashOf = (key: string): Buffer => createHmac('sha256', pepper).update(key).digest();

  const makeSecret = (): { readonly key: string } & Pick<KeyRow, 'prefix' | 'hash'> => {
    const secretPart = random(KEY_BYTES).toString('base64url');
    const key = `${KEY_START}${secretPart}`;
    return { key, prefix: secretPart.slice(0, PREFIX_CHARACTERS), hash: hashOf(key) };
  };

  /** Under the write lock, so that no other process takes the name in between. */
  const insertUnlessTaken = database.transaction((row: KeyRow) => {
    if (selectActive.get(row.name) !== undefined) {
      throw new GatewayError('invalid_request', `there is an active key named ${row.name}`);
    }
    insert.run(row);
  }).immediate;

  /** Under the write lock, so that of two rotations at once each replaces what the other one made. */
  const replaceSecret = database.transaction((idOrName: string, { graceMs = 0, expiresInMs }: Rotation) => {
    const row = selectOne.get({ text: idOrName });
    if (row === undefined) return undefined;
    const nowMs = clock.epochMs();
    if (row.revoked_at_ms !== null) throw new GatewayError('invalid_request', `the key ${row.name} is revoked`);
    checkLifetime(expiresInMs);
    if (expiresInMs === undefined && row.expires_at_ms !== null && row.expires_at_ms <= nowMs) {
      throw new GatewayError('invalid_request', `the key ${row.name} has expired; say until when the new one is good`);
    }
    const { key, prefix, hash } = makeSecret();
    const rotated: KeyRow = {
      ...row,
      prefix,
      hash,
      expires_at_ms: expiresInMs === undefined ? row.expires_at_ms : nowMs + expiresInMs,
      rotated_at_ms: nowMs,
      previous_hash: row.hash,
      previous_until_ms: nowMs + graceMs,
    };
    update.run(rotated);
    return { ...toKeyInfo(rotated), key };
  }).immediate;

  const reload = (): void => {
    known.clear();
    for (const row of selectAll.all()) {
      for (const secret of toKnownSecrets(row)) known.set(secret.hash.toString('base64'), secret);
    }
  };

  const reloadIfChanged = (): void => {
    checkedAt = clock.now();
    const version = dataVersion.get();
    if (version === knownVersion) return;
    reload();
    knownVersion = version;
  };

  /** Whoever guesses learns nothing from how long it takes: what is compared is a hash that only the pepper's owner can make. */
  const lookUp = (hash: Buffer): FoundKey | undefined => {
    const secret = known.get(hash.toString('base64'));
    if (secret === undefined || !timingSafeEqual(secret.hash, hash)) return undefined;
    return secret.endsAtMs === Infinity || clock.epochMs() < secret.endsAtMs ? secret.before : secret.after;
  };

  reloadIfChanged();

  return {
    create(asked) {
      checkNewKey(asked);
      const { name, role = 'client', user, team, models, expiresInMs } = asked;
      const createdAtMs = clock.epochMs();
      const { key, prefix, hash } = makeSecret();
      const row: KeyRow = {
        id: `key_${random(ID_BYTES).toString('hex')}`,
        name,
        prefix,
        hash,
        role,
        user: user ?? null,
        team: team ?? null,
        models: models === undefined ? null : JSON.stringify(models),
        created_at_ms: createdAtMs,
        expires_at_ms: expiresInMs === undefined ? null : createdAtMs + expiresInMs,
        revoked_at_ms: null,
        rotated_at_ms: null,
        previous_hash: null,
        previous_until_ms: null,
      };
      insertUnlessTaken(row);
      reload();
      return { ...toKeyInfo(row), key };
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
    rotate(idOrName, rotation = {}) {
      const rotated = replaceSecret(idOrName, rotation);
      reload();
      return rotated;
    },
    find(key) {
      if (!keyPattern.test(key)) return unknown;
      const hash = hashOf(key);
      if (clock.now() - checkedAt >= RECHECK_MS) reloadIfChanged();
      const found = lookUp(hash);
      if (found !== undefined) return found;
      // A key made by another process a moment ago should work at once.
      reloadIfChanged();
      return lookUp(hash) ?? unknown;
    },
  };
}
