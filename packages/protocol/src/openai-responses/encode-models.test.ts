import { describe, expect, it } from '@jest/globals';

import { encodeModel } from './encode-models.js';

describe('an encoded model', () => {
  it('looks as in the other API of the same vendor', () => {
    expect(JSON.parse(Buffer.from(encodeModel({ id: 'a', ownedBy: 'b' })).toString())).toMatchObject({
      id: 'a',
      object: 'model',
      owned_by: 'b',
    });
  });
});
