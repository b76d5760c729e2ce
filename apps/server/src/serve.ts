import cluster from 'node:cluster';

import type { ConfigSource } from '@claudette/gateway';
import { loadConfig } from '@claudette/gateway';

import { greet } from './greet.js';
import { awaitStopSignal } from './life-cycle/await-stop-signal.js';
import { handleCrashes } from './life-cycle/handle-crashes.js';
import { outliveReaders } from './life-cycle/outlive-readers.js';

type Print = (line: string) => void;

/**
 * Serves until SIGTERM or SIGINT, then drains; a second signal ends the process at once. SIGHUP reads the configuration
 * anew. Resolves when all is closed. With `server.workers` above 1, several processes serve and this one looks after them.
 *
 * @param tell takes what is neither asked for nor in the log
 * @throws GatewayError `configuration_invalid` when it cannot start, `internal` when it did not stop as it should
 */
export async function serve(
  source: ConfigSource,
  print: Print,
  tell: Print = (line) => process.stderr.write(`${line}\n`),
): Promise<void> {
  outliveReaders();
  if (cluster.isWorker) {
    const { runWorker } = await import('./workers/run-worker.js');
    await runWorker(source);
  } else {
    const { server } = loadConfig(source).config;
    if (server.workers === 1) await serveAlone(source, print, tell);
    else {
      const { runPrimary } = await import('./workers/run-primary.js');
      await runPrimary({ server, print, tell });
    }
  }
}

async function serveAlone(source: ConfigSource, print: Print, tell: Print): Promise<void> {
  const crashes = handleCrashes(tell);
  try {
    const { runServer } = await import('./run-server.js');
    const server = await runServer(source);
    crashes.saveWith(server.host.crash);
    greet(print, { url: server.url, backends: server.host.current().backends });

    // What comes of it is in the log.
    const reload = (): void => void server.host.reload();
    process.on('SIGHUP', reload);
    await awaitStopSignal();
    print('Draining open exchanges …');
    await server.close();
    process.off('SIGHUP', reload);
  } finally {
    crashes.close();
  }
}
