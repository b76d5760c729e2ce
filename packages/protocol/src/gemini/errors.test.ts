import { errorCatalog, GatewayError, UpstreamError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { decodeError, encodeError, encodeErrorEvent } from './errors.js';

const parse = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());
const decode = (status: number, body: unknown = '', headers: Readonly<Record<string, string>> = {}): UpstreamError =>
  decodeError(status, headers, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), 'google');
const errorBody = (message: string, details?: object[]) => ({ error: { code: 400, message, status: 'S', details } });
const retryInfo = (retryDelay: unknown) => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay });

describe('decodeError', () => {
  it.each<[number, GatewayErrorCode]>([
    [400, 'upstream_rejected'],
    [401, 'upstream_unauthorized'],
    [403, 'upstream_unauthorized'],
    [404, 'upstream_rejected'],
    [408, 'upstream_timeout'],
    [409, 'upstream_failed'],
    [413, 'upstream_rejected'],
    [429, 'upstream_rate_limited'],
    [499, 'upstream_failed'],
    [500, 'upstream_failed'],
    [502, 'upstream_failed'],
    [503, 'upstream_overloaded'],
    [504, 'upstream_timeout'],
    [302, 'upstream_failed'],
  ])('takes status %d for %s', (status, code) => {
    expect(decode(status).code).toBe(code);
  });

  it('knows a wrong key by its reason', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
    expect(decode(400, errorBody('API key not valid.', details)).code).toBe('upstream_unauthorized');
  });

  it('keeps what is known about the fault', () => {
    const body = errorBody('Slow down', [retryInfo('53.5s')]);
    const error = decode(429, body, { 'content-type': 'application/json', 'retry-after': '1' });
    expect(error.detail).toBe('google answered 429: Slow down');
    expect(error.fault).toEqual({
      backend: 'google',
      status: 429,
      retryAfterMs: 53_500,
      body: Buffer.from(JSON.stringify(body)),
      contentType: 'application/json',
      dialect: 'gemini',
    });
  });

  it.each([
    ['2', undefined, 2000],
    ['2', retryInfo('soon'), 2000],
    ['2', retryInfo(7), 2000],
    ['Sat, 21 Nov 2026 08:00:00 GMT', undefined, undefined],
  ])('waits as the header %s and the detail %j say', (header, detail, waitMs) => {
    const error = decode(429, errorBody('x', detail && [detail]), { 'retry-after': header });
    expect(error.fault.retryAfterMs).toBe(waitMs);
  });

  it('reads an error inside a list', () => {
    expect(decode(400, [errorBody('in a list')])).toMatchObject({
      detail: 'google answered 400: in a list',
      fault: { dialect: 'gemini' },
    });
  });

  it.each([
    ['', 'google answered 502'],
    ['<html>Bad gateway</html>', 'google answered 502: <html>Bad gateway</html>'],
    ['x '.repeat(150), `google answered 502: ${'x '.repeat(100)}…`],
    ['{"detail":"no"}', 'google answered 502: {"detail":"no"}'],
    ['[]', 'google answered 502: []'],
  ])('quotes the body %j', (body, detail) => {
    expect(decode(502, body).detail).toBe(detail);
  });

  it('takes only JSON for a body of this dialect', () => {
    expect(decode(400, '<html>').fault.dialect).toBeUndefined();
  });
});

describe('encodeError', () => {
  it("writes the error with Google's word and its exchange", () => {
    const { status, headers, body } = encodeError(new GatewayError('invalid_request', 'no contents'), 'ex_1');
    expect([status, headers]).toEqual([400, { 'content-type': 'application/json' }]);
    expect(parse(body)).toEqual({
      error: {
        code: 400,
        message: 'The request is not valid: no contents',
        status: 'INVALID_ARGUMENT',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'INVALID_REQUEST',
            domain: 'claudette',
            metadata: { exchange: 'ex_1' },
          },
        ],
      },
    });
  });

  it.each([
    ['unauthenticated', 'UNAUTHENTICATED'],
    ['too_many_failures', 'RESOURCE_EXHAUSTED'],
    ['model_not_allowed', 'PERMISSION_DENIED'],
    ['model_not_found', 'NOT_FOUND'],
    ['body_too_large', 'INVALID_ARGUMENT'],
    ['client_aborted', 'CANCELLED'],
    ['cache_only_miss', 'FAILED_PRECONDITION'],
    ['deadline_exceeded', 'DEADLINE_EXCEEDED'],
    ['draining', 'UNAVAILABLE'],
    ['upstream_rate_limited', 'RESOURCE_EXHAUSTED'],
    ['upstream_unauthorized', 'UNAVAILABLE'],
    ['internal', 'INTERNAL'],
  ] as const)('calls %s %s and keeps its status', (code, word) => {
    const { status, body } = encodeError(new GatewayError(code, 'x'), 'ex_1');
    expect(status).toBe(errorCatalog[code].status);
    expect(parse(body)).toMatchObject({ error: { status: word, code: status } });
  });

  it('has a word for every status', () => {
    const error = new UpstreamError('upstream_rejected', 'x', { backend: 'b', status: 599 });
    expect(parse(encodeError(error, 'ex_1').body)).toMatchObject({ error: { code: 599, status: 'INTERNAL' } });
  });

  it('passes on how long to wait', () => {
    const error = new UpstreamError('upstream_rate_limited', 'x', { backend: 'b', retryAfterMs: 1200 });
    const { headers, body } = encodeError(error, 'ex_1');
    expect(headers['retry-after']).toBe('2');
    expect(parse(body)).toMatchObject({ error: { details: [{}, retryInfo('2s')] } });
  });

  it("returns what a backend of this dialect said about a caller's fault as it came", () => {
    const body = Buffer.from('{"error" : {"code":404}}');
    const contentType = 'application/json; charset=UTF-8';
    const error = decodeError(404, { 'content-type': contentType }, body, 'google');
    expect(encodeError(error, 'ex_1')).toEqual({ status: 404, headers: { 'content-type': contentType }, body });
  });

  it('calls a body without a type JSON', () => {
    expect(encodeError(decode(400, '{}'), 'ex_1').headers).toEqual({ 'content-type': 'application/json' });
  });

  it.each([
    { backend: 'b', status: 404, dialect: 'openai-chat', body: Buffer.from('{}') } as const,
    { backend: 'b', status: 404, dialect: 'gemini' } as const,
  ])('writes anew what came in other words, or in none', (fault) => {
    expect(parse(encodeError(new UpstreamError('upstream_rejected', 'no', fault), 'ex_1').body)).toMatchObject({
      error: { code: 404, status: 'NOT_FOUND' },
    });
  });

  it("keeps a backend's own words about the gateway's credential to itself", () => {
    const { status, body } = encodeError(decode(403, errorBody('bad key')), 'ex_1');
    expect([status, parse(body)]).toMatchObject([502, { error: { code: 502 } }]);
  });
});

describe('encodeErrorEvent', () => {
  it('writes the error as a frame with a number, at which the official client raises', () => {
    const frame = Buffer.from(encodeErrorEvent(new GatewayError('stream_broken', 'reset'), 'ex_1')).toString();
    expect(frame).toMatch(/^data: \{"error":\{"code":502,.*"status":"UNAVAILABLE".*\}\n\n$/);
  });
});
