import { GatewayError, toGatewayError, UpstreamError } from '@claudette/core';
import type { Clock, TransportRequest, TransportResponse } from '@claudette/core';
import { Client } from 'undici';

import { createConnector } from './connector.js';
import { dispatchRequest } from './dispatch-request.js';

/** Limits of the connections to one origin. */
export interface OriginPoolOptions {
  readonly clock: Clock;
  readonly connectionsPerOrigin: number;
  readonly idleTimeoutMs: number;
  readonly queueTimeoutMs: number;
  readonly maxResponseHeaderBytes: number;
  readonly ca?: string;
}

/** How the connections to one origin are used. Counts begin with the pool. */
export interface OriginStats {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Open connections. */
  readonly connected: number;
  /** Open connections without a request. */
  readonly free: number;
  /** Requests under way. */
  readonly running: number;
  /** Requests that wait for a connection. */
  readonly pending: number;
  /** Requests that were started so far. */
  readonly requests: number;
  /** Requests among them that found an open connection. */
  readonly reused: number;
  /** `reused` as a share of `requests`, 0 to 1; 0 before the first one. */
  readonly reuseRatio: number;
  /** Requests that failed on the way: no connection, or one that broke. */
  readonly failures: number;
}

export interface OriginPool {
  send(request: TransportRequest, path: string): Promise<TransportResponse>;
  /** Opens `count` connections ahead. */
  warm(count: number, connectTimeoutMs: number): Promise<void>;
  stats(): OriginStats;
  /** Resolves when all requests, waiting ones included, have ended and the connections are closed. */
  close(): Promise<void>;
  /** Ends all requests with `draining` and closes the connections. */
  destroy(): Promise<void>;
}

interface Waiter {
  enter(): void;
  refuse(cause: GatewayError): void;
}

/**
 * The connections to one origin: one undici client each, a limit, and a queue in order of arrival. undici's own pool is
 * not used because it cannot take a request out of its queue, and because its clients connect anew after an abort only to
 * find that nobody wants the answer any more (https://github.com/nodejs/undici/issues/5845). Here a connection that did
 * not come to a proper end is destroyed together with its client.
 */
export function createOriginPool(origin: URL, options: OriginPoolOptions): OriginPool {
  const { clock, connectionsPerOrigin, idleTimeoutMs, queueTimeoutMs, maxResponseHeaderBytes } = options;
  const connector = createConnector(origin, options);
  const clients = new Set<Client>();
  /** Clients without a request. The last one to become free is the first to be used: the rest may grow old and close. */
  const free: Client[] = [];
  const waiting = new Set<Waiter>();
  let running = 0;
  let requests = 0;
  let failures = 0;
  let onIdle: (() => void) | undefined;

  const forget = (client: Client): void => {
    clients.delete(client);
    void client.destroy();
  };

  const createClient = (connectTimeoutMs: number): Client => {
    const client = new Client(origin, {
      pipelining: 1,
      connect: connector.connectWithin(connectTimeoutMs),
      keepAliveTimeout: idleTimeoutMs,
      keepAliveMaxTimeout: idleTimeoutMs,
      maxHeaderSize: maxResponseHeaderBytes,
      // Interceptors time requests; undici would do it a second time.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    client.on('disconnect', () => {
      const at = free.indexOf(client);
      if (at < 0) return;
      free.splice(at, 1);
      forget(client);
    });
    clients.add(client);
    return client;
  };

  const start = (request: TransportRequest, path: string): Promise<TransportResponse> => {
    running += 1;
    requests += 1;
    const client = free.pop() ?? createClient(request.connectTimeoutMs);
    return dispatchRequest({
      client,
      request,
      path,
      clock,
      onDone(end) {
        running -= 1;
        if (end.reusable) free.push(client);
        else forget(client);
        if (end.cause instanceof UpstreamError) failures += 1;
        const [next] = waiting;
        next?.enter();
        if (running === 0) onIdle?.();
      },
    });
  };

  const waitForTurn = (request: TransportRequest, path: string): Promise<TransportResponse> =>
    new Promise((resolve, reject) => {
      const { backend, signal } = request;
      const leave = (): void => {
        waiting.delete(waiter);
        signal.removeEventListener('abort', onAbort);
        stop();
      };
      const waiter: Waiter = {
        enter() {
          leave();
          resolve(start(request, path));
        },
        refuse(cause) {
          leave();
          reject(cause);
        },
      };
      const onAbort = (): void => waiter.refuse(toGatewayError(signal.reason));
      const stop = clock.after(queueTimeoutMs, () =>
        waiter.refuse(new UpstreamError('target_busy', backend, { backend, unsent: true })),
      );
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.add(waiter);
    });

  return {
    send: (request, path) => (running < connectionsPerOrigin ? start(request, path) : waitForTurn(request, path)),
    warm: (count, connectTimeoutMs) => connector.openAhead(Math.min(count, connectionsPerOrigin), connectTimeoutMs),
    stats() {
      const reused = Math.max(0, requests - connector.opened);
      const connected = [...clients].filter((client) => client.stats.connected).length;
      return {
        origin: origin.origin,
        connected: connector.waiting + connected,
        free: connector.waiting + free.length,
        running,
        pending: waiting.size,
        requests,
        reused,
        reuseRatio: requests === 0 ? 0 : reused / requests,
        failures,
      };
    },
    async close() {
      if (running > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      connector.closeWaiting();
      await Promise.all([...clients].map((client) => client.destroy()));
    },
    async destroy() {
      const draining = new GatewayError('draining', 'the connection pool is closed');
      for (const waiter of waiting) waiter.refuse(draining);
      connector.closeWaiting();
      await Promise.all([...clients].map((client) => client.destroy(draining)));
    },
  };
}
