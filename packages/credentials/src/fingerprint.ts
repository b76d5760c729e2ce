import { createHmac } from 'node:crypto';

import { reveal } from './secret.js';
import type { Secret } from './secret.js';

/** Keyed, so that tables of plain hashes are no help; the same everywhere, so that two machines can be compared. */
const PURPOSE = 'claudette credential fingerprint';
const SHOWN_CHARACTERS = 8;

/** Eight hexadecimal digits that tell two secrets apart and give neither away. */
export const toFingerprint = (secret: Secret): string =>
  createHmac('sha256', PURPOSE).update(reveal(secret)).digest('hex').slice(0, SHOWN_CHARACTERS);
