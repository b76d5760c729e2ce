import { describe, expect, it } from '@jest/globals';

import { checkLicences, isAllowed } from './licences.js';

const allowed = new Set(['MIT', 'ISC']);

describe('an expression of licences', () => {
  it.each([
    ['MIT', true],
    ['GPL-3.0-only', false],
    ['(GPL-3.0-only OR MIT)', true],
    ['MIT AND ISC', true],
    ['MIT AND GPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE', false],
    ['', false],
  ])('%j can be met: %j', (expression, expected) => {
    expect(isAllowed(expression, allowed)).toBe(expected);
  });
});

describe('the check of licences', () => {
  const dependency = { name: 'a', place: 'node_modules/a', isForDevelopment: false };

  it('refuses a package that tells none', () => {
    expect(checkLicences([dependency])).toEqual(['node_modules/a has the licence of nobody knows']);
  });

  it('lets building and testing have more than the product', () => {
    const data = { ...dependency, license: 'CC-BY-4.0' };
    expect(checkLicences([data])).toEqual(['node_modules/a has the licence CC-BY-4.0']);
    expect(checkLicences([{ ...data, isForDevelopment: true }])).toEqual([]);
  });
});
