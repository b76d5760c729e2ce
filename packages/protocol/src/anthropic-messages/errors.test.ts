import { errorCatalog, GatewayError, UpstreamError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { decodeError, encodeError, encodeErrorEvent } from './errors.js';

const parse = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());
const decode = (status: number, body = '', headers: Readonly<Record<string, string>> = {}): UpstreamError =>
  decodeError(status, headers, Buffer.from(body), 'claude');
const errorBody = (type: string, message = 'Oops'): string =>
  JSON.stringify({ type: 'error', error: { type, message } });

describe('decodeError', () => {
  it.each<[number, GatewayErrorCode]>([
    [400, 'upstream_rejected'],
    [401, 'upstream_unauthorized'],
    [403, 'upstream_unauthorized'],
    [404, 'upstream_rejected'],
    [408, 'upstream_timeout'],
    [409, 'upstream_failed'],
    [413, 'upstream_rejected'],
    [422, 'upstream_rejected'],
    [429, 'upstream_rate_limited'],
    [500, 'upstream_failed'],
    [502, 'upstream_failed'],
    [503, 'upstream_overloaded'],
    [529, 'upstream_overloaded'],
    [302, 'upstream_failed'],
  ])('takes status %d for %s', (status, code) => {
    expect(decode(status).code).toBe(code);
  });

  it.each<[number, string, GatewayErrorCode]>([
    [500, 'overloaded_error', 'upstream_overloaded'],
    [400, 'rate_limit_error', 'upstream_rate_limited'],
    [504, 'timeout_error', 'upstream_timeout'],
    [402, 'billing_error', 'upstream_unauthorized'],
    [500, 'invalid_request_error', 'upstream_failed'],
    [400, 'constructor', 'upstream_rejected'],
  ])('takes status %d with %s for %s', (status, type, code) => {
    expect(decode(status, errorBody(type)).code).toBe(code);
  });

  it('keeps what is known about the fault', () => {
    const body = errorBody('rate_limit_error', 'Slow down');
    const error = decode(429, body, { 'retry-after': '2.5', 'content-type': 'application/json' });
    expect(error.detail).toBe('Slow down');
    expect(error.fault).toEqual({
      backend: 'claude',
      status: 429,
      retryAfterMs: 2500,
      body: Buffer.from(body),
      contentType: 'application/json',
      dialect: 'anthropic-messages',
    });
  });

  it('ignores a date to retry after', () => {
    expect(decode(429, '', { 'retry-after': 'Sat, 21 Nov 2026 08:00:00 GMT' }).fault.retryAfterMs).toBeUndefined();
  });

  it.each([
    ['', 'status 502'],
    ['<html>Bad gateway</html>', '<html>Bad gateway</html>'],
    ['x '.repeat(150), `${'x '.repeat(100)}…`],
    ['{"detail":"no"}', '{"detail":"no"}'],
  ])('quotes the body %j', (body, detail) => {
    expect(decode(502, body).detail).toBe(detail);
  });
});

describe('encodeError', () => {
  it('writes the error with its exchange', () => {
    const { status, headers, body } = encodeError(new GatewayError('invalid_request', 'no model'), 'ex_1');
    expect([status, headers]).toEqual([400, { 'content-type': 'application/json' }]);
    expect(parse(body)).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'The request is not valid: no model' },
      request_id: 'ex_1',
    });
  });

  it.each([
    ['unauthenticated', 'authentication_error'],
    ['too_many_failures', 'rate_limit_error'],
    ['forbidden', 'permission_error'],
    ['model_not_allowed', 'permission_error'],
    ['model_not_found', 'not_found_error'],
    ['body_too_large', 'request_too_large'],
    ['deadline_exceeded', 'timeout_error'],
    ['draining', 'overloaded_error'],
    ['upstream_rate_limited', 'rate_limit_error'],
    ['upstream_overloaded', 'overloaded_error'],
    ['upstream_unauthorized', 'api_error'],
    ['stream_broken', 'api_error'],
  ] as const)('calls %s a %s and keeps its status', (code, type) => {
    const { status, body } = encodeError(new GatewayError(code, 'x'), 'ex_1');
    expect(status).toBe(errorCatalog[code].status);
    expect(parse(body)).toMatchObject({ error: { type } });
  });

  it('passes on how long to wait', () => {
    const error = new UpstreamError('upstream_rate_limited', 'x', { backend: 'b', retryAfterMs: 1200 });
    expect(encodeError(error, 'ex_1').headers['retry-after']).toBe('2');
  });

  it("returns what a backend of this dialect said about a caller's fault as it came", () => {
    const body = Buffer.from('{"type":"error" , "error":{}}');
    const error = decodeError(404, { 'content-type': 'application/json; charset=utf-8' }, body, 'claude');
    expect(encodeError(error, 'ex_1')).toEqual({
      status: 404,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
    });
  });

  it('calls a body without a type JSON', () => {
    expect(encodeError(decode(400, '{}'), 'ex_1').headers).toEqual({ 'content-type': 'application/json' });
  });

  it.each([
    [400, 'invalid_request_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
  ])("writes anew what another dialect's backend refused with %d", (status, type) => {
    const fault = { backend: 'b', status, dialect: 'openai-chat', body: Buffer.from('{}') } as const;
    const encoded = encodeError(new UpstreamError('upstream_rejected', 'no', fault), 'ex_1');
    expect(encoded.status).toBe(status);
    expect(parse(encoded.body)).toMatchObject({ error: { type } });
  });

  it('writes anew what came without a body', () => {
    const fault = { backend: 'b', status: 400, dialect: 'anthropic-messages' } as const;
    expect(parse(encodeError(new UpstreamError('upstream_rejected', 'no', fault), 'ex_1').body)).toMatchObject({
      request_id: 'ex_1',
    });
  });

  it("keeps a backend's own words about the gateway's credential to itself", () => {
    const encoded = encodeError(decode(401, errorBody('authentication_error', 'bad key')), 'ex_1');
    expect(encoded.status).toBe(502);
    expect(parse(encoded.body)).toMatchObject({ error: { type: 'api_error' } });
  });
});

describe('encodeErrorEvent', () => {
  it('writes the error as a frame', () => {
    const frame = Buffer.from(encodeErrorEvent(new GatewayError('stream_broken', 'reset'), 'ex_1')).toString();
    const message = 'The answer ended before the provider finished it: reset';
    expect(frame).toBe(
      `event: error\ndata: {"type":"error","error":{"type":"api_error","message":"${message}"},"request_id":"ex_1"}\n\n`,
    );
  });
});
