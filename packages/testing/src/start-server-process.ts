import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A real server of a test's own: on a free port of the loopback, with a folder of its own. */
export interface ServerProcess {
  /** With the credentials that it asks for. */
  readonly url: string;
  /** Holds it up: it keeps its connections and takes new ones, but answers nothing. */
  pause(): void;
  resume(): void;
  /** Ends it at once, as a crash does. What it has kept stays. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, at the same port, with what it has kept. */
  restart(): Promise<void>;
  /** Ends it and removes what it has kept. */
  stop(): Promise<void>;
}

export interface ServerProgram {
  readonly url: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The user that it runs as. */
  readonly uid?: number | undefined;
  /** How it is made to end at once. */
  readonly killSignal: NodeJS.Signals;
  /** Removes what it has kept. */
  readonly remove: () => Promise<void>;
}

const READY = /ready to accept connections/i;

/** A port that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a server and waits until it says that it is ready to accept connections. It ends with this process at the latest.
 *
 * @throws Error with what it said when it ends instead
 */
export async function startServerProcess(program: ServerProgram): Promise<ServerProcess> {
  let child: ChildProcess | undefined = await start(program);

  /** The server first: it would replace children that do not answer. */
  const signalAll = (signal: NodeJS.Signals): void => {
    if (child?.pid === undefined) return;
    const children = childrenOf(child.pid);
    child.kill(signal);
    for (const pid of children) signalProcess(pid, signal);
  };
  const end = (): void => {
    signalAll('SIGCONT');
    child?.kill(program.killSignal);
  };
  process.once('exit', end);

  const kill = async (): Promise<void> => {
    const killed = child;
    if (killed === undefined) return;
    const ended = killed.exitCode !== null || killed.signalCode !== null || once(killed, 'exit');
    end();
    await ended;
    child = undefined;
  };
  return {
    url: program.url,
    pause: () => signalAll('SIGSTOP'),
    resume: () => signalAll('SIGCONT'),
    kill,
    async restart() {
      child = await start(program);
    },
    async stop() {
      await kill();
      process.off('exit', end);
      await program.remove();
    },
  };
}

async function start({ command, args, uid }: ServerProgram): Promise<ChildProcess> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      if (READY.test(said)) resolve();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${said}`)));
  });
  // What it says from now on is read and dropped: a full pipe would hold it up.
  child.stdout.removeAllListeners('data').resume();
  child.stderr.removeAllListeners('data').resume();
  return child;
}

/** Linux tells; elsewhere a server is taken to have none. */
const childrenOf = (pid: number): number[] => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
};

const signalProcess = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended since it was listed.
  }
};
