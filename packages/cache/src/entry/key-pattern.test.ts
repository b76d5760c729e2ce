import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { matchesPattern } from './key-pattern.js';

/** The same by a regular expression, for texts so short that it cannot run away. */
const byExpression = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/\./g, '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);

const short = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 8 });

describe('a pattern', () => {
  it.each([
    ['abc:claude/opus', true],
    ['*', true],
    ['abc:*', true],
    ['*/opus', true],
    ['*:*/*', true],
    ['a?c:claude/opus', true],
    ['*claude*', true],
    ['abc:claude/opus?', false],
    ['abc:claude', false],
    ['?', false],
    ['', false],
  ])('%s', (pattern, matches) => {
    expect(matchesPattern(pattern, 'abc:claude/opus')).toBe(matches);
  });

  it('takes all other characters as they are', () => {
    expect([matchesPattern('a.c(+)[d]', 'a.c(+)[d]'), matchesPattern('a.c', 'abc')]).toEqual([true, false]);
  });

  it('means what the regular expression of the same meaning means', () => {
    fc.assert(
      fc.property(short('ab.*?'), short('ab.\n'), (pattern, text) => {
        expect(matchesPattern(pattern, text)).toBe(byExpression(pattern, text));
      }),
    );
  });

  it('is answered at once where a regular expression would never end', () => {
    expect(matchesPattern(`${'*?'.repeat(120)}!`, 'a'.repeat(10_000))).toBe(false);
  });
});
