import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { Home } from './create-home.js';
import type { Finished } from './run-in-process.js';

export interface Ended extends Finished {
  /** What ended the process instead of an exit code. */
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds between the last byte on standard output and the exit. */
  readonly lingeredMs: number;
}

export interface Running {
  readonly child: ChildProcess;
  /** What came on standard output so far. */
  out(): string;
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  readonly home: Home;
  /** What is piped in. @default nothing, ended at once; null: piped, but never ended */
  readonly input?: string | null;
  readonly environment?: Readonly<Record<string, string>>;
  /** Goes before the program: a command that starts node, and options of node. @default node alone */
  readonly starter?: readonly [command: string, ...args: string[]];
}

/** The command as it is shipped, in a folder of its own. Whoever made it removes it, which ends its processes too. */
export interface BuiltCli {
  /** The folder of the bundle. */
  readonly folder: string;
  /** The bundle's entry. */
  readonly main: string;
  start(args: readonly string[], options: StartOptions): Running;
  run(args: readonly string[], options: StartOptions): Promise<Ended>;
  remove(): void;
}

const bundler = fileURLToPath(new URL('../../../../tools/bundle.mjs', import.meta.url));

function follow(child: ChildProcess): Running {
  let out = '';
  let err = '';
  let lastByteAt = performance.now();
  let exitAt = 0;
  child.stdout?.on('data', (chunk) => {
    out += String(chunk);
    lastByteAt = performance.now();
  });
  child.stderr?.on('data', (chunk) => (err += String(chunk)));
  child.once('exit', () => (exitAt = performance.now()));
  const ended = new Promise<Ended>((resolve) =>
    // Unlike `exit`, `close` comes when all output has been read.
    child.once('close', (code, signal) => resolve({ code, signal, out, err, lingeredMs: exitAt - lastByteAt })),
  );
  return { child, out: () => out, ended };
}

export async function buildCli(): Promise<BuiltCli> {
  // Inside the repository, so that the bundle finds the native modules.
  const scratch = fileURLToPath(new URL('../../out-tsc/', import.meta.url));
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, 'bundle-'));
  await promisify(execFile)(process.execPath, [bundler, 'cli', '--out', folder]);

  const main = join(folder, 'main.js');
  const children = new Set<ChildProcess>();
  const start = (args: readonly string[], options: StartOptions): Running => {
    const { home, input = '', environment = {}, starter = [process.execPath] } = options;
    const [command, ...starterArgs] = starter;
    const child = spawn(command, [...starterArgs, main, ...args], {
      cwd: home.folder,
      env: { ...home.environment, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    if (input !== null) child.stdin.end(input);
    return follow(child);
  };
  return {
    folder,
    main,
    start,
    run: (args, options) => start(args, options).ended,
    remove() {
      for (const child of children) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
