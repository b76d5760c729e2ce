import { describe, expect, it } from '@jest/globals';

import { redactBytes } from './redact-bytes.js';

const redact = (text: string): string => text.replaceAll('secret', '***');

describe('redacted bytes', () => {
  it('are the same where there is nothing to hide, whatever they mean', () => {
    const bytes = Uint8Array.of(0xff, 0x00, 0xc3);
    expect(redactBytes(bytes, redact)).toBe(bytes);
  });

  it('of a part of a buffer are of that part', () => {
    const bytes = Buffer.from('a secret: é, secret').subarray(2);
    expect(Buffer.from(redactBytes(bytes, redact)).toString()).toBe('***: é, ***');
  });
});
