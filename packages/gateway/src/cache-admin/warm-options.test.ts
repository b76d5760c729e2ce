import { expect, it } from '@jest/globals';

import { decodeWarmOptions } from './warm-options.js';

const decode = (text: string) => decodeWarmOptions(Buffer.from(text));

it('says nothing special where there is no body', () => {
  expect(decode('')).toEqual({});
});

it('takes every field', () => {
  expect(decode('{"maxBytes":1000,"limit":10,"days":0.5}')).toEqual({ maxBytes: 1_000, limit: 10, days: 0.5 });
});

it.each([
  ['{', 'the body is not valid JSON'],
  ['{"maxBytes":0}', 'maxBytes'],
  ['{"limit":1.5}', 'limit'],
  ['{"days":0}', 'days'],
  ['{"hours":1}', 'hours'],
  ['[]', 'the body'],
])('refuses %s and names it', (text, why) => {
  expect(() => decode(text)).toThrow(why);
});
