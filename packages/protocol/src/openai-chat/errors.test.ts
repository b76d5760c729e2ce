import { describe, expect, it } from '@jest/globals';
import { errorCatalog, GatewayError, UpstreamError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';

import { parseFrames } from '../sse/frames.js';
import { decodeError, encodeError, encodeErrorEvent } from './errors.js';

const json = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString());

describe('an encoded error', () => {
  it("has OpenAI's shape and the exchange's id in a header", () => {
    const wire = encodeError(new GatewayError('invalid_request', 'n must be an integer'), 'x1');
    expect({ ...wire, body: json(wire.body) }).toEqual({
      status: 400,
      headers: { 'x-claudette-id': 'x1', 'content-type': 'application/json' },
      body: {
        error: {
          message: 'The request is not valid: n must be an integer',
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      },
    });
  });

  it.each([
    ['unauthenticated', 401, 'authentication_error', 'invalid_api_key', null],
    ['too_many_failures', 429, 'rate_limit_error', 'rate_limit_exceeded', null],
    ['forbidden', 403, 'permission_error', 'forbidden', null],
    ['model_not_allowed', 403, 'permission_error', 'model_not_allowed', 'model'],
    ['model_not_found', 404, 'invalid_request_error', 'model_not_found', 'model'],
    ['route_not_found', 404, 'invalid_request_error', 'unknown_url', null],
    ['body_too_large', 413, 'invalid_request_error', 'body_too_large', null],
    ['upstream_rate_limited', 429, 'rate_limit_error', 'rate_limit_exceeded', null],
    ['no_backend_available', 503, 'server_error', 'no_backend_available', null],
    ['internal', 500, 'server_error', 'internal', null],
  ] as const)('for %s has status %d, type %s and code %s', (code, status, type, wireCode, param) => {
    const wire = encodeError(new GatewayError(code, 'd'), 'x1');
    expect([wire.status, json(wire.body)]).toEqual([
      status,
      { error: { message: expect.any(String), type, param, code: wireCode } },
    ]);
  });

  it('exists for each code', () => {
    for (const code of Object.keys(errorCatalog) as GatewayErrorCode[]) {
      expect(json(encodeError(new GatewayError(code, 'd'), 'x1').body)).toHaveProperty('error.type');
    }
  });

  it('says how long to wait in whole seconds', () => {
    const error = new UpstreamError('upstream_rate_limited', 'd', { backend: 'b', retryAfterMs: 1200 });
    expect(encodeError(error, 'x1').headers['retry-after']).toBe('2');
  });

  it("of the caller's making goes back as the backend wrote it", () => {
    const body = Buffer.from('{ "error": {"message":"bad", "extra":1e400} }');
    const error = decodeError(422, { 'content-type': 'application/json; charset=utf-8' }, body, 'b');
    expect(encodeError(error, 'x1')).toEqual({
      status: 422,
      headers: { 'x-claudette-id': 'x1', 'content-type': 'application/json; charset=utf-8' },
      body,
    });
  });

  it('has a content type though the backend named none', () => {
    const error = decodeError(400, {}, Buffer.from('{"error":"bad"}'), 'b');
    expect(encodeError(error, 'x1').headers['content-type']).toBe('application/json');
  });

  it.each([
    ['of another dialect', { dialect: 'anthropic-messages', body: Buffer.from('{}') } as const],
    ['without a body', { dialect: 'openai-chat' } as const],
  ])('%s is written anew', (_, fault) => {
    const error = new UpstreamError('upstream_rejected', 'd', { backend: 'b', status: 400, ...fault });
    expect(json(encodeError(error, 'x1').body)).toHaveProperty('error.type', 'invalid_request_error');
  });

  it("of the provider's making is written anew", () => {
    const error = decodeError(500, {}, Buffer.from('{"error":{"message":"secret"}}'), 'b');
    expect(json(encodeError(error, 'x1').body)).toHaveProperty('error.type', 'server_error');
  });

  it('in a stream is a frame with the same body', () => {
    const error = new GatewayError('stream_broken', 'd');
    const [event] = parseFrames(encodeErrorEvent(error));
    expect(JSON.parse(event?.data ?? '')).toEqual(json(encodeError(error, 'x1').body));
  });
});

describe('a decoded error', () => {
  it.each([
    [400, 'upstream_rejected'],
    [401, 'upstream_unauthorized'],
    [403, 'upstream_unauthorized'],
    [404, 'upstream_rejected'],
    [408, 'upstream_timeout'],
    [409, 'upstream_failed'],
    [413, 'upstream_rejected'],
    [418, 'upstream_rejected'],
    [422, 'upstream_rejected'],
    [429, 'upstream_rate_limited'],
    [500, 'upstream_failed'],
    [502, 'upstream_failed'],
    [503, 'upstream_overloaded'],
    [504, 'upstream_failed'],
    [529, 'upstream_overloaded'],
    [302, 'upstream_failed'],
  ])('with status %d is %s', (status, code) => {
    expect(decodeError(status, {}, Buffer.from('{"error":{"message":"m"}}'), 'b')).toMatchObject({
      code,
      detail: `b answered ${status}: m`,
      fault: { backend: 'b', status, dialect: 'openai-chat' },
    });
  });

  it.each([
    ['HTML', '<html>bad gateway</html>', 'b answered 400: <html>bad gateway</html>'],
    ['nothing', '', 'b answered 400'],
  ])('with %s in its body is not in this dialect', (_, body, detail) => {
    const error = decodeError(400, {}, Buffer.from(body), 'b');
    expect(error).toMatchObject({ detail });
    expect(error).not.toHaveProperty('fault.dialect');
  });

  it.each([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '3', 'retry-after-ms': '250' }, 250],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{}, undefined],
  ])('with the headers %j waits %s ms', (headers, waitMs) => {
    const error = decodeError(429, headers, Buffer.from('{}'), 'b');
    expect(error instanceof UpstreamError && error.fault.retryAfterMs).toBe(waitMs);
  });
});
