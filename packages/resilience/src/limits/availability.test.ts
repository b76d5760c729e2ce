import { describe, expect, it } from '@jest/globals';

import { available, formatWait } from './availability.js';

describe('an availability', () => {
  it('that is a yes is shared, so nobody may change it', () => {
    expect(Object.isFrozen(available)).toBe(true);
  });

  it('names the seconds until it changes, begun ones too', () => {
    expect([formatWait(1), formatWait(1_000), formatWait(1_001)]).toEqual([
      'free again in 1 s',
      'free again in 1 s',
      'free again in 2 s',
    ]);
  });
});
