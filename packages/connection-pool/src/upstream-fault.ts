import { GatewayError, UpstreamError } from '@claudette/core';

/** How far a request had come: `queued` until undici has a connection for it, `sent` from its first byte on. */
export type RequestPhase = 'queued' | 'sent';

const callerMistakes: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

/**
 * What undici or zlib threw, in the gateway's words. An error before the first byte was sent is one of the connection
 * (refused, not resolved, timed out, TLS): the backend is not reachable, and nothing can have been executed there.
 */
export const toUpstreamError = (
  error: Error & { code?: string },
  backend: string,
  phase: RequestPhase,
): GatewayError => {
  const { code = '' } = error;
  if (error instanceof GatewayError) return error;
  if (callerMistakes.has(code)) return new GatewayError('internal', error.message, { cause: error });
  // Node tries all addresses of a name and gives no message when all of them failed.
  const detail = `${backend}: ${error.message === '' ? code : error.message}`;
  return phase === 'queued'
    ? new UpstreamError('upstream_unreachable', detail, { backend, unsent: true }, { cause: error })
    : new UpstreamError('upstream_broken', detail, { backend, unsent: false }, { cause: error });
};
