import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** What a client had to read at some moment. */
interface Arrears {
  readonly sinceMs: number;
  /** The count of bytes at which it has read that. */
  readonly goalBytes: number;
}

const MAX_SWEEP_MS = 5_000;

/**
 * Cuts clients that do not take what was written to them within the time. One timer for
 * all connections, none per request; it ends with the server.
 */
export function cutSlowReaders(server: Server, sendTimeoutMs: number, nowMs: () => number): void {
  const arrears = new Map<Socket, Arrears | undefined>();
  // On a TLS server the connections that carry requests come with another event.
  const opened = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  server.on(opened, (socket: Socket) => {
    arrears.set(socket, undefined);
    socket.once('close', () => arrears.delete(socket));
  });

  const sweep = (): void => {
    const now = nowMs();
    for (const [socket, owed] of arrears) {
      const waiting = socket.writableLength;
      if (waiting === 0) {
        if (owed !== undefined) arrears.set(socket, undefined);
      } else if (owed === undefined || socket.bytesWritten - waiting >= owed.goalBytes) {
        arrears.set(socket, { sinceMs: now, goalBytes: socket.bytesWritten });
      } else if (now - owed.sinceMs > sendTimeoutMs) {
        socket.destroy();
      }
    }
  };
  const timer = setInterval(sweep, Math.min(MAX_SWEEP_MS, Math.ceil(sendTimeoutMs / 4))).unref();
  server.once('close', () => clearInterval(timer));
}
