import { describe, expect, it } from '@jest/globals';
import { errorCatalog, GatewayError, UpstreamError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';

import { parseFrames } from '../sse/frames.js';
import { decodeError, encodeError, encodeErrorEvent, providerErrorFrame } from './errors.js';

const json = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString());

const event = (frame: Uint8Array): unknown => {
  const [only] = parseFrames(frame);
  return { event: only?.event, data: JSON.parse(only?.data ?? '') };
};

describe('an encoded error', () => {
  it("has OpenAI's shape and the exchange's id in a header", () => {
    const wire = encodeError(new GatewayError('model_not_found', 'x'), 'x1');
    expect({ ...wire, body: json(wire.body) }).toEqual({
      status: 404,
      headers: { 'x-claudette-id': 'x1', 'content-type': 'application/json' },
      body: {
        error: {
          message: expect.any(String),
          type: 'invalid_request_error',
          param: 'model',
          code: 'model_not_found',
        },
      },
    });
  });

  it.each([
    ['body_too_large', 'invalid_request_error', 'body_too_large'],
    ['invalid_request', 'invalid_request_error', null],
    ['no_backend_available', 'server_error', 'no_backend_available'],
  ] as const)('for %s has type %s and code %s', (code, type, wireCode) => {
    const { error } = json(encodeError(new GatewayError(code, 'd'), 'x1').body) as { error: object };
    expect(error).toMatchObject({ type, code: wireCode });
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

  it.each([
    [{ 'content-type': 'application/json; charset=utf-8' }, 'application/json; charset=utf-8'],
    [{}, 'application/json'],
  ])("of the caller's making goes back as the backend wrote it, with the headers %j", (headers, contentType) => {
    const body = Buffer.from('{ "error": {"message":"bad", "extra":1e400} }');
    const error = decodeError(422, headers, body, 'b');
    expect(encodeError(error, 'x1')).toEqual({
      status: 422,
      headers: { 'x-claudette-id': 'x1', 'content-type': contentType },
      body,
    });
  });

  it.each([
    ['of another dialect', { dialect: 'openai-chat', body: Buffer.from('{}') } as const],
    ['without a body', { dialect: 'openai-responses' } as const],
  ])('%s is written anew', (_, fault) => {
    const error = new UpstreamError('upstream_rejected', 'd', { backend: 'b', status: 400, ...fault });
    expect(json(encodeError(error, 'x1').body)).toHaveProperty('error.type', 'invalid_request_error');
  });

  it('in a stream has its fields where the reference has them and where readers look for them', () => {
    const message = 'The answer ended before the provider finished it: d';
    const said = { message, param: null, code: 'stream_broken' };
    expect(event(encodeErrorEvent(new GatewayError('stream_broken', 'd')))).toEqual({
      event: 'error',
      data: { type: 'error', ...said, sequence_number: 0, error: { type: 'server_error', ...said } },
    });
  });

  it.each([
    ['rate_limit_error', 'rate_limit_error'],
    [undefined, 'server_error'],
  ])('that the provider reported as %s is of the type %s, in its place in the stream', (reported, type) => {
    expect(event(providerErrorFrame('m', 7, reported))).toMatchObject({
      data: { type: 'error', message: 'm', code: type, sequence_number: 7, error: { type, message: 'm' } },
    });
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
    [429, 'upstream_rate_limited'],
    [500, 'upstream_failed'],
    [503, 'upstream_overloaded'],
    [529, 'upstream_overloaded'],
    [302, 'upstream_failed'],
  ])('with status %d is %s', (status, code) => {
    expect(decodeError(status, {}, Buffer.from('{"error":{"message":"m"}}'), 'b')).toMatchObject({
      code,
      detail: `b answered ${status}: m`,
      fault: { backend: 'b', status, dialect: 'openai-responses' },
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
