import { describe, expect, it } from '@jest/globals';

import { createLossList } from './loss-list.js';

describe('a list of losses', () => {
  it('names each path once, with the first reason', () => {
    const losses = createLossList();
    losses.add('a', 'one');
    losses.add('a', 'two');
    losses.add('b', 'three');
    expect(losses.all).toEqual([
      { path: 'a', reason: 'one' },
      { path: 'b', reason: 'three' },
    ]);
  });
});
