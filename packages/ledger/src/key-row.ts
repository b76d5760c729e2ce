import { GatewayError } from '@claudette/core';

/** What the holder of a key may do; each role may also do what those before it may. */
export const roles = ['client', 'viewer', 'admin'] as const;

/**
 * `client` asks models and sees what it asked itself; `viewer` also sees how the gateway and everybody else are doing;
 * `admin` also changes it.
 */
export type Role = (typeof roles)[number];

/** Who holds a gateway key. */
export interface KeyHolder {
  /** The principal's id in the ledger and everywhere else. Never reused; rotation keeps it. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The person it belongs to. */
  readonly user?: string;
  /** The team it belongs to. */
  readonly team?: string;
  /**
   * The only models it may use: aliases, `backend/model` and bare model ids, in which `*` is any run of characters.
   * Absent: all of them.
   */
  readonly models?: readonly string[];
}

/** What may be shown of a gateway key. Times are milliseconds since the Unix epoch. */
export interface KeyInfo extends KeyHolder {
  /** The first four of its random characters, to tell keys apart. */
  readonly prefix: string;
  readonly createdAtMs: number;
  /** From when on it is of no use any more. Absent: never. */
  readonly expiresAtMs?: number;
  /** When its secret was last replaced. */
  readonly rotatedAtMs?: number;
  /** Until when the secret before is good as well. */
  readonly previousUntilMs?: number;
  /** Absent while the key is active. */
  readonly revokedAtMs?: number;
}

/** What a key is made for. */
export interface NewKey {
  readonly name: string;
  /** @default 'client' */
  readonly role?: Role | undefined;
  readonly user?: string | undefined;
  readonly team?: string | undefined;
  /** See `KeyHolder`. @default all */
  readonly models?: readonly string[] | undefined;
  /** How long it is good. @default for ever */
  readonly expiresInMs?: number | undefined;
}

/** A key as the database has it. */
export interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly hash: Buffer;
  readonly role: string;
  readonly user: string | null;
  readonly team: string | null;
  /** A JSON array. */
  readonly models: string | null;
  readonly created_at_ms: number;
  readonly expires_at_ms: number | null;
  readonly revoked_at_ms: number | null;
  readonly rotated_at_ms: number | null;
  readonly previous_hash: Buffer | null;
  readonly previous_until_ms: number | null;
}

const parseModels = (models: string): readonly string[] => Object.freeze(JSON.parse(models) as string[]);

/** Somebody wrote into the database by hand: then it is the least. */
const toRole = (text: string): Role => roles.find((role) => role === text) ?? 'client';

export const toKeyHolder = ({ id, name, role, user, team, models }: KeyRow): KeyHolder => ({
  id,
  name,
  role: toRole(role),
  ...(user !== null && { user }),
  ...(team !== null && { team }),
  ...(models !== null && { models: parseModels(models) }),
});

export const toKeyInfo = (row: KeyRow): KeyInfo => ({
  ...toKeyHolder(row),
  prefix: row.prefix,
  createdAtMs: row.created_at_ms,
  ...(row.expires_at_ms !== null && { expiresAtMs: row.expires_at_ms }),
  ...(row.rotated_at_ms !== null && { rotatedAtMs: row.rotated_at_ms }),
  ...(row.previous_until_ms !== null && { previousUntilMs: row.previous_until_ms }),
  ...(row.revoked_at_ms !== null && { revokedAtMs: row.revoked_at_ms }),
});

const MAX_CHARACTERS = 200;
const MAX_MODELS = 100;

const refuse = (detail: string): never => {
  throw new GatewayError('invalid_request', detail);
};

const checkText = (what: string, text: string | undefined): void => {
  if (text?.trim() === '') refuse(`a key needs a ${what} that is not empty`);
  if (text !== undefined && text.length > MAX_CHARACTERS) {
    refuse(`the ${what} of a key has at most ${MAX_CHARACTERS} characters`);
  }
};

const checkModels = (models: readonly string[]): void => {
  if (models.length === 0) refuse('a key that may use no model is of no use; without a list it may use all of them');
  if (models.length > MAX_MODELS) refuse(`a key has at most ${MAX_MODELS} models; a * stands for many`);
  for (const model of models) checkText('model', model);
};

/** @throws GatewayError `invalid_request` unless it is a whole number of milliseconds above 0 */
export function checkLifetime(lifetimeMs: number | undefined): void {
  if (lifetimeMs === undefined || (Number.isSafeInteger(lifetimeMs) && lifetimeMs > 0)) return;
  refuse('a key has to be good for a while');
}

/** @throws GatewayError `invalid_request` when a text is empty or too long, or the key would never be good */
export function checkNewKey({ name, role, user, team, models, expiresInMs }: NewKey): void {
  checkText('name', name);
  checkText('user', user);
  checkText('team', team);
  if (role !== undefined && !roles.includes(role)) refuse(`the role of a key is one of ${roles.join(', ')}`);
  if (models !== undefined) checkModels(models);
  checkLifetime(expiresInMs);
}
