import { errorCatalog } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { countsAgainstTarget, failureClassOf } from './failure-class.js';
import type { FailureClass } from './failure-class.js';

const table: readonly (readonly [GatewayErrorCode, FailureClass, counts: boolean])[] = [
  ['invalid_request', 'caller', false],
  ['unauthenticated', 'caller', false],
  ['too_many_failures', 'caller', false],
  ['forbidden', 'caller', false],
  ['model_not_allowed', 'caller', false],
  ['model_not_found', 'caller', false],
  ['route_not_found', 'caller', false],
  ['body_too_large', 'caller', false],
  ['translation_refused', 'caller', false],
  ['cache_only_miss', 'caller', false],
  ['upstream_rejected', 'caller', false],
  ['cost_limit_exceeded', 'caller', false],
  ['client_aborted', 'cancelled', false],
  ['superseded', 'cancelled', false],
  ['no_backend_available', 'local', false],
  ['circuit_open', 'local', false],
  ['target_busy', 'local', false],
  ['backend_limit_reached', 'local', false],
  ['overloaded', 'local', false],
  ['draining', 'local', false],
  ['deadline_exceeded', 'local', false],
  ['credential_missing', 'local', false],
  ['configuration_invalid', 'local', false],
  ['upstream_unauthorized', 'local', false],
  ['internal', 'local', false],
  ['upstream_rate_limited', 'rate-limit', false],
  ['upstream_unreachable', 'connection', true],
  ['upstream_broken', 'connection', true],
  ['upstream_timeout', 'timeout', true],
  ['upstream_overloaded', 'server', true],
  ['upstream_failed', 'server', true],
  ['upstream_invalid_reply', 'server', true],
  ['stream_broken', 'stream-broken', true],
];

describe('the class of a failure', () => {
  it.each(table)('%s is %s and counts against its target: %s', (code, failureClass, counts) => {
    expect(failureClassOf(code)).toBe(failureClass);
    expect(countsAgainstTarget(code)).toBe(counts);
  });

  it('is known for every error code', () => {
    expect(table.map(([code]) => code).sort()).toEqual(Object.keys(errorCatalog).sort());
  });
});
