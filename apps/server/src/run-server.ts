import { GatewayError } from '@claudette/core';
import type { ConfigSource, Gateway, GatewayOverrides } from '@claudette/gateway';
import { createGateway, loadConfig } from '@claudette/gateway';
import type { FastifyInstance } from 'fastify';

import { createServer } from './create-server.js';

export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly gateway: Gateway;
  /** Drains open exchanges up to `server.drainTimeoutMs`, ends the rest with a typed event, and lets go of everything. */
  close(): Promise<void>;
}

/** Connections that were busy when the server closed become idle later, and Node would keep them until they time out. */
const IDLE_SWEEP_MS = 20;
/** How long a client may take to read what was written before the drain ended. */
const FLUSH_MS = 1_000;

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'EADDRINUSE' ? 'the port is in use; choose another with --port or server.port' : String(cause);
    throw new GatewayError('configuration_invalid', `cannot listen on ${host}:${port}: ${why}`, { cause });
  }
}

/**
 * Starts serving and resolves once requests are accepted.
 * @throws GatewayError `configuration_invalid`
 */
export async function runServer(source: ConfigSource = {}, overrides: GatewayOverrides = {}): Promise<RunningServer> {
  const { config } = loadConfig(source);
  const gateway = await createGateway(config, overrides);
  const app = createServer(gateway);
  try {
    const url = await listen(app, config.server.host, config.server.port);
    gateway.startProbes();
    return {
      url,
      gateway,
      async close() {
        // Readiness goes first, so that load balancers look elsewhere while open streams go on.
        const drained = gateway.drain();
        const stopped = app.close();
        const closeIdle = setInterval(() => app.server.closeIdleConnections(), IDLE_SWEEP_MS);
        await drained;
        const closeAll = setTimeout(() => app.server.closeAllConnections(), FLUSH_MS);
        await stopped;
        clearInterval(closeIdle);
        clearTimeout(closeAll);
        await gateway.close();
      },
    };
  } catch (cause) {
    await gateway.close();
    throw cause;
  }
}
