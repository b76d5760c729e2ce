import { expect, it } from '@jest/globals';
import { format } from 'prettier';

import { formatJson } from './format-json.js';

it("writes JSON in prettier's form", async () => {
  const long = Array.from({ length: 30 }, (_, index) => `entry ${index}`);
  const value = { a: [], b: {}, c: ['x', 1, null], d: [{ e: [long, [1, 2]] }], f: 'text "quoted"', g: long };
  const text = formatJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(await format(text, { parser: 'json', printWidth: 120 })).toBe(text);
});
