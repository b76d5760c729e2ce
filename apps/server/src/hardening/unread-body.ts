import type { IncomingMessage } from 'node:http';

/** Long enough for a client to see that it was refused, before it has sent all. */
const LINGER_MS = 5_000;

/**
 * Bounds how long a refused client may go on sending its body, which nobody keeps. Closing at once would often cost it
 * the answer.
 */
export function boundUnreadBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.destroy(), LINGER_MS).unref();
  const stop = (): void => clearTimeout(timer);
  request.once('end', stop).once('close', stop);
}
