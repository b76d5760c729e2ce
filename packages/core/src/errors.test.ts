import { describe, expect, it } from '@jest/globals';

import { errorCatalog, GatewayError, isRefusal, toGatewayError, UpstreamError } from './errors.js';

describe('a gateway error', () => {
  it('takes status, domain and message from its row', () => {
    const error = new GatewayError('model_not_found', 'gpt-9');
    expect(error).toMatchObject({ status: 404, retryable: false, domain: 'caller', detail: 'gpt-9' });
    expect(error.message).toBe('No backend serves the model gpt-9');
  });

  it('keeps a detail that looks like a replacement pattern', () => {
    expect(new GatewayError('internal', "$& $'").message).toBe("Internal error: $& $'");
  });

  it('has a message with room for a detail in every row', () => {
    for (const row of Object.values(errorCatalog)) expect(row.message).toContain('%s');
  });
});

describe('a refusal', () => {
  it.each([
    ['circuit_open', true],
    ['backend_limit_reached', true],
    ['upstream_rate_limited', false],
    ['superseded', false],
  ] as const)('is ours, before anything was sent: %s %s', (code, isOurs) => {
    expect(isRefusal(code)).toBe(isOurs);
  });
});

describe('an upstream error', () => {
  it("keeps the backend's status when the request was refused", () => {
    expect(new UpstreamError('upstream_rejected', 'no', { backend: 'lab', status: 422 }).status).toBe(422);
  });

  it("falls back to the row's status when the backend gave none", () => {
    expect(new UpstreamError('upstream_rejected', 'no', { backend: 'lab' }).status).toBe(400);
  });

  it("hides the backend's status when the fault is the backend's", () => {
    expect(new UpstreamError('upstream_failed', 'no', { backend: 'lab', status: 500 }).status).toBe(502);
  });
});

describe('any thrown value', () => {
  it('stays what it is when it is a gateway error', () => {
    const error = new GatewayError('draining', 'now');
    expect(toGatewayError(error)).toBe(error);
  });

  it('becomes internal with the original as its cause', () => {
    const cause = new TypeError('x is not a function');
    expect(toGatewayError(cause)).toMatchObject({ code: 'internal', detail: 'x is not a function', cause });
  });

  it('becomes internal when it is no error at all', () => {
    expect(toGatewayError('oops')).toMatchObject({ code: 'internal', detail: 'oops' });
  });
});
