import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

import { GatewayError } from '@claudette/core';

import { mendTree } from './mend-tree.js';
import { readConfigFiles } from './read-config-files.js';
import type { ConfigSource } from './read-config-files.js';

/** What was put right in a file. */
export interface MendedFile {
  readonly path: string;
  /** One for each change, for people. */
  readonly mends: readonly string[];
}

/** Whole or not at all, with the rights that it has, and where a link leads. */
function replaceFile(path: string, tree: unknown): void {
  const target = realpathSync(path);
  const draft = `${target}.${process.pid}.new`;
  try {
    writeFileSync(draft, `${JSON.stringify(tree, undefined, 2)}\n`, { mode: statSync(target).mode });
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Puts right, in the files of a configuration, what can mean one thing only. A file in which nothing is to be mended, or
 * that is no JSON, stays as it is to the byte.
 * @throws GatewayError `configuration_invalid` when a file cannot be written
 */
export function mendConfigFiles(source: ConfigSource = {}): readonly MendedFile[] {
  const mended: MendedFile[] = [];
  for (const { layer, path, problem, duplicates } of readConfigFiles(source).files) {
    if (problem !== undefined) continue;
    const { tree, mends } = mendTree(layer.tree);
    const all = [...duplicates.map((key) => `${key} stands there once now, as it counted`), ...mends];
    if (all.length === 0) continue;
    try {
      replaceFile(path, tree);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new GatewayError('configuration_invalid', `file ${path} cannot be written: ${code ?? message}`, { cause });
    }
    mended.push({ path, mends: all });
  }
  return mended;
}
