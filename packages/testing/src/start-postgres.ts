import { execFile, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { findFreePort, startServerProcess } from './start-server-process.js';
import type { ServerProcess } from './start-server-process.js';

const USER = 'tester';
const PASSWORD = 'p0stgres-passw0rd';
/** Debian keeps the programs of each version out of the PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
/** Postgres refuses to run as root: user and group `nobody`. */
const NOBODY = 65_534;

/** Whether this machine has Postgres. */
export const hasPostgres = (): boolean => findPrograms() !== undefined;

/** Starts a Postgres that asks for a password. */
export async function startPostgres(): Promise<ServerProcess> {
  const programs = findPrograms();
  if (programs === undefined) throw new Error(`There is no initdb, neither in the PATH nor under ${DEBIAN_FOLDER}`);
  const folder = await mkdtemp(join(tmpdir(), 'claudette-postgres-'));
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, PASSWORD);

  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  if (uid !== undefined) for (const path of [folder, passwordFile]) await chown(path, uid, uid);
  await promisify(execFile)(
    programs.initdb,
    [...['-D', data, '-U', USER, '-A', 'scram-sha-256', '--pwfile', passwordFile], ...['-E', 'UTF8', '--no-sync']],
    { cwd: folder, ...(uid !== undefined && { uid, gid: uid }) },
  );

  const port = await findFreePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // A crash of the server loses nothing without it, only one of the machine does.
    fsync: 'off',
  };
  return startServerProcess({
    url: `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres`,
    command: programs.postgres,
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    uid,
    killSignal: 'SIGQUIT',
    remove: () => rm(folder, { recursive: true, force: true }),
  });
}

const findPrograms = (): { readonly initdb: string; readonly postgres: string } | undefined =>
  ['', ...debianFolders()]
    .map((folder) => ({ initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') }))
    .find((programs) => Object.values(programs).every((path) => spawnSync(path, ['--version']).error === undefined));

const debianFolders = (): string[] => {
  try {
    return readdirSync(DEBIAN_FOLDER).map((version) => join(DEBIAN_FOLDER, version, 'bin'));
  } catch {
    return [];
  }
};
