import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';

import { reveal } from '../secret.js';
import type { Secret } from '../secret.js';

/** How much work it is to try a passphrase: RFC 7914, section 2. */
export interface ScryptParameters {
  /** Cost: a power of two. */
  readonly N: number;
  /** Block size; 128 · N · r bytes of memory are needed. */
  readonly r: number;
  /** How many times over. */
  readonly p: number;
}

/** A tenth of a second and 32 MiB for each try; as strong as any that OWASP's password storage sheet names for scrypt. */
export const defaultScrypt: ScryptParameters = Object.freeze({ N: 32_768, r: 8, p: 3 });

const KEY_BYTES = 32;
const derive = promisify<Buffer, Buffer, number, object, Buffer>(scrypt);

/** Not so weak that trying passphrases is cheap, not so strong that a forged file could exhaust memory or time. */
export const isAllowedScrypt = ({ N, r, p }: ScryptParameters): boolean =>
  [N, r, p].every(Number.isInteger) &&
  Number.isInteger(Math.log2(N)) &&
  N >= 16_384 &&
  N <= 1_048_576 &&
  r >= 8 &&
  r <= 32 &&
  p >= 1 &&
  p <= 16;

/** The key of a passphrase. Whoever gets it overwrites it after use. */
export async function deriveKey(passphrase: Secret, salt: Buffer, { N, r, p }: ScryptParameters): Promise<Buffer> {
  const bytes = Buffer.from(reveal(passphrase).normalize('NFC'), 'utf8');
  try {
    return await derive(bytes, salt, KEY_BYTES, { N, r, p, maxmem: 128 * N * r + 128 * r * p + 1_048_576 });
  } finally {
    bytes.fill(0);
  }
}
