import { setImmediate } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { collectGarbage } from './collect-garbage.js';

describe('a collection', () => {
  it('takes what nothing refers to any more', async () => {
    const reference = new WeakRef({ some: 'value' });
    // What a WeakRef was made of stays until the end of the turn.
    await setImmediate();
    collectGarbage();
    expect(reference.deref()).toBeUndefined();
  });
});
