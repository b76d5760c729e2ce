import { expect, it } from '@jest/globals';

import { passHeaders } from './pass-headers.js';

it('passes on what clients use, and nothing else', () => {
  const useful = {
    'x-request-id': '1',
    'request-id': '2',
    'openai-processing-ms': '3',
    'openai-version': '4',
    'retry-after': '5',
    'x-ratelimit-remaining-tokens': '6',
    'anthropic-ratelimit-tokens-limit': '7',
  };
  const others = { 'set-cookie': 'a', server: 'b', 'content-length': '9', 'transfer-encoding': 'chunked', via: 'c' };
  expect(passHeaders({ ...others, ...useful })).toEqual(useful);
});

it.each([
  ['no-store', 'no-store'],
  ['private, max-age=0, no-store, no-cache, must-revalidate', 'no-store'],
  ['no-cache', undefined],
  ['x-no-store-at-all', undefined],
])('passes on of cache-control: %s only that nothing is to be stored', (value, passed) => {
  expect(passHeaders({ 'cache-control': value })['cache-control']).toBe(passed);
});
