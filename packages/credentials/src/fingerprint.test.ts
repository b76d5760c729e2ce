import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { toFingerprint } from './fingerprint.js';
import { createSecret } from './secret.js';

describe('a fingerprint', () => {
  it('is eight hexadecimal digits, the same for the same secret', () => {
    expect(toFingerprint(createSecret('sk-1'))).toMatch(/^[0-9a-f]{8}$/);
    expect(toFingerprint(createSecret('sk-1'))).toBe(toFingerprint(createSecret('sk-1')));
  });

  it('differs between secrets', () => {
    expect(toFingerprint(createSecret('sk-1'))).not.toBe(toFingerprint(createSecret('sk-2')));
  });

  it('is not the plain hash, of which there are tables', () => {
    const plain = createHash('sha256').update('sk-1').digest('hex');
    expect(plain).not.toContain(toFingerprint(createSecret('sk-1')));
  });
});
