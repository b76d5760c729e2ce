import { join } from 'node:path';

import { expect, it } from '@jest/globals';

import { storePath } from './store-path.js';

it.each([
  ['memory:', undefined],
  ['sqlite:', join('/data', 'cache.db')],
  ['sqlite:/elsewhere/x.db', '/elsewhere/x.db'],
])('keeps the store %s in %s', (url, path) => {
  expect(storePath(url, '/data', 'cache.db')).toBe(path);
});
