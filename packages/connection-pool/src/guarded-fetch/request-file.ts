import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';

import type { CallSignal, Clock, TransportResponse } from '@claudette/core';
import { buildConnector, Client } from 'undici';

import { dispatchRequest } from '../dispatch-request.js';

const MAX_HEADER_BYTES = 16_384;

export interface FileRequest {
  readonly url: URL;
  /** The only addresses that are connected to; the name in the URL is not looked up again. */
  readonly addresses: readonly string[];
  /** Types that are welcome. */
  readonly accept: string;
  readonly signal: CallSignal;
  readonly clock: Clock;
  /** Certificates to trust instead of the system's, as PEM. */
  readonly ca?: string | undefined;
}

const lookupOnly = (addresses: readonly string[]): LookupFunction => {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, _options, callback) => callback(null, found);
};

/**
 * Asks for a file over a connection of its own, which is gone when the body ends, is cancelled or the signal aborts. Sends
 * no cookie, no credential and nothing about who asks.
 */
export function requestFile({ url, addresses, accept, signal, clock, ca }: FileRequest): Promise<TransportResponse> {
  const client = new Client(url.origin, {
    connect: buildConnector({
      lookup: lookupOnly(addresses),
      // With it Node asks for all addresses, and tries them in turn.
      autoSelectFamily: true,
      // No environment variable switches this off.
      rejectUnauthorized: true,
      maxCachedSessions: 0,
      timeout: 0,
      ...(ca !== undefined && { ca }),
    }),
    maxHeaderSize: MAX_HEADER_BYTES,
    // Whoever asks has one limit for everything together.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return dispatchRequest({
    client,
    clock,
    path: url.pathname + url.search,
    request: {
      backend: url.hostname,
      method: 'GET',
      url: url.href,
      headers: { accept, 'accept-encoding': 'identity', 'user-agent': 'claudette' },
      signal,
      connectTimeoutMs: 0,
    },
    onDone: () => void client.destroy(),
  });
}
