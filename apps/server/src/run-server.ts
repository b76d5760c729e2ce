import { GatewayError } from '@claudette/core';
import type { ConfigSource, GatewayHost, GatewayOverrides } from '@claudette/gateway';
import { createGatewayHost } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

import { createServer } from './create-server.js';
import { createLifeCycle } from './life-cycle/create-life-cycle.js';
import { onlyProcess } from './life-cycle/server-process.js';
import type { ServerProcess } from './life-cycle/server-process.js';
import { waitingTimers } from './life-cycle/waiting-timers.js';

export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly host: GatewayHost;
  /**
   * Is not ready any more, but serves on for `server.readinessDelayMs`. Then takes no more connections, lets open
   * exchanges go on up to `server.drainTimeoutMs`, ends the rest with a typed event, and lets go of everything.
   * @throws GatewayError `internal`, naming the parts that did not stop as they should
   */
  close(): Promise<void>;
}

/** Connections that were busy when the server closed become idle later, and Node would keep them until they time out. */
const IDLE_SWEEP_MS = 20;
/** How long a client may take to read what was written before the drain ended. */
const FLUSH_MS = 1_000;
/** What the end may take beyond the times that the configuration allows. */
const END_WITHIN_MS = 5_000;

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another with --port or server.port',
  EACCES: 'the port is not for everybody; choose one above 1023 with --port or server.port',
  EADDRNOTAVAIL: 'this machine has no such address; choose another with --host or server.host',
  ENOTFOUND: 'there is no such name; choose another with --host or server.host',
};

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    // Failing here may have been an error of ours, e.g. a route without a role.
    const code = (cause as NodeJS.ErrnoException).code;
    if (cause instanceof GatewayError || code === undefined) throw cause;
    const why = reasons[code] ?? String(cause);
    throw new GatewayError('configuration_invalid', `cannot listen on ${host}:${port}: ${why}`, { cause });
  }
}

/** Readiness goes first, so that load balancers look elsewhere while open streams go on. */
async function stopListening(app: FastifyInstance, host: GatewayHost): Promise<void> {
  const drained = host.drain();
  const stopped = app.close();
  const closeIdle = setInterval(() => app.server.closeIdleConnections(), IDLE_SWEEP_MS);
  await drained;
  const closeAll = setTimeout(() => app.server.closeAllConnections(), FLUSH_MS);
  await stopped;
  clearInterval(closeIdle);
  clearTimeout(closeAll);
}

/**
 * Starts serving and resolves once requests are accepted.
 *
 * @param among how the process is known to others on the same port, where there are some
 * @throws GatewayError `configuration_invalid`
 */
export async function runServer(
  source: ConfigSource = {},
  overrides: GatewayOverrides = {},
  among: (host: GatewayHost) => Omit<ServerProcess, 'isLeaving'> = onlyProcess,
): Promise<RunningServer> {
  const life = createLifeCycle();
  let isLeaving = false;

  const host = await life.start({
    name: 'the gateway',
    start: () => createGatewayHost(source, overrides),
    stop: (one) => one.close(),
  });
  const server = { ...among(host), isLeaving: () => isLeaving };
  const { host: address, port } = host.current().config.server;
  const app = await life.start({
    name: 'the routes',
    start: () => createServer(host, server),
    // As long as it has not listened, nothing else closes what it holds.
    stop: (one) => one.close(),
  });
  const url = await life.start({
    name: 'the HTTP server',
    start: () => listen(app, address, port),
    stop: () => stopListening(app, host),
    stopWithinMs: () => host.current().config.server.drainTimeoutMs + FLUSH_MS + END_WITHIN_MS,
  });
  await life.start({
    name: 'what goes on beside requests',
    start: () => host.start(server.filesChanged),
    stop: () => undefined,
  });

  return {
    url,
    host,
    async close() {
      isLeaving = true;
      const { readinessDelayMs } = host.current().config.server;
      if (readinessDelayMs > 0) await new Promise<void>((resolve) => waitingTimers.after(readinessDelayMs, resolve));
      await life.stop();
    },
  };
}
