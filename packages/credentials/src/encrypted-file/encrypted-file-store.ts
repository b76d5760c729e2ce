import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';

import type { Clock } from '@claudette/core';
import { GatewayError } from '@claudette/core';

import type { CredentialStore } from '../credential-store.js';
import { createSecret, reveal } from '../secret.js';
import type { Secret } from '../secret.js';
import type { TakePassphrase } from './passphrase.js';
import { replaceFile } from './replace-file.js';
import type { ScryptParameters } from './scrypt.js';
import { defaultScrypt, deriveKey, isAllowedScrypt } from './scrypt.js';
import type { SealedHeader } from './sealed-text.js';
import { createSalt, formatSealed, openSealed, parseSealed } from './sealed-text.js';
import { withWriteLock } from './write-lock.js';

export interface EncryptedFileStoreOptions {
  readonly clock: Clock;
  readonly path: string;
  /** Asked each time the file is opened. */
  readonly passphrase: TakePassphrase;
  /** For files made from now on. At least N 16,384, r 8, p 1. @default N 32,768, r 8, p 3 */
  readonly scrypt?: ScryptParameters;
}

/** How often it is looked whether the file has changed. */
const RECHECK_MS = 1_000;
const MIN_PASSPHRASE_CHARACTERS = 12;
const OTHERS = constants.S_IRWXG | constants.S_IRWXO;

type Entries = ReadonlyMap<string, Secret>;

/** The file as it is on disk. The stamp changes whenever the file does. */
interface FileText {
  readonly stamp: string;
  /** Undefined when there is no file, or when its stamp is known. */
  readonly text?: string;
}

/** What the file holds, and the key that opened it: whoever gets it overwrites it. */
interface Opened {
  readonly entries: Entries;
  readonly header: SealedHeader;
  readonly key: Buffer;
}

const ABSENT = 'absent';
const none: Entries = new Map();

const parseEntries = (plain: string): Entries => {
  try {
    const held = Object.entries(JSON.parse(plain) as Record<string, string>);
    return new Map(held.map(([name, value]) => [name, createSecret(value)]));
  } catch (cause) {
    throw new Error('holds something else than credentials, so it was not made by Claudette', { cause });
  }
};

const formatEntries = (entries: Entries): string =>
  JSON.stringify(Object.fromEntries([...entries].sort().map(([name, secret]) => [name, reveal(secret)])));

/**
 * Credentials in one file, encrypted with AES-256-GCM under a key that scrypt derives from a passphrase. Only its owner may
 * read it; it is replaced at once or not at all, by one writer at a time. A changed file counts within a second. The
 * derived key is overwritten as soon as the file is read or written.
 *
 * All methods reject with GatewayError `configuration_invalid` when the file cannot be opened: it says which file, what is
 * wrong and what to do. Such a file is never written to.
 */
export function createEncryptedFileStore(options: EncryptedFileStoreOptions): CredentialStore {
  const { clock, path, passphrase, scrypt = defaultScrypt } = options;
  let entries = none;
  let failure: unknown;
  let stamp: string | undefined;
  let checkedAt = -Infinity;
  let checking: Promise<void> | undefined;

  const refusal = (what: string, cause?: unknown): GatewayError =>
    new GatewayError('configuration_invalid', `the credential file ${path} ${what}`, { cause });

  const toRefusal = (thrown: unknown): unknown =>
    thrown instanceof GatewayError ? thrown : refusal((thrown as Error).message, thrown);

  const refuseOthers = (mode: number): void => {
    // Windows has no such bits: a user's own folder is closed to others by its access list.
    if (process.platform === 'win32' || (mode & OTHERS) === 0) return;
    throw refusal(`can be read by other users of this machine, so it is not used; run: chmod 600 '${path}'`);
  };

  const readText = async (knownStamp?: string): Promise<FileText> => {
    let handle;
    try {
      handle = await open(path, 'r');
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return { stamp: ABSENT };
      throw refusal(`cannot be read: ${message}`, cause);
    }
    try {
      const { mode, mtimeMs, size, ino } = await handle.stat();
      refuseOthers(mode);
      const found = `${mtimeMs} ${size} ${ino}`;
      return { stamp: found, ...(found !== knownStamp && { text: await handle.readFile('utf8') }) };
    } catch (thrown) {
      throw toRefusal(thrown);
    } finally {
      await handle.close();
    }
  };

  const unseal = async (text: string, secret: Secret): Promise<Opened> => {
    const sealed = parseSealed(text);
    const key = await deriveKey(secret, sealed.header.salt, sealed.header);
    const plain = openSealed(sealed, key);
    if (plain === undefined) {
      key.fill(0);
      throw new Error('does not open with this passphrase. Give the one it was made with; nothing was changed');
    }
    return { entries: parseEntries(plain), header: sealed.header, key };
  };

  const create = async (secret: Secret): Promise<Opened> => {
    if (reveal(secret).length < MIN_PASSPHRASE_CHARACTERS) {
      throw new Error(`needs a passphrase of at least ${MIN_PASSPHRASE_CHARACTERS} characters; it was not made`);
    }
    const header = { ...scrypt, salt: createSalt() };
    return { entries: none, header, key: await deriveKey(secret, header.salt, header) };
  };

  const load = async (): Promise<void> => {
    const file = await readText(stamp);
    if (file.stamp === stamp) return;
    stamp = undefined;
    entries = none;
    if (file.text !== undefined) {
      const opened = await unseal(file.text, await passphrase(false));
      opened.key.fill(0);
      entries = opened.entries;
    }
    stamp = file.stamp;
  };

  const check = async (): Promise<void> => {
    try {
      await load();
      failure = undefined;
    } catch (thrown) {
      failure = toRefusal(thrown);
    }
    checkedAt = clock.now();
    checking = undefined;
  };

  const current = async (): Promise<Entries> => {
    if (clock.now() - checkedAt >= RECHECK_MS) await (checking ??= check());
    if (failure !== undefined) throw failure;
    return entries;
  };

  /** Writes what `change` makes of the entries; nothing when it gives them back as they are. */
  const update = async (change: (before: Entries) => Entries): Promise<void> => {
    try {
      const isNew = (await stat(path).catch(() => undefined)) === undefined;
      // Before the lock is taken: a person may have to be asked.
      const secret = await passphrase(isNew);
      await withWriteLock(`${path}.lock`, clock, async () => {
        const { text } = await readText();
        const { entries: before, header, key } = text === undefined ? await create(secret) : await unseal(text, secret);
        try {
          const after = change(before);
          if (after !== before) await replaceFile(path, formatSealed(formatEntries(after), header, key));
        } finally {
          key.fill(0);
        }
      });
      checkedAt = -Infinity;
    } catch (thrown) {
      throw toRefusal(thrown);
    }
  };

  if (!isAllowedScrypt(scrypt)) throw refusal('must not be made with scrypt parameters outside the safe range');

  return {
    name: 'file',
    advise: (name) => `store it with claudette credentials set ${name}`,
    get: async (name) => (await current()).get(name),
    list: async () => [...(await current()).keys()].sort(),
    set: (more) => update((before) => new Map([...before, ...more])),
    async remove(name) {
      if ((await readText(ABSENT)).stamp === ABSENT) return false;
      let isThere = false;
      await update((before) => {
        isThere = before.has(name);
        if (!isThere) return before;
        const after = new Map(before);
        after.delete(name);
        return after;
      });
      return isThere;
    },
  };
}
