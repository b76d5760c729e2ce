import { describe, expect, it } from '@jest/globals';

import { readCacheControl } from './cache-control.js';

describe('Cache-Control of a request', () => {
  it.each([
    ['no-cache', { maxAgeMs: 0 }],
    ['max-age=0', { maxAgeMs: 0 }],
    ['max-age=60', { maxAgeMs: 60_000 }],
    ['max-age="60"', { maxAgeMs: 60_000 }],
    ['max-age=60, no-cache', { maxAgeMs: 0 }],
    ['no-store', { noStore: true }],
    ['No-Store, Max-Age=5', { noStore: true, maxAgeMs: 5_000 }],
    ['only-if-cached', { onlyIfCached: true }],
    ['stale-if-error=60', { maxStaleMs: 60_000 }],
  ])('%s', (value, wishes) => {
    expect(readCacheControl(value)).toMatchObject(wishes);
  });

  it.each([undefined, '', 'no-transform', 'max-age', 'max-age=-1', 'max-age=1e3', 'max-age=9999999999', 'x-no-store'])(
    'asks for nothing with %s',
    (value) => {
      expect(readCacheControl(value)).toEqual({
        maxAgeMs: undefined,
        noStore: undefined,
        maxStaleMs: undefined,
        onlyIfCached: false,
      });
    },
  );
});
