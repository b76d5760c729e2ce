import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import type { Clock } from '@claudette/core';
import { errors } from 'undici';
import type { buildConnector } from 'undici';

export interface ConnectorOptions {
  readonly clock: Clock;
  /** How long a connection that was opened ahead waits to be used. */
  readonly idleTimeoutMs: number;
  /** Certificates to trust instead of the system's, as PEM. */
  readonly ca?: string;
}

/** Opens the connections to one origin. */
export interface Connector {
  /** What undici asks for a connection: one that was opened ahead where there is one, a new one otherwise. */
  connectWithin(connectTimeoutMs: number): buildConnector.connector;
  /** Opens connections ahead until `count` of them wait. Resolves when all have opened or failed; failing is no error. */
  openAhead(count: number, connectTimeoutMs: number): Promise<void>;
  /** Connections that were opened ahead and wait. */
  readonly waiting: number;
  /** Times undici had to wait for a new connection. */
  readonly opened: number;
  /** Closes the connections that wait. */
  closeWaiting(): void;
}

const TCP_KEEP_ALIVE_AFTER_MS = 60_000;

/** @param origin scheme, host and port; `https:` is spoken with TLS */
export function createConnector(origin: URL, { clock, idleTimeoutMs, ca }: ConnectorOptions): Connector {
  const secure = origin.protocol === 'https:';
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  const port = Number(origin.port === '' ? (secure ? 443 : 80) : origin.port);
  const waiting = new Map<Socket, () => void>();
  let session: Buffer | undefined;
  let opened = 0;

  const dial = (): Socket => {
    if (!secure) return connectTcp({ host, port });
    return connectTls({
      host,
      port,
      // A name is required for SNI, and an address is not allowed there.
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['http/1.1'],
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: keys and prompts go to nobody who cannot show who he is.
      rejectUnauthorized: true,
      ...(session && { session }),
      ...(ca !== undefined && { ca }),
    }).on('session', (latest) => (session = latest));
  };

  const open = (connectTimeoutMs: number, callback: buildConnector.Callback): void => {
    const socket = dial().setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE_AFTER_MS);
    const stop = clock.after(connectTimeoutMs, () => {
      socket.destroy(new errors.ConnectTimeoutError(`no connection to ${origin.host} within ${connectTimeoutMs} ms`));
    });
    let connected = false;
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      stop();
      connected = true;
      callback(null, socket);
    });
    // Stays for the socket's life: an error that nobody listens to ends the process.
    socket.on('error', (error) => {
      stop();
      if (!connected) callback(error, null);
    });
  };

  const take = (): Socket | undefined => {
    const [first] = waiting;
    if (first === undefined) return undefined;
    const [socket, unpark] = first;
    unpark();
    return socket.ref();
  };

  const park = (socket: Socket): void => {
    const stop = clock.after(idleTimeoutMs, () => socket.destroy());
    const unpark = (): void => {
      stop();
      socket.off('close', unpark);
      waiting.delete(socket);
    };
    waiting.set(socket, unpark);
    socket.once('close', unpark).unref();
  };

  return {
    connectWithin: (connectTimeoutMs) => (_, callback) => {
      const ready = take();
      if (ready !== undefined) {
        queueMicrotask(() => callback(null, ready));
        return;
      }
      opened += 1;
      open(connectTimeoutMs, callback);
    },
    async openAhead(count, connectTimeoutMs) {
      const openOne = (): Promise<void> =>
        new Promise((resolve) => {
          open(connectTimeoutMs, (_, socket) => {
            if (socket !== null) park(socket);
            resolve();
          });
        });
      const missing = Math.max(0, count - waiting.size);
      await Promise.all(Array.from({ length: missing }, openOne));
    },
    get waiting() {
      return waiting.size;
    },
    get opened() {
      return opened;
    },
    closeWaiting() {
      for (const socket of waiting.keys()) socket.destroy();
    },
  };
}
