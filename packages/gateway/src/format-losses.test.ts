import { expect, it } from '@jest/globals';

import { formatLosses } from './format-losses.js';

it('can be split again, whatever a reason says', () => {
  const text = formatLosses([
    { path: 'seed', reason: 'there is none; really' },
    { path: 'n', reason: 'one answer' },
  ]);
  expect(text.split('; ')).toEqual(['seed: there is none, really', 'n: one answer']);
});
