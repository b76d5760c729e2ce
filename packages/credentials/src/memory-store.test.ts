import { describe, expect, it } from '@jest/globals';

import { storeContract } from './__fixtures__/store-contract.js';
import { createMemoryStore } from './memory-store.js';
import { reveal } from './secret.js';

describe('the memory store', () => {
  it.each(storeContract)('$name', async ({ run }) => {
    const store = createMemoryStore();
    await run(() => store);
  });

  it('begins with what it is given', async () => {
    const secret = await createMemoryStore({ lab: 'value' }).get('lab');
    expect(secret && reveal(secret)).toBe('value');
  });
});
