import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

import type { ScryptParameters } from './scrypt.js';
import { isAllowedScrypt } from './scrypt.js';

/** What stands readable at the beginning of the file. */
export interface SealedHeader extends ScryptParameters {
  readonly salt: Buffer;
}

/** A file that was taken apart, but not opened. */
export interface Sealed {
  readonly header: SealedHeader;
  readonly iv: Buffer;
  /** Ciphertext and, behind it, its tag. */
  readonly sealed: Buffer;
  /** The header's line, which the tag vouches for too. */
  readonly headerLine: string;
}

const FORMAT = 'claudette-credentials';
const VERSION = 1;
const CIPHER = 'aes-256-gcm';
const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;

const checksumLine = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

export const createSalt = (): Buffer => randomBytes(SALT_BYTES);

/**
 * The file's text: a line of JSON with all that is needed to derive the key, a line of Base64 with what it opens, and a
 * checksum, which tells a damaged file from a wrong passphrase. Every version begins and ends so.
 */
export function formatSealed(plain: string, { salt, N, r, p }: SealedHeader, key: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const names = { format: FORMAT, version: VERSION, cipher: CIPHER, kdf: 'scrypt', N, r, p };
  const headerLine = JSON.stringify({ ...names, salt: salt.toString('base64'), iv: iv.toString('base64') });
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(headerLine));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const body = `${headerLine}\n${sealed.toString('base64')}\n`;
  return `${body}${checksumLine(body)}\n`;
}

const toBytes = (value: unknown, length: number): Buffer | undefined => {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
  return bytes?.length === length ? bytes : undefined;
};

/**
 * Takes the file's text apart.
 * @throws Error with what is wrong, as the end of a sentence that begins with the file's name
 */
export function parseSealed(text: string): Sealed {
  const [headerLine = '', body = '', checksum, end, ...more] = text.split('\n');
  if (checksum !== checksumLine(`${headerLine}\n${body}\n`) || end !== '' || more.length > 0) {
    throw new Error('is damaged: it is cut off or was changed. Put a copy in its place, or remove it and begin anew');
  }
  const header = JSON.parse(headerLine) as Partial<Record<string, unknown>>;
  if (header['format'] !== FORMAT) throw new Error('is not a credential file');
  if (header['version'] !== VERSION) {
    throw new Error(`has version ${String(header['version'])}, and this Claudette reads ${VERSION}: use a newer one`);
  }
  const parameters = { N: Number(header['N']), r: Number(header['r']), p: Number(header['p']) };
  if (!isAllowedScrypt(parameters)) {
    throw new Error(
      'names scrypt parameters outside the safe range, so it was not made by Claudette; it is not opened',
    );
  }
  const salt = toBytes(header['salt'], SALT_BYTES);
  const iv = toBytes(header['iv'], IV_BYTES);
  const sealed = Buffer.from(body, 'base64');
  if (salt === undefined || iv === undefined || sealed.length < TAG_BYTES) {
    throw new Error('is incomplete, so it was not made by Claudette; it is not opened');
  }
  return { header: { ...parameters, salt }, iv, sealed, headerLine };
}

/** What was sealed, or undefined when the key is another one. */
export function openSealed({ iv, sealed, headerLine }: Sealed, key: Buffer): string | undefined {
  const cut = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, iv).setAAD(Buffer.from(headerLine)).setAuthTag(sealed.subarray(cut));
  const plain = decipher.update(sealed.subarray(0, cut));
  try {
    return Buffer.concat([plain, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
