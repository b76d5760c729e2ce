import { describe, expect, it } from '@jest/globals';

import { eventually } from './eventually.js';

describe('eventually', () => {
  it('resolves once the condition holds', async () => {
    let looks = 0;
    await eventually(() => ++looks === 3);
    expect(looks).toBe(3);
  });

  it('says which condition never held', async () => {
    const never = (): boolean => 1 > 2;
    await expect(eventually(never, { withinMs: 10 })).rejects.toThrow('Not within 10 ms: ()=>1 > 2');
  });
});
