import cluster from 'node:cluster';

import { toGatewayError } from '@claudette/core';
import type { ConfigSource, GatewayHost, ReloadReport } from '@claudette/gateway';
import { systemClock } from '@claudette/gateway';

import type { Greeting } from '../greet.js';
import { handleCrashes } from '../life-cycle/handle-crashes.js';
import type { ServerProcess } from '../life-cycle/server-process.js';
import { runServer } from '../run-server.js';
import { openProcessLine } from './process-line.js';
import type { ProcessLine } from './process-line.js';

/** The primary asks all workers for it. */
const METRICS_WITHIN_MS = 3_000;
/** Each worker waits for the one before. */
const RELOAD_WITHIN_MS = 120_000;

const ignore = (): void => undefined;

/** What concerns all processes is the primary's to gather. */
const amongWorkers =
  (line: ProcessLine, id: number) =>
  (host: GatewayHost): Omit<ServerProcess, 'isLeaving'> => ({
    worker: { id, pid: process.pid },
    async metricsText() {
      const { contentType } = await host.current().metricsText();
      return { contentType, text: String(await line.ask('metrics of all', METRICS_WITHIN_MS)) };
    },
    reload: async () => (await line.ask('reload all', RELOAD_WITHIN_MS)) as ReloadReport,
    filesChanged: () => void line.tell('files changed'),
  });

/**
 * Serves as one of several processes, until the primary says so, is gone, or SIGTERM comes. Resolves when all is closed.
 * What keeps it from starting is for the primary to tell.
 */
export async function runWorker(source: ConfigSource): Promise<void> {
  let host: GatewayHost | undefined;
  let stop: () => void = ignore;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const line = openProcessLine(
    process,
    {
      asked: {
        metrics: async () => (await host?.current().metricsText())?.text,
        reload: async () => host?.reload(),
        async stop() {
          stop();
          const server = host?.current().config.server;
          return (server?.readinessDelayMs ?? 0) + (server?.drainTimeoutMs ?? 0);
        },
      },
    },
    systemClock,
  );
  // A terminal sends these to all processes, and only the primary knows the order.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, ignore);
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  const fail = (thrown: unknown): Promise<void> => {
    const { code, detail } = toGatewayError(thrown);
    return line.tell('failed', { code, detail });
  };
  const crashes = handleCrashes((reason) => void fail(new Error(reason)));

  try {
    const server = await runServer(source, {}, amongWorkers(line, cluster.worker?.id ?? 0));
    host = server.host;
    crashes.saveWith(host.crash);
    const backends = host.current().backends.map(({ name, config: { models } }) => ({ name, config: { models } }));
    await line.tell('serving', { url: server.url, backends } satisfies Greeting);
    await stopped;
    await server.close();
  } catch (thrown) {
    await fail(thrown);
    process.exitCode = 1;
  }
  crashes.close();
  if (process.connected) process.disconnect();
}
