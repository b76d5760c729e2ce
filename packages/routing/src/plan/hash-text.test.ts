import { describe, expect, it } from '@jest/globals';

import { HASH_SEED, hashText, mixHashes } from './hash-text.js';

const hash = (text: string): number => hashText(HASH_SEED, text);

describe('the hash of a text', () => {
  it('differs for texts that differ in length, order or a single character', () => {
    const texts = [
      '',
      'a',
      'b',
      'ab',
      'ba',
      'abc',
      'abd',
      'a\0',
      'é',
      'x'.repeat(500),
      'x'.repeat(501),
      `y${'x'.repeat(499)}`,
    ];
    expect(new Set(texts.map(hash)).size).toBe(texts.length);
  });

  it('depends on the beginning, the end and the length of a long text', () => {
    const long = (middle: string): string => `${'a'.repeat(64)}${middle}${'b'.repeat(64)}`;
    expect(hash(long('1234'))).toBe(hash(long('5678')));
    expect(hash(long('1234'))).not.toBe(hash(long('12345')));
    expect(hash(`${long('1234')}c`)).not.toBe(hash(`${long('1234')}d`));
  });

  it('depends on what was hashed before', () => {
    expect(hashText(hash('a'), 'b')).not.toBe(hashText(hash('b'), 'a'));
  });
});

describe('two hashes as one', () => {
  it('are spread evenly', () => {
    const sixteenths = Array.from({ length: 16 }, () => 0);
    for (let index = 0; index < 16_000; index += 1) {
      const place = Math.floor((mixHashes(hash('key'), index) / 2 ** 32) * 16);
      sixteenths[place] = (sixteenths[place] ?? 0) + 1;
    }
    expect(Math.min(...sixteenths)).toBeGreaterThan(850);
    expect(Math.max(...sixteenths)).toBeLessThan(1150);
  });
});
