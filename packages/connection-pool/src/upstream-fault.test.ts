import { GatewayError } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { toUpstreamError } from './upstream-fault.js';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

describe('what undici throws', () => {
  it('before the first byte means that the backend cannot be reached', () => {
    expect(toUpstreamError(withCode('ECONNREFUSED'), 'demo', 'queued')).toMatchObject({
      code: 'upstream_unreachable',
      detail: 'demo: x',
      fault: { backend: 'demo', unsent: true },
    });
  });

  it('after it means that the connection broke', () => {
    expect(toUpstreamError(new Error('x'), 'demo', 'sent')).toMatchObject({
      code: 'upstream_broken',
      fault: { backend: 'demo', unsent: false },
    });
  });

  it('is told by its code when it has no message', () => {
    expect(toUpstreamError(withCode('ECONNREFUSED', ''), 'demo', 'queued').detail).toBe('demo: ECONNREFUSED');
  });

  it('is our own fault when the request is not valid', () => {
    const error = withCode('UND_ERR_INVALID_ARG');
    expect(toUpstreamError(error, 'demo', 'queued')).toMatchObject({ code: 'internal', cause: error });
  });

  it('is left alone when it is an error of ours', () => {
    const error = new GatewayError('draining', 'x');
    expect(toUpstreamError(error, 'demo', 'sent')).toBe(error);
  });
});
