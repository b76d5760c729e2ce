import type { ServerResponse } from 'node:http';

import type { ClientAnswer } from '@claudette/gateway';

import { securityHeaders } from './hardening/security-headers.js';

/** Resolves when the socket takes more, or when it is gone. */
const writable = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });

/** Writes an answer to the socket: frames as they come, no faster than the client reads. */
export async function sendAnswer(response: ServerResponse, answer: ClientAnswer): Promise<void> {
  if (answer.kind === 'whole') {
    const headers = Object.assign({ 'content-length': answer.body.length }, securityHeaders, answer.headers);
    response.writeHead(answer.status, headers);
    response.end(answer.body);
    return;
  }
  response.writeHead(answer.status, Object.assign({}, securityHeaders, answer.headers));
  const { frames } = answer;
  for (let step = await frames.next(); step.done !== true; step = await frames.next()) {
    if (response.destroyed) return;
    if (!response.write(step.value)) await writable(response);
  }
  response.end();
}
