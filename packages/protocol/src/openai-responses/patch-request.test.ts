import { describe, expect, it } from '@jest/globals';

import { decodeRequest } from './decode-request.js';
import { patchRequest } from './patch-request.js';

const patch = (text: string): Uint8Array => {
  const body = Buffer.from(text);
  return patchRequest(body, decodeRequest(body), { model: 'b', options: {}, defaultMaxOutputTokens: 1 });
};

describe('a patched request', () => {
  it('has another model and every other byte as it was', () => {
    const patched = patch('{ "model": "a", "input": "hi", "stream": true, "new": 1e400 }');
    expect(Buffer.from(patched).toString()).toBe('{ "model": "b", "input": "hi", "stream": true, "new": 1e400 }');
  });
});
