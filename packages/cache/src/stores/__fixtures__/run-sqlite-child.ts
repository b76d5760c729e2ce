import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What a child is to do. */
export interface ChildTask {
  readonly path: string;
  /** What its keys begin with. */
  readonly name: string;
  readonly entries: number;
}

export interface ChildReport {
  readonly removed: number;
  /** Removals of others that it heard of. */
  readonly removedElsewhere: number;
  readonly droppedWrites: number;
  readonly failures: number;
  readonly timeouts: number;
  readonly unreadable: number;
  readonly hits: number;
}

const folder = fileURLToPath(new URL('.', import.meta.url));
const bundle = fileURLToPath(new URL('../../../out-tsc/sqlite-child.mjs', import.meta.url));

/** Makes the program that `runChild` starts. */
export function bundleChild(): void {
  const esbuild = createRequire(import.meta.url).resolve('esbuild/bin/esbuild');
  const flags = ['--bundle', '--format=esm', '--platform=node', '--target=node20', '--conditions=@claudette/source'];
  // Drivers are loaded as they are.
  const externals = ['keyv', '@keyv/*', 'pg'].map((name) => `--external:${name}`);
  execFileSync(esbuild, [`${folder}sqlite-child.ts`, ...flags, ...externals, `--outfile=${bundle}`], {
    stdio: 'ignore',
  });
}

/** Runs a process with a second tier over a file; it ends with this one at the latest. Undefined when it died. */
export async function runChild(task: ChildTask): Promise<ChildReport | { readonly error: string } | undefined> {
  const child = fork(bundle, { env: {}, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  let report: ChildReport | undefined;
  child.on('message', (message) => (report = message as ChildReport));
  child.send(task);
  await once(child, 'exit');
  return report;
}
