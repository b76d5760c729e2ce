import { describe, expect, it } from '@jest/globals';

import { errorCatalog, GatewayError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';

import { aCall } from './__fixtures__/calls.js';
import { isOutage, maxStaleMsOf } from './stand-in.js';

describe('an expired answer', () => {
  it('is better than these errors, and no others', () => {
    const codes = Object.keys(errorCatalog) as GatewayErrorCode[];
    expect(codes.filter((code) => isOutage(new GatewayError(code, 'x'))).sort()).toEqual([
      'backend_limit_reached',
      'circuit_open',
      'deadline_exceeded',
      'no_backend_available',
      'stream_broken',
      'target_busy',
      'upstream_broken',
      'upstream_failed',
      'upstream_invalid_reply',
      'upstream_overloaded',
      'upstream_rate_limited',
      'upstream_timeout',
      'upstream_unauthorized',
      'upstream_unreachable',
    ]);
  });

  it('is not better than a fault of our own', () => {
    expect(isOutage(new TypeError('x'))).toBe(false);
  });

  it.each([
    ['as the policy says', {}, 10],
    ['as the client says', { maxStaleMs: 5 }, 5],
    ['no longer than it is kept', { maxStaleMs: 50 }, 20],
    ['not at all when the client says so', { maxStaleMs: 0 }, 0],
    ['not at all when a new answer is wanted', { cacheMode: 'refresh' }, 0],
    ['for a new answer too, when the client says so', { cacheMode: 'refresh', maxStaleMs: 5 }, 5],
  ] as const)('may stand in %s', (_, context, expected) => {
    expect(maxStaleMsOf(aCall({}, context), { maxStaleMs: 10, staleMs: 20 })).toBe(expected);
  });
});
