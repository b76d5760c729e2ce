import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** A connection on which a test writes bytes that no client library would. */
export interface RawSocket {
  readonly socket: Socket;
  /** Everything that came, as latin1. */
  received(): string;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
}

/** Opens a connection to a server. The test ends it, or waits until the server does. */
export async function openRaw(url: string): Promise<RawSocket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => (text += chunk));
  // A connection that the server resets is what many of these tests want.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  await once(socket, 'connect');
  return { socket, received: () => text, closed };
}

/** Writes the bytes and resolves with what the server said until it closed the connection. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<string> {
  const { socket, received, closed } = await openRaw(url);
  socket.write(bytes);
  await closed;
  return received();
}

/** Lines as HTTP wants them, ended by an empty one. */
export const lines = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n\r\n`;

/** The status in an answer's first line; 0 where there is no answer. */
export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
