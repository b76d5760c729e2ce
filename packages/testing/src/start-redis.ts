import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findFreePort, startServerProcess } from './start-server-process.js';
import type { ServerProcess } from './start-server-process.js';

const COMMAND = 'redis-server';
const PASSWORD = 'r3dis-passw0rd';

/** Whether this machine has Redis. */
export const hasRedis = (): boolean => spawnSync(COMMAND, ['--version']).error === undefined;

/** Starts a Redis that asks for a password and keeps what it has acknowledged. */
export async function startRedis(): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'claudette-redis-'));
  const port = await findFreePort();
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    requirepass: PASSWORD,
    appendonly: 'yes',
    save: '',
  };
  return startServerProcess({
    url: `redis://:${PASSWORD}@127.0.0.1:${port}`,
    command: COMMAND,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    killSignal: 'SIGKILL',
    remove: () => rm(folder, { recursive: true, force: true }),
  });
}
