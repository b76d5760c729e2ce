import { describe, expect, it } from '@jest/globals';

import { editDistance, nearestNames } from './nearest-names.js';

describe('the edit distance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
    ['same', 'same', 0],
  ])('from %p to %p is %d', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });
});

describe('the nearest names', () => {
  it('are the closest first', () => {
    expect(nearestNames('gpt-55', ['gpt-4', 'gpt-5.5', 'gpt-5'])).toEqual(['gpt-5.5', 'gpt-5', 'gpt-4']);
  });

  it('are three at most', () => {
    expect(nearestNames('aaaa', ['aaab', 'aaac', 'aaad', 'aaae'])).toEqual(['aaab', 'aaac', 'aaad']);
  });

  it('leave out what is far away', () => {
    expect(nearestNames('llama', ['claude-sonnet-5'])).toEqual([]);
  });

  it('do not mind upper case or a name known twice', () => {
    expect(nearestNames('GPT-5', ['gpt-5', 'gpt-5'])).toEqual(['gpt-5']);
  });

  it('are not looked for when the name is absurdly long', () => {
    expect(nearestNames('x'.repeat(101), ['x'.repeat(101)])).toEqual([]);
  });
});
