import { expect, it } from '@jest/globals';

import { textBytes } from './text-bytes.js';

it.each([
  ['', 0],
  ['abc', 3],
  ['grüße', 5],
  ['ÿ', 1],
  ['Ā', 2],
  ['a🌍', 6],
])('%j takes %d bytes', (text, bytes) => {
  expect(textBytes(text)).toBe(bytes);
});
