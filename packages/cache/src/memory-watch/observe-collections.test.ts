import { eventually } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { collectGarbage } from './collect-garbage.js';
import { observeCollections } from './observe-collections.js';

describe('the observer of collections', () => {
  it('hears of a full collection, and of nothing after its end', async () => {
    let heard = 0;
    const stop = observeCollections(() => (heard += 1));
    collectGarbage();
    await eventually(() => heard > 0);
    stop();
    const before = heard;
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toBe(before);
  });
});
