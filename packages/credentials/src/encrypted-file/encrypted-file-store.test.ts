import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  utimesSync,
  writeFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createFakeClock } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { storeContract } from '../__fixtures__/store-contract.js';
import type { CredentialStore } from '../credential-store.js';
import { createSecret, reveal } from '../secret.js';
import { createEncryptedFileStore } from './encrypted-file-store.js';
import { createPassphrase } from './passphrase.js';
import { deriveKey } from './scrypt.js';
import { formatSealed, parseSealed } from './sealed-text.js';

const PASSPHRASE = 'correct horse battery';
/** The weakest that is allowed, so that the tests are quick. */
const scrypt = { N: 16_384, r: 8, p: 1 };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claudette-credentials-'));
  path = join(folder, 'data', 'credentials.enc');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = createFakeClock({ epochMs: Date.now() });

const open = (passphrase = PASSPHRASE): CredentialStore =>
  createEncryptedFileStore({
    clock,
    path,
    scrypt,
    passphrase: createPassphrase({ environment: { CLAUDETTE_PASSPHRASE: passphrase } }),
  });

const put = (store: CredentialStore, name: string, value: string): Promise<void> =>
  store.set(new Map([[name, createSecret(value)]]));

const valueOf = async (store: CredentialStore, name = 'lab'): Promise<string | undefined> => {
  const secret = await store.get(name);
  return secret && reveal(secret);
};

const text = (): string => readFileSync(path, 'utf8');

/** Writes the file again with another header, checksum and all. */
const forge = (change: Readonly<Record<string, unknown>>): void => {
  const [header = '', body = ''] = text().split('\n');
  const forged = `${JSON.stringify({ ...(JSON.parse(header) as object), ...change })}\n${body}\n`;
  writeFileSync(path, `${forged}sha256:${createHash('sha256').update(forged).digest('hex')}\n`, { mode: 0o600 });
};
describe('the encrypted file', () => {
  it.each(storeContract)('$name', ({ run }) => run(() => open()));

  it('holds neither names nor values in the clear', async () => {
    await put(open(), 'secret-name', 'secret-value');
    expect(text()).not.toMatch(/secret-/);
    expect(Buffer.from(text().split('\n')[1] ?? '', 'base64').toString('latin1')).not.toMatch(/secret-/);
  });

  it('may be read by its owner alone, and leaves nothing beside it', async () => {
    await put(open(), 'lab', 'value');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'data'))).toEqual(['credentials.enc']);
  });

  it('says how it was made: version, cipher, scrypt parameters', async () => {
    await put(open(), 'lab', 'value');
    expect(JSON.parse(text().split('\n')[0] ?? '')).toMatchObject({
      format: 'claudette-credentials',
      version: 1,
      cipher: 'aes-256-gcm',
      kdf: 'scrypt',
      ...scrypt,
    });
  });

  it('has its own salt and a fresh initialisation vector each time it is written', async () => {
    const header = (): { salt: string; iv: string } => JSON.parse(text().split('\n')[0] ?? '') as never;
    await put(open(), 'lab', 'value');
    const first = header();
    await put(open(), 'lab', 'value');
    const second = header();
    rmSync(path);
    await put(open(), 'lab', 'value');
    expect(second.salt).toBe(first.salt);
    expect(second.iv).not.toBe(first.iv);
    expect(header().salt).not.toBe(first.salt);
  });

  it('is made by default with parameters that cost 32 MiB and a tenth of a second', async () => {
    const passphrase = createPassphrase({ environment: { CLAUDETTE_PASSPHRASE: PASSPHRASE } });
    await put(createEncryptedFileStore({ clock, path, passphrase }), 'lab', 'value');
    expect(parseSealed(text()).header).toMatchObject({ N: 32_768, r: 8, p: 3 });
    expect(await valueOf(open())).toBe('value');
  });

  it.each([
    [{ N: 8_192, r: 8, p: 1 }],
    [{ N: 20_000, r: 8, p: 1 }],
    [{ N: 16_384, r: 4, p: 1 }],
    [{ N: 16_384, r: 8, p: 0 }],
    [{ N: 2 ** 24, r: 8, p: 1 }],
  ])('is not made with parameters that are weak or absurd: %j', (weak) => {
    const passphrase = createPassphrase({ environment: {} });
    expect(() => createEncryptedFileStore({ clock, path, passphrase, scrypt: weak })).toThrow('safe range');
  });

  it('is not made with a passphrase that is soon guessed', async () => {
    await expect(put(open('hunter2'), 'lab', 'value')).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: expect.stringContaining('at least 12 characters'),
    });
    expect(existsSync(path)).toBe(false);
  });

  it('opens with the same passphrase in another Unicode form', async () => {
    await put(open('pass phrase caf\u00e9'), 'lab', 'value');
    expect(await valueOf(open('pass phrase cafe\u0301'))).toBe('value');
  });

  it('needs no passphrase as long as it does not exist', async () => {
    const store = createEncryptedFileStore({ clock, path, passphrase: createPassphrase({ environment: {} }) });
    expect([await store.get('lab'), await store.list(), await store.remove('lab')]).toEqual([undefined, [], false]);
  });

  it('stays a link where it is one', async () => {
    await put(open(), 'lab', 'before');
    const real = path;
    path = join(folder, 'link.enc');
    symlinkSync(real, path);
    await put(open(), 'lab', 'after');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    path = real;
    expect(await valueOf(open())).toBe('after');
  });
});

describe('rotation', () => {
  it('reads a changed file within a second', async () => {
    const running = open();
    await put(open(), 'lab', 'before');
    expect(await valueOf(running)).toBe('before');
    await put(open(), 'lab', 'after');
    expect(await valueOf(running)).toBe('before');
    clock.advance(1_000);
    expect(await valueOf(running)).toBe('after');
  });

  it('notices that the file is gone', async () => {
    const running = open();
    await put(running, 'lab', 'value');
    expect(await valueOf(running)).toBe('value');
    rmSync(path);
    clock.advance(1_000);
    expect(await valueOf(running)).toBeUndefined();
  });

  it('opens the file once for many at a time, and not again while it is the same', async () => {
    await put(open(), 'lab', 'value');
    let asked = 0;
    const passphrase = async () => {
      asked += 1;
      return createSecret(PASSPHRASE);
    };
    const store = createEncryptedFileStore({ clock, path, passphrase });
    await Promise.all([valueOf(store), valueOf(store)]);
    clock.advance(5_000);
    await valueOf(store);
    expect(asked).toBe(1);
  });

  it('works again once the file is put right', async () => {
    const running = open();
    await put(open(), 'lab', 'value');
    const good = text();
    writeFileSync(path, good.slice(0, -9));
    await expect(valueOf(running)).rejects.toThrow('damaged');
    writeFileSync(path, good);
    await expect(valueOf(running)).rejects.toThrow('damaged');
    clock.advance(1_000);
    expect(await valueOf(running)).toBe('value');
  });
});

describe('a file that cannot be opened', () => {
  const refuses = async (words: string, passphrase?: string): Promise<void> => {
    const before = existsSync(path) && statSync(path).isFile() ? text() : undefined;
    const refusal = { code: 'configuration_invalid', detail: expect.stringContaining(words) };
    const located = { detail: expect.stringContaining(path) };
    await expect(valueOf(open(passphrase))).rejects.toMatchObject(refusal);
    await expect(open(passphrase).list()).rejects.toMatchObject(located);
    await expect(put(open(passphrase), 'new', 'value')).rejects.toMatchObject(refusal);
    await expect(open(passphrase).remove('lab')).rejects.toMatchObject(refusal);
    if (before !== undefined) expect(text()).toBe(before);
    expect(readdirSync(join(folder, 'data'))).toEqual(['credentials.enc']);
  };

  beforeEach(() => put(open(), 'lab', 'value'));

  it('is told from a wrong passphrase, and neither is written to', async () => {
    await refuses('does not open with this passphrase', 'another passphrase');
  });

  it('is found damaged whichever byte is changed', () => {
    const good = readFileSync(path);
    for (let place = 0; place < good.length; place += 1) {
      for (const bit of [1, 32, 128]) {
        const bad = Buffer.from(good);
        bad.writeUInt8(good.readUInt8(place) ^ bit, place);
        expect(() => parseSealed(bad.toString('utf8'))).toThrow('is damaged');
      }
    }
  });

  it('is found damaged wherever it is cut, and when something was added', () => {
    const good = text();
    for (let length = 0; length < good.length; length += 1) {
      expect(() => parseSealed(good.slice(0, length))).toThrow('is damaged');
    }
    expect(() => parseSealed(`${good}\n`)).toThrow('is damaged');
  });

  it('is not overwritten when it is damaged', async () => {
    writeFileSync(path, text().replace('aes', 'Aes'));
    await refuses('is damaged');
  });

  it('is not overwritten when it is empty', async () => {
    writeFileSync(path, '');
    await refuses('is damaged');
  });

  it.each([
    [{ version: 2 }, 'has version 2, and this Claudette reads 1: use a newer one'],
    [{ format: 'other' }, 'is not a credential file'],
    [{ N: 2 }, 'outside the safe range'],
    [{ N: 2 ** 30 }, 'outside the safe range'],
    [{ salt: 'AA==' }, 'is incomplete'],
    [{ iv: 7 }, 'is incomplete'],
  ])('is refused when its header says %j', async (change, words) => {
    forge(change);
    await refuses(words);
  });

  it('is refused when its header was changed by somebody who knows the format', async () => {
    forge({ note: 'hello' });
    await refuses('does not open');
  });

  it('is refused with the command to run when others can read it', async () => {
    chmodSync(path, 0o640);
    await refuses(`run: chmod 600 '${path}'`);
  });

  it('is refused when something else has its name', async () => {
    rmSync(path);
    mkdirSync(path, { mode: 0o700 });
    await refuses('EISDIR');
  });

  it('is not asked for a person each time: what fails is tried once a second', async () => {
    let asked = 0;
    const passphrase = async () => {
      asked += 1;
      return createSecret('another passphrase');
    };
    const store = createEncryptedFileStore({ clock, path, passphrase });
    for (let time = 0; time < 3; time += 1) await expect(store.get('lab')).rejects.toThrow('does not open');
    expect(asked).toBe(1);
  });

  it('is refused when something else than credentials was encrypted', async () => {
    const { header } = parseSealed(text());
    const key = await deriveKey(createSecret(PASSPHRASE), header.salt, header);
    writeFileSync(path, formatSealed('not json', header, key));
    await refuses('holds something else');
  });
});

describe('writers', () => {
  it('in great number lose nothing of each other', async () => {
    const names = Array.from({ length: 8 }, (_, n) => `name${n}`);
    await Promise.all(names.map((name) => put(open(), name, `value of ${name}`)));
    expect(await open().list()).toEqual(names);
  });

  it('wait no longer than ten seconds for a lock, and say whose file it is', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(`${path}.lock`, 'somebody');
    const impatient = createFakeClock({ epochMs: Date.now() });
    const now = (): number => {
      impatient.advance(4_000);
      return impatient.now();
    };
    const passphrase = createPassphrase({ environment: { CLAUDETTE_PASSPHRASE: PASSPHRASE } });
    const store = createEncryptedFileStore({
      clock: { ...impatient, now, epochMs: () => Date.now() },
      path,
      passphrase,
    });
    await expect(put(store, 'lab', 'value')).rejects.toMatchObject({
      detail: `the credential file ${path} is being written by another process (its lock is ${path}.lock). Try again in half a minute`,
    });
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe('somebody');
  });

  it('take over a lock that a crash left behind', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(`${path}.lock`, 'nobody');
    const longAgo = clock.epochMs() / 1000 - 31;
    utimesSync(`${path}.lock`, longAgo, longAgo);
    await Promise.all([put(open(), 'a', 'value'), put(open(), 'b', 'value')]);
    expect(await open().list()).toEqual(['a', 'b']);
    expect(readdirSync(join(folder, 'data'))).toEqual(['credentials.enc']);
  });
});
