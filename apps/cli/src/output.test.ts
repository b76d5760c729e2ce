import { describe, expect, it } from '@jest/globals';

import { formatTable } from './output.js';

describe('a table', () => {
  it('has columns as wide as their widest cell and no spaces at the ends of lines', () => {
    expect(
      formatTable([
        ['NAME', 'N', 'WHY'],
        ['a', '100', ''],
        ['longer', '1', 'x'],
      ]),
    ).toBe('NAME    N    WHY\na       100\nlonger  1    x');
  });

  it('is its heading when there are no rows, and nothing without one', () => {
    expect(formatTable([['NAME', 'N']])).toBe('NAME  N');
    expect(formatTable([])).toBe('');
  });

  it('bears rows that are shorter or longer than the heading', () => {
    expect(formatTable([['A', 'B'], ['1'], ['1', '2', '3']])).toBe('A  B\n1\n1  2  3');
  });
});
