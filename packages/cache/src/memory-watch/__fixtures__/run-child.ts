import { execFileSync, fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import type { MemoryLevel } from '@claudette/core';

/** What a child is to do. */
export interface ChildTask {
  /** Whether it has a memory watch. */
  readonly watched: boolean;
  /** How many entries it puts into its cache, at how many a millisecond. */
  readonly entries: number;
  readonly batch: number;
  readonly entryBytes: number;
  /** What requests hold at the end of the load, outside V8's heap or in it. */
  readonly heldMib: number;
  readonly heldAs: 'buffers' | 'values';
  /** RAM that it takes the machine to have. */
  readonly machineMib?: number;
}

export interface ChildReport {
  /** Of each observation. */
  readonly levels: readonly MemoryLevel[];
  readonly levelAtRest: MemoryLevel | undefined;
  readonly levelAtEnd: MemoryLevel | undefined;
  readonly mostRssBytes: number;
  readonly leastBudgetBytes: number;
  /** The budget that it began with. */
  readonly fullBytes: number;
  readonly budgetAtEndBytes: number;
  /** What the cache held when the load ended. */
  readonly cacheBytes: number;
}

const folder = fileURLToPath(new URL('.', import.meta.url));
const bundle = fileURLToPath(new URL('../../../out-tsc/memory-child.mjs', import.meta.url));

/** Makes the program that `runChild` starts. */
export function bundleChild(): void {
  const esbuild = createRequire(import.meta.url).resolve('esbuild/bin/esbuild');
  const flags = ['--bundle', '--format=esm', '--platform=node', '--target=node20', '--conditions=@claudette/source'];
  execFileSync(esbuild, [`${folder}memory-child.ts`, ...flags, `--outfile=${bundle}`], { stdio: 'ignore' });
}

/**
 * Runs a process with a cache; it ends with this one at the latest. Resolves to its report, or undefined when it died.
 *
 * @param onStart given the child before it does anything
 */
export async function runChild(
  task: ChildTask,
  execArgv: readonly string[] = [],
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<ChildReport | undefined> {
  const child = fork(bundle, { execArgv: [...execArgv], env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  let report: ChildReport | undefined;
  child.on('message', (message) => (report = message as ChildReport));
  onStart(child);
  child.send(task);
  await once(child, 'exit');
  return report;
}
