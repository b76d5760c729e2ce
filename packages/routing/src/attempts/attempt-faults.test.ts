import { describe, expect, it } from '@jest/globals';

import { errorCatalog, GatewayError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';

import { upstream } from '../__fixtures__/attempts.js';
import { isFinal, isUpstreamCall, mayHaveRun, mayRepeat } from './attempt-faults.js';

/** What each code means by itself. r: the same target may be asked again, c: it was a call, w: it may have run, f: final. */
const meanings: Readonly<Record<GatewayErrorCode, string>> = {
  invalid_request: 'cwf',
  unauthenticated: 'cwf',
  too_many_failures: 'cwf',
  forbidden: 'cwf',
  model_not_allowed: 'cwf',
  model_not_found: 'cwf',
  route_not_found: 'cwf',
  body_too_large: 'cwf',
  translation_refused: '',
  client_aborted: 'cwf',
  cache_only_miss: 'cwf',
  no_backend_available: 'cw',
  circuit_open: '',
  target_busy: '',
  backend_limit_reached: 'r',
  cost_limit_exceeded: 'cwf',
  superseded: 'cwf',
  overloaded: 'c',
  draining: 'c',
  deadline_exceeded: 'cwf',
  credential_missing: '',
  configuration_invalid: 'cwf',
  upstream_unreachable: 'rc',
  upstream_broken: 'cw',
  upstream_timeout: 'cw',
  upstream_rate_limited: 'rc',
  upstream_overloaded: 'rc',
  upstream_failed: 'cw',
  upstream_unauthorized: 'c',
  upstream_rejected: 'cf',
  upstream_invalid_reply: 'cw',
  stream_broken: 'cw',
  internal: 'cwf',
};

const meaningOf = (error: GatewayError): string =>
  [
    mayRepeat(error) ? 'r' : '',
    isUpstreamCall(error) ? 'c' : '',
    mayHaveRun(error) ? 'w' : '',
    isFinal(error) ? 'f' : '',
  ].join('');

describe('what an error tells about its attempt', () => {
  it('is known for every code', () => {
    expect(Object.keys(meanings).sort()).toEqual(Object.keys(errorCatalog).sort());
  });

  it.each(Object.entries(meanings))('follows from the code %s', (code, meaning) => {
    expect(meaningOf(new GatewayError(code as GatewayErrorCode, 'detail'))).toBe(meaning);
  });

  it.each([
    ['a 5xx may be sent again and costs nothing', upstream('upstream_failed', { status: 500 }), 'rc'],
    ['behind a proxy that gave up the backend may still work', upstream('upstream_failed', { status: 504 }), 'rcw'],
    ['what breaks off after a 200 was worked on', upstream('upstream_failed', { status: 200 }), 'cw'],
    ['a fault inside a reply may not be sent again', upstream('upstream_failed'), 'cw'],
    ['a connection that broke before the request was written', upstream('upstream_broken', { unsent: true }), 'rc'],
    ['a connection that broke after that', upstream('upstream_broken', { unsent: false }), 'cw'],
    ['a 4xx was turned away', upstream('upstream_failed', { status: 409 }), 'c'],
    ['a refusal stays one, though nothing was sent', upstream('target_busy', { unsent: true }), ''],
  ])('%s', (_, error, meaning) => {
    expect(meaningOf(error)).toBe(meaning);
  });
});
