import { UpstreamError } from '@claudette/core';
import type { Clock, TransportRequest, TransportResponse } from '@claudette/core';
import type { Client, Dispatcher } from 'undici';

import { createBodyReader } from './body-reader.js';
import type { BodyReader } from './body-reader.js';
import { findDecompressor } from './decompress.js';
import { toUpstreamError } from './upstream-fault.js';

export interface DispatchOptions {
  /** A client without a request. */
  readonly client: Client;
  readonly request: TransportRequest;
  /** The request's path and query. */
  readonly path: string;
  readonly clock: Clock;
  /** Called once, when the client has no part in the request any more. */
  readonly onDone: (end: RequestEnd) => void;
}

/** How the connection came out of a request. */
export interface RequestEnd {
  /** The answer came to its end: the client can take another request. */
  readonly reusable: boolean;
  /** What went wrong, unless the end was asked for. */
  readonly cause?: unknown;
}

type IncomingHeaders = Record<string, string | string[] | undefined>;

/** What undici is told; what readers get is the signal's reason, or nothing when they cancelled. */
const aborted = new Error('The request was aborted');

const wellEnded: RequestEnd = { reusable: true };

/**
 * Sends one request over a client and resolves with its answer's head. One handler object and one promise per request: this
 * is the hottest code of the package.
 */
export const dispatchRequest = ({
  client,
  request,
  path,
  clock,
  onDone,
}: DispatchOptions): Promise<TransportResponse> =>
  new Promise((resolve, reject) => {
    const { backend, signal, method, headers, body: requestBody } = request;
    let controller: Dispatcher.DispatchController | undefined;
    let body: BodyReader | undefined;
    let unwanted = false;

    const abort = (): void => {
      unwanted = true;
      if (controller === undefined) void client.destroy(aborted);
      else controller.abort(aborted);
    };
    const done = (end: RequestEnd): void => {
      signal.removeEventListener('abort', abort);
      onDone(end);
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
      const decompress = findDecompressor(encoding);
      if (decompress === undefined) {
        reader.source.cancel();
        const detail = `${backend}: content-encoding ${encoding} is not supported`;
        reject(new UpstreamError('upstream_invalid_reply', detail, { backend, status }));
        return;
      }
      const toError = (fault: Error): Error => toUpstreamError(fault, backend, 'sent');
      // They describe bytes that nobody will see.
      delete known['content-encoding'];
      delete known['content-length'];
      resolve({ status, headers: known, body: decompress(reader.source, toError) });
    };

    signal.addEventListener('abort', abort, { once: true });
    client.dispatch(
      { path, method, headers, body: requestBody ?? null },
      {
        onRequestStart(started) {
          controller = started;
        },
        onResponseStart(_, status, incoming) {
          if (status >= 200) answer(status, incoming);
        },
        onResponseData: (_, chunk) => body?.push(chunk),
        onResponseEnd() {
          done(wellEnded);
          body?.end();
        },
        onResponseError(_, error) {
          const phase = controller === undefined ? 'queued' : 'sent';
          const cause = signal.aborted ? signal.reason : toUpstreamError(error, backend, phase);
          done(unwanted ? { reusable: false } : { reusable: false, cause });
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
    headers[name] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return headers;
};
