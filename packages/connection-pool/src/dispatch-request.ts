import { UpstreamError } from '@claudette/core';
import type { Clock, TransportRequest, TransportResponse } from '@claudette/core';
import type { Dispatcher, Pool } from 'undici';

import { createBodyReader } from './body-reader.js';
import type { BodyReader } from './body-reader.js';
import { decompress, findDecoder } from './decompress.js';
import { toUpstreamError } from './upstream-fault.js';

export interface DispatchOptions {
  readonly pool: Pool;
  readonly request: TransportRequest;
  /** The request's path and query. */
  readonly path: string;
  readonly clock: Clock;
  /** Called once, when the connection is free again or gone. */
  readonly onDone: (cause?: unknown) => void;
}

type IncomingHeaders = Record<string, string | string[] | undefined>;

/** What undici is told; what readers get is the signal's reason, or nothing when they cancelled. */
const aborted = new Error('The request was aborted');

/**
 * Sends one request over a pool and resolves with its answer's head. One handler object and one promise per request: this
 * is the hottest code of the package.
 */
export const dispatchRequest = ({ pool, request, path, clock, onDone }: DispatchOptions): Promise<TransportResponse> =>
  new Promise((resolve, reject) => {
    const { backend, signal, method, headers, body: requestBody } = request;
    let controller: Dispatcher.DispatchController | undefined;
    let body: BodyReader | undefined;
    let unwanted = false;

    const abort = (): void => {
      unwanted = true;
      controller?.abort(aborted);
    };
    const onAbort = (): void => {
      // Without a connection there is nothing to abort: undici learns of it once it has one.
      reject(signal.reason);
      abort();
    };
    const done = (cause?: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      onDone(cause);
    };

    const answer = (status: number, incoming: IncomingHeaders): void => {
      const reader = createBodyReader(
        { pause: () => controller?.pause(), resume: () => controller?.resume(), abort },
        signal,
        clock,
      );
      body = reader;
      const known = toHeaders(incoming);
      const encoding = known['content-encoding'];
      if (encoding === undefined || encoding === 'identity') {
        resolve({ status, headers: known, body: reader.source });
        return;
      }
      const decoder = findDecoder(encoding);
      if (decoder === undefined) {
        reader.source.cancel();
        const detail = `${backend}: content-encoding ${encoding} is not supported`;
        reject(new UpstreamError('upstream_invalid_reply', detail, { backend, status }));
        return;
      }
      const toError = (fault: Error): Error => toUpstreamError(fault, backend, 'sent');
      // They describe bytes that nobody will see.
      delete known['content-encoding'];
      delete known['content-length'];
      resolve({ status, headers: known, body: decompress(reader.source, decoder(), toError) });
    };

    signal.addEventListener('abort', onAbort, { once: true });
    pool.dispatch(
      { path, method, headers, body: requestBody ?? null },
      {
        onRequestStart(started) {
          // Throwing here gives up the request and keeps the connection; nothing was written yet.
          if (unwanted) throw aborted;
          controller = started;
        },
        onResponseStart(_, status, incoming) {
          if (status >= 200) answer(status, incoming);
        },
        onResponseData: (_, chunk) => body?.push(chunk),
        onResponseEnd() {
          done();
          body?.end();
        },
        onResponseError(_, error) {
          const cause = signal.aborted
            ? signal.reason
            : toUpstreamError(error, backend, controller === undefined ? 'queued' : 'sent');
          done(unwanted ? undefined : cause);
          if (body === undefined) reject(cause);
          else body.fail(cause);
        },
      },
    );
  });

const toHeaders = (incoming: IncomingHeaders): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const name in incoming) {
    const value = incoming[name];
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
};
