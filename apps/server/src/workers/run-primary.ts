import { GatewayError } from '@claudette/core';
import type { Config } from '@claudette/gateway';
import { systemClock } from '@claudette/gateway';

import { greet } from '../greet.js';
import { awaitStopSignal } from '../life-cycle/await-stop-signal.js';
import { handleCrashes } from '../life-cycle/handle-crashes.js';
import { createWorkerSet } from './worker-set.js';

export interface PrimaryOptions {
  readonly server: Pick<Config['server'], 'workers'>;
  /** Takes what whoever started it wants to read. */
  readonly print: (line: string) => void;
  /** Takes what went wrong. */
  readonly tell: (line: string) => void;
}

/**
 * Looks after `server.workers` processes that serve on one port, until a signal stops them all. SIGHUP has them read the
 * configuration anew, one after the other.
 * @throws GatewayError of the first worker when it cannot start; `internal` when workers die all the time
 */
export async function runPrimary({ server, print, tell }: PrimaryOptions): Promise<void> {
  const crashes = handleCrashes(tell);
  const workers = createWorkerSet({ size: server.workers, tell, now: systemClock.now });
  const greeting = await workers.start();
  greet(print, greeting);
  print(`Workers: ${server.workers} processes share the port`);

  // What comes of it is in the log.
  const reload = (): void => void workers.reload();
  process.on('SIGHUP', reload);
  const gaveUp = await Promise.race([awaitStopSignal(workers.kill), workers.gaveUp]);
  print('Draining open exchanges …');
  const problems = await workers.stop();
  process.off('SIGHUP', reload);
  crashes.close();
  if (gaveUp instanceof GatewayError) throw gaveUp;
  if (problems.length > 0) throw new GatewayError('internal', `not everything stopped; ${problems.join('; ')}`);
}
