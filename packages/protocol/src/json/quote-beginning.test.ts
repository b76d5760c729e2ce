import { describe, expect, it } from '@jest/globals';

import { quoteBeginning } from './quote-beginning.js';

describe('the beginning of a text', () => {
  it('is all of a short one', () => {
    expect(quoteBeginning('a key-1234', 10)).toBe('a key-1234');
  });

  it('has no part of the word that it would be cut in', () => {
    expect(quoteBeginning('a word, sk-proj_1.2/3+4=', 20)).toBe('a word, …');
  });

  it('of a single word is nothing', () => {
    expect(quoteBeginning('x'.repeat(30), 20)).toBe('…');
  });
});
