import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { GatewayError } from '@claudette/core';
import type { GatewayHost } from '@claudette/gateway';

import { securityHeaders } from './security-headers.js';

type Answered = ServerResponse & { readonly req: IncomingMessage };

/** What Node found before there was a request, as a status and in words. */
const faults: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'it was not sent in time'],
  HPE_HEADER_OVERFLOW: [431, 'its headers are too long'],
};
const notHttp = [400, 'it is not HTTP'] as const;

/** Whether an error may be written: never into an answer, nor before one that is owed. */
const mayAnswer = (latest: Answered | undefined): boolean =>
  latest === undefined ||
  latest.writableFinished ||
  (!latest.headersSent && latest.socket !== null && !latest.req.complete);

/**
 * Answers what never became a request (late, too long, not HTTP) and ends the connection.
 * @returns the handler of the server's `clientError` event
 */
export function createClientErrorHandler(host: Pick<GatewayHost, 'current'>) {
  const latest = new WeakMap<Socket, Answered>();
  return {
    /** Remembers what is answered on each connection. */
    follow: (server: Server): void => {
      server.on('request', (request: IncomingMessage, response: Answered) => latest.set(request.socket, response));
    },
    handle: (error: NodeJS.ErrnoException, socket: Socket): void => {
      if (!socket.writable || !mayAnswer(latest.get(socket))) {
        socket.destroy();
        return;
      }
      const [status, detail] = faults[error.code ?? ''] ?? notHttp;
      const answer = host.current().refuse('openai-chat', new GatewayError('invalid_request', detail));
      const body = answer.kind === 'whole' ? Buffer.from(answer.body) : Buffer.alloc(0);
      const headers = { ...securityHeaders, ...answer.headers, 'content-length': body.length, connection: 'close' };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const head = `HTTP/1.1 ${status} ${String(STATUS_CODES[status])}\r\n${lines.join('')}\r\n`;
      socket.end(Buffer.concat([Buffer.from(head), body]), () => socket.destroy());
    },
  };
}
