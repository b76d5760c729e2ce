import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A Secret Service on a session bus and in a home of its own. Whoever started it stops it. */
export interface SecretService {
  /** What a process needs to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the session and begins another over the same home, unlocked if the password is the first one's. */
  restart(password: string): Promise<void>;
  stop(): Promise<void>;
}

/** Lives as long as its standard input: the password's line, and then nothing until it ends. */
const session = `
  read -r password
  printf %s "$password" | gnome-keyring-daemon --unlock --components=secrets > /dev/null 2>&1
  echo "$DBUS_SESSION_BUS_ADDRESS"
  read -r end
`;

async function startSession(password: string, home: Readonly<Record<string, string>>): Promise<[ChildProcess, string]> {
  const child = spawn('dbus-run-session', ['--', 'bash', '-c', session], {
    env: home,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.write(`${password}\n`);
  const address = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    createInterface(child.stdout).once('line', resolve);
  });
  return [child, address];
}

const endSession = (child: ChildProcess): Promise<unknown> => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin?.end();
  return ended;
};

export async function startSecretService(password: string): Promise<SecretService> {
  const folder = mkdtempSync(join(tmpdir(), 'claudette-keyring-'));
  const runtime = join(folder, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const home = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_RUNTIME_DIR: runtime,
  };
  mkdirSync(home.XDG_CACHE_HOME);
  let [child, address] = await startSession(password, home);
  return {
    get environment() {
      return { ...home, DBUS_SESSION_BUS_ADDRESS: address };
    },
    async restart(next) {
      await endSession(child);
      [child, address] = await startSession(next, home);
    },
    async stop() {
      await endSession(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
