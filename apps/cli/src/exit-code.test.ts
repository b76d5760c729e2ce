import { errorCatalog, GatewayError, UpstreamError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { exitCodeOf, exitCodes } from './exit-code.js';

describe('the exit code of an error', () => {
  it.each<[GatewayErrorCode, keyof typeof exitCodes]>([
    ['invalid_request', 'usage'],
    ['configuration_invalid', 'configuration'],
    ['unauthenticated', 'authentication'],
    ['forbidden', 'authentication'],
    ['model_not_allowed', 'authentication'],
    ['too_many_failures', 'limit'],
    ['upstream_unauthorized', 'authentication'],
    ['credential_missing', 'authentication'],
    ['model_not_found', 'noBackend'],
    ['no_backend_available', 'noBackend'],
    ['circuit_open', 'noBackend'],
    ['upstream_unreachable', 'noBackend'],
    ['upstream_rate_limited', 'limit'],
    ['target_busy', 'limit'],
    ['deadline_exceeded', 'timeout'],
    ['upstream_timeout', 'timeout'],
    ['client_aborted', 'interrupted'],
  ])('%s means %s', (code, meaning) => {
    expect(exitCodeOf(new GatewayError(code, 'x'))).toBe(exitCodes[meaning]);
  });

  it('is 1 for everything else', () => {
    expect(exitCodeOf(new UpstreamError('upstream_failed', 'x', { backend: 'lab' }))).toBe(1);
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
    expect(exitCodeOf('x')).toBe(1);
  });

  it('is never 0', () => {
    const codes = Object.keys(errorCatalog) as GatewayErrorCode[];
    expect(codes.filter((code) => exitCodeOf(new GatewayError(code, 'x')) === 0)).toEqual([]);
  });
});
