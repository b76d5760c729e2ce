import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** A reply as it came over the socket. */
export interface RawReply {
  /** 0 when the connection broke before the headers. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body as it arrived, one entry for each HTTP chunk. */
  readonly chunks: readonly Buffer[];
  /** The whole body as text, not decompressed. */
  readonly text: string;
  /** `complete`: ended as HTTP wants it; `broken`: the connection went away; `silent`: open, but nothing came any more. */
  readonly end: 'complete' | 'broken' | 'silent';
}

export interface ReadReplyOptions {
  /** @default POST with a body, otherwise GET */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown;
  /** Leaves the connection after so many milliseconds without a byte. @default 500 */
  readonly silenceMs?: number;
}

/**
 * Asks over a connection of its own, with nothing in between that would put right what a test wants to see. Never rejects
 * for what the other side does: however the reply ends is an answer.
 */
export function readReply(url: string, options: ReadReplyOptions = {}): Promise<RawReply> {
  const { body, headers = {}, method = body === undefined ? 'GET' : 'POST', silenceMs = 500 } = options;
  return new Promise((resolve) => {
    let status = 0;
    let received: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    const settle = (end: RawReply['end']): void =>
      resolve({ status, headers: received, chunks, text: Buffer.concat(chunks).toString(), end });

    const request = httpRequest(url, { agent: false, method, headers: { connection: 'close', ...headers } });
    request.setTimeout(silenceMs, () => {
      settle('silent');
      request.destroy();
    });
    request.on('error', () => settle('broken'));
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      received = response.headers;
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => settle('broken'));
      response.on('end', () => settle('complete'));
    });
    request.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  });
}
