import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createFakeClock } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createKeyStore } from './key-store.js';
import { openDatabase } from './open-database.js';
import type { LedgerDatabase } from './open-database.js';

const clock = createFakeClock({ epochMs: 1_000 });
const inMemory = () => createKeyStore({ database: openDatabase(':memory:'), clock });
const wellFormed = `claudette-${'A'.repeat(43)}`;

describe('a key store', () => {
  it('makes keys of 32 random bytes', () => {
    expect(inMemory().create({ name: 'ci' }).key).toMatch(/^claudette-[A-Za-z0-9_-]{43}$/);
  });

  it('finds a key it made', () => {
    const keys = inMemory();
    const { key, id } = keys.create({ name: 'ci' });
    expect(keys.find(key)).toEqual({ kind: 'active', id, name: 'ci' });
  });

  it.each([[''], ['claudette-'], [wellFormed], [`${wellFormed}A`], ['sk-ant-something-else']])(
    'does not know %j',
    (key) => {
      const keys = inMemory();
      keys.create({ name: 'ci' });
      expect(keys.find(key)).toEqual({ kind: 'unknown' });
    },
  );

  it('does not know a key that differs in one character', () => {
    const keys = inMemory();
    const { key } = keys.create({ name: 'ci' });
    const other = key.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect(keys.find(other)).toEqual({ kind: 'unknown' });
  });

  it('tells a revoked key from an unknown one', () => {
    const keys = inMemory();
    const { key, id } = keys.create({ name: 'ci' });
    keys.revoke(id);
    expect(keys.find(key)).toEqual({ kind: 'revoked', id, name: 'ci' });
  });

  it('revokes by name and says when', () => {
    const keys = inMemory();
    const { id, prefix } = keys.create({ name: 'ci' });
    const revoked = { id, name: 'ci', prefix, createdAtMs: 1_000, revokedAtMs: 1_000 };
    expect([keys.revoke('ci'), keys.list()]).toEqual([revoked, [revoked]]);
  });

  it('keeps the date of the first revocation', () => {
    const ticking = createFakeClock({ epochMs: 1_000 });
    const keys = createKeyStore({ database: openDatabase(':memory:'), clock: ticking });
    keys.create({ name: 'ci' });
    keys.revoke('ci');
    ticking.advance(5_000);
    expect(keys.revoke('ci')).toMatchObject({ revokedAtMs: 1_000 });
  });

  it('has nothing to revoke under an unknown name', () => {
    expect(inMemory().revoke('ci')).toBeUndefined();
  });

  it('lists keys without anything secret', () => {
    const keys = inMemory();
    const { key, ...info } = keys.create({ name: 'ci' });
    expect([keys.list(), info.prefix]).toEqual([[info], key.slice(10, 14)]);
  });

  it('refuses a name that an active key has', () => {
    const keys = inMemory();
    keys.create({ name: 'ci' });
    expect(() => keys.create({ name: 'ci' })).toThrow(
      expect.objectContaining({ code: 'invalid_request', detail: 'there is an active key named ci' }),
    );
  });

  it('gives the name of a revoked key to a new one, and revokes that one next', () => {
    const keys = inMemory();
    keys.create({ name: 'ci' });
    keys.revoke('ci');
    const { id } = keys.create({ name: 'ci' });
    expect([keys.list().length, keys.revoke('ci')?.id]).toEqual([2, id]);
  });

  it('refuses an empty name', () => {
    expect(() => inMemory().create({ name: ' ' })).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('passes on a fault of the database', () => {
    const database = openDatabase(':memory:');
    const keys = createKeyStore({ database, clock });
    database.close();
    expect(() => keys.create({ name: 'ci' })).toThrow('The database connection is not open');
  });

  it('finds its keys from a second store in the same memory', () => {
    const database = openDatabase(':memory:');
    const { key } = createKeyStore({ database, clock }).create({ name: 'ci' });
    expect(createKeyStore({ database, clock }).find(key).kind).toBe('active');
  });
});

describe('a key store on disk', () => {
  let folder: string;
  let path: string;
  let databases: LedgerDatabase[];
  const open = (at = clock) => {
    const database = openDatabase(path);
    databases.push(database);
    return createKeyStore({ database, clock: at });
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'claudette-keys-'));
    path = join(folder, 'ledger.db');
    databases = [];
  });
  afterEach(() => {
    for (const database of databases) database.close();
    rmSync(folder, { recursive: true });
  });

  it('knows its keys after a restart', () => {
    const { key } = open().create({ name: 'ci' });
    expect(open().find(key).kind).toBe('active');
  });

  it('keeps the pepper beside the database for the owner alone', () => {
    open();
    expect([statSync(`${path}.pepper`).mode & 0o777, readFileSync(`${path}.pepper`).length]).toEqual([0o600, 32]);
  });

  it('stores neither the key nor a plain hash of it', () => {
    const { key } = open().create({ name: 'ci' });
    for (const database of databases) database.pragma('wal_checkpoint(TRUNCATE)');
    const bytes = readFileSync(path);
    expect([
      bytes.includes(key),
      bytes.includes(key.slice(10)),
      bytes.includes(Buffer.from(key.slice(10), 'base64url')),
    ]).toEqual([false, false, false]);
  });

  it('finds a key of another process at once', () => {
    const here = open();
    const { key } = open().create({ name: 'ci' });
    expect(here.find(key).kind).toBe('active');
  });

  it('sees a revocation by another process within half a second', () => {
    const ticking = createFakeClock();
    const here = open(ticking);
    const { key } = here.create({ name: 'ci' });
    open().revoke('ci');
    ticking.advance(500);
    expect(here.find(key).kind).toBe('revoked');
  });

  it('answers from memory until then', () => {
    const ticking = createFakeClock();
    const here = open(ticking);
    const { key } = here.create({ name: 'ci' });
    open().revoke('ci');
    ticking.advance(499);
    expect(here.find(key).kind).toBe('active');
  });

  it('refuses to start without the pepper its keys were made with', () => {
    open().create({ name: 'ci' });
    rmSync(`${path}.pepper`);
    expect(open).toThrow(
      expect.objectContaining({
        code: 'configuration_invalid',
        detail: expect.stringContaining('ledger.db.pepper is gone'),
      }),
    );
  });

  it('refuses to start with a damaged pepper', () => {
    open().create({ name: 'ci' });
    writeFileSync(`${path}.pepper`, 'short');
    expect(open).toThrow('ledger.db.pepper is damaged');
  });
});
