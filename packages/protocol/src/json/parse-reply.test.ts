import { describe, expect, it } from '@jest/globals';

import { asObject, asObjects, asText, invalidReply, parseReply, tryParseReply } from './parse-reply.js';

describe('what a backend sent', () => {
  it('is read as an object', () => {
    expect(parseReply('{"a":1}')).toEqual({ a: 1 });
  });

  it.each(['{"a":', '[1]', 'null', ''])('is not valid as %p', (text) => {
    expect(() => parseReply(text)).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
    expect(tryParseReply(text)).toBeUndefined();
  });

  it('is quoted with at most 80 characters', () => {
    expect(invalidReply('odd', 'x '.repeat(100)).detail).toBe(`odd: ${'x '.repeat(40)}…`);
  });

  it('is read leniently: what has the wrong type was not said', () => {
    expect([asObject([]), asObject('a'), asObject(null), asText(''), asText(5)]).toEqual(Array(5).fill(undefined));
    expect(asObjects([{ a: 1 }, 2, null])).toEqual([{ a: 1 }]);
    expect(asObjects('none')).toEqual([]);
  });
});
