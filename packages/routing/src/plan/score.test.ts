import { describe, expect, it } from '@jest/globals';

import { compareValues } from './score.js';

const standings = (values: readonly (number | undefined)[]): unknown[] => {
  const { standing } = compareValues(values);
  return values.map(standing);
};

describe('values that are compared', () => {
  it.each([
    ['stand in proportion to the highest', [1, 4], [0.75, 0]],
    ['stand at 1 where all are equal', [3, 3], [1, 1]],
    ['stand at 1 when there is one', [3], [1]],
    ['stand at 1 where they are nothing', [0, 2], [1, 0]],
    ['stand at 1 where all are nothing', [0, 0], [1, 1]],
    ['are unknown where they are', [undefined, 1, 4], [undefined, 0.75, 0]],
  ])('%s', (_, values, expected) => {
    expect(standings(values)).toEqual(expected);
  });

  it('have a mean, for what is unknown', () => {
    expect(compareValues([1, undefined, 4]).mean).toBe(1 - 2.5 / 4);
  });

  it('have a neutral mean when nothing is known', () => {
    expect(compareValues([undefined]).mean).toBe(0.5);
  });
});
