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
    expect(keys.find(key)).toEqual({ kind: 'active', holder: { id, name: 'ci', role: 'client' } });
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
    expect(keys.find(key)).toEqual({ kind: 'revoked', holder: { id, name: 'ci', role: 'client' } });
  });

  it('revokes by name and says when', () => {
    const keys = inMemory();
    const { id, prefix } = keys.create({ name: 'ci' });
    const revoked = { id, name: 'ci', role: 'client', prefix, createdAtMs: 1_000, revokedAtMs: 1_000 };
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

  it('says whose a key is', () => {
    const keys = inMemory();
    const { key, ...info } = keys.create({ name: 'ci', user: 'ada', team: 'core' });
    expect(info).toMatchObject({ user: 'ada', team: 'core' });
    expect(keys.list()).toEqual([info]);
    const holder = { id: info.id, name: 'ci', role: 'client', user: 'ada', team: 'core' };
    expect(keys.find(key)).toEqual({ kind: 'active', holder });
  });

  it('says what a key may do and use', () => {
    const keys = inMemory();
    const { key } = keys.create({ name: 'ci', role: 'viewer', models: ['fast', 'openai/*'] });
    expect(keys.find(key)).toMatchObject({ holder: { role: 'viewer', models: ['fast', 'openai/*'] } });
  });

  it('gives the same list of models for the same key, so that what follows from it need not be worked out again', () => {
    const keys = inMemory();
    const { key } = keys.create({ name: 'ci', models: ['fast'] });
    const modelsOf = (): unknown => (keys.find(key) as { holder: { models: unknown } }).holder.models;
    expect(modelsOf()).toBe(modelsOf());
  });

  it('takes a role that it does not know for the least', () => {
    const database = openDatabase(':memory:');
    const { key } = createKeyStore({ database, clock }).create({ name: 'ci', role: 'admin' });
    database.exec("UPDATE keys SET role = 'god'");
    expect(createKeyStore({ database, clock }).find(key)).toMatchObject({ holder: { role: 'client' } });
  });

  it.each([
    { name: ' ' },
    { name: 'ci', user: '' },
    { name: 'ci', team: ' ' },
    { name: 'n'.repeat(201) },
    { name: 'ci', role: 'root' as 'admin' },
    { name: 'ci', models: [] },
    { name: 'ci', models: [''] },
    { name: 'ci', models: Array.from({ length: 101 }, (_, index) => `m${index}`) },
    { name: 'ci', expiresInMs: 0 },
    { name: 'ci', expiresInMs: 0.5 },
  ])('refuses what names nobody, is too long, or is of no use: %j', (key) => {
    expect(() => inMemory().create(key)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('knows a key until it expires', () => {
    const ticking = createFakeClock({ epochMs: 1_000 });
    const keys = createKeyStore({ database: openDatabase(':memory:'), clock: ticking });
    const { key, expiresAtMs } = keys.create({ name: 'ci', expiresInMs: 5_000 });
    ticking.advance(4_999);
    const before = keys.find(key).kind;
    ticking.advance(1);
    expect([expiresAtMs, before, keys.find(key).kind]).toEqual([6_000, 'active', 'expired']);
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

describe('rotation', () => {
  const start = (options: { expiresInMs?: number } = {}) => {
    const ticking = createFakeClock({ epochMs: 1_000 });
    const keys = createKeyStore({ database: openDatabase(':memory:'), clock: ticking });
    const made = keys.create({ name: 'ci', role: 'viewer', user: 'ada', ...options });
    const kindOf = (key: string | undefined): string => keys.find(key ?? '').kind;
    return { ticking, keys, made, kindOf };
  };

  it('replaces the secret and keeps everything else', () => {
    const { keys, made, kindOf } = start();
    const rotated = keys.rotate('ci');
    expect(rotated).toMatchObject({ id: made.id, name: 'ci', role: 'viewer', user: 'ada', rotatedAtMs: 1_000 });
    expect([kindOf(rotated?.key), kindOf(made.key)]).toEqual(['active', 'rotated']);
    expect([rotated?.prefix, keys.list().length]).toEqual([rotated?.key.slice(10, 14), 1]);
  });

  it('lets the secret before go on for the grace period', () => {
    const { ticking, keys, made, kindOf } = start();
    const rotated = keys.rotate(made.id, { graceMs: 1_000 });
    const during = [kindOf(rotated?.key), kindOf(made.key)];
    ticking.advance(1_000);
    expect([during, rotated?.previousUntilMs, kindOf(rotated?.key), kindOf(made.key)]).toEqual([
      ['active', 'active'],
      2_000,
      'active',
      'rotated',
    ]);
  });

  it('ends the one before the one before', () => {
    const { keys, made, kindOf } = start();
    const second = keys.rotate('ci', { graceMs: 1_000 });
    keys.rotate('ci', { graceMs: 1_000 });
    expect([kindOf(made.key), kindOf(second?.key)]).toEqual(['unknown', 'active']);
  });

  it('is no way around the expiry', () => {
    const { ticking, keys, made, kindOf } = start({ expiresInMs: 500 });
    const rotated = keys.rotate('ci', { graceMs: 1_000 });
    ticking.advance(500);
    expect([kindOf(rotated?.key), kindOf(made.key)]).toEqual(['expired', 'rotated']);
  });

  it('may give the key a new lifetime', () => {
    const { ticking, keys, kindOf } = start({ expiresInMs: 500 });
    ticking.advance(600);
    expect(() => keys.rotate('ci')).toThrow('the key ci has expired');
    expect(kindOf(keys.rotate('ci', { expiresInMs: 1_000 })?.key)).toBe('active');
  });

  it('ends with a revocation, the secret before included', () => {
    const { keys, made, kindOf } = start();
    const rotated = keys.rotate('ci', { graceMs: 1_000 });
    keys.revoke('ci');
    expect([kindOf(rotated?.key), kindOf(made.key)]).toEqual(['revoked', 'unknown']);
    expect(() => keys.rotate('ci')).toThrow('the key ci is revoked');
  });

  it('has nothing to do under an unknown name', () => {
    expect(start().keys.rotate('cd')).toBeUndefined();
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

  it('takes the keys of an older version for those of clients', () => {
    const old = openDatabase(path);
    for (const name of ['role', 'models', 'expires_at_ms', 'rotated_at_ms', 'previous_hash', 'previous_until_ms']) {
      old.exec(`ALTER TABLE keys DROP COLUMN ${name}`);
    }
    old.exec('DROP TABLE audit');
    old.exec("INSERT INTO keys (id, name, prefix, hash, created_at_ms) VALUES ('key_1', 'ci', 'abcd', x'00', 1)");
    old.pragma('user_version = 3');
    old.close();
    writeFileSync(`${path}.pepper`, Buffer.alloc(32));
    expect(open().list()).toEqual([{ id: 'key_1', name: 'ci', role: 'client', prefix: 'abcd', createdAtMs: 1 }]);
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
