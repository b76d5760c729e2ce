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
