import { describe, expect, it } from '@jest/globals';

import { parseBody } from './parse-body.js';

describe('a body', () => {
  it('is read as an object', () => {
    expect(parseBody(Buffer.from('{"a":"é"}'))).toEqual({ a: 'é' });
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"a":'],
    ['an array', '[]'],
    ['null', 'null'],
    ['with a byte order mark', '\ufeff{}'],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parseBody(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('is refused when it is not UTF-8', () => {
    const body = Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d);
    expect(() => parseBody(body)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
