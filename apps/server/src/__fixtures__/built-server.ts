import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { eventually } from '@claudette/testing';

// Inside the repository, so that the bundle finds the native modules.
const scratch = fileURLToPath(new URL('../../out-tsc/', import.meta.url));
const bundler = fileURLToPath(new URL('../../../../tools/bundle.mjs', import.meta.url));
/** The machine may have other things to do. */
const START_WITHIN_MS = 30_000;

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Flags of Node's. */
  readonly flags?: readonly string[];
  /** Another user of the machine. */
  readonly uid?: number;
}

export interface Started {
  readonly child: ChildProcess;
  /** Its own folder: home, configuration (`config.json`) and data. */
  readonly home: string;
  /** What it wrote so far, on both streams. */
  readonly output: () => string;
  readonly exit: Promise<number | null>;
  /** Resolves once it accepts requests. */
  listening(): Promise<{ readonly url: string }>;
}

/** The product as processes of its own. */
export interface BuiltServer {
  /** Inside the repository. */
  readonly folder: string;
  /** With a home of its own. */
  start(config: Readonly<Record<string, unknown>>, options?: StartOptions): Started;
  /** Ends whatever was started. */
  killAll(): void;
  remove(): void;
}

export function buildServer(): BuiltServer {
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, 'process-'));
  const children: ChildProcess[] = [];
  execFileSync(process.execPath, [bundler, 'server', '--out', join(folder, 'dist')], { stdio: 'ignore' });

  return {
    folder,
    start(config, { environment = {}, flags = [], uid } = {}) {
      const home = mkdtempSync(join(folder, 'home-'));
      writeFileSync(join(home, 'config.json'), JSON.stringify(config));
      if (uid !== undefined) for (const path of [folder, home]) chmodSync(path, 0o755);
      const env = {
        PATH: dirname(process.execPath),
        HOME: home,
        XDG_DATA_HOME: home,
        CLAUDETTE_CONFIG: join(home, 'config.json'),
        ...environment,
      };
      const child = spawn(process.execPath, [...flags, join(folder, 'dist/main.js')], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(uid !== undefined && { uid }),
      });
      children.push(child);
      let output = '';
      child.stdout.on('data', (chunk) => (output += String(chunk)));
      child.stderr.on('data', (chunk) => (output += String(chunk)));
      // Not 'exit': what it wrote last would be missing.
      const exit = once(child, 'close').then(([code]) => code as number | null);
      return {
        child,
        home,
        output: () => output,
        exit,
        async listening() {
          await eventually(() => output.includes('Try: curl') || child.exitCode !== null, {
            withinMs: START_WITHIN_MS,
          });
          return { url: /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? '' };
        },
      };
    },
    killAll() {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
