import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import type { ConfigLayer } from './config-layer.js';
import { isTree } from './merge-layers.js';
import { surveyJson } from './survey-json.js';
import { systemEnvironment } from './system-environment.js';
import { configDirectory } from './user-directories.js';

export interface ConfigSource {
  /** `--config`. */
  readonly file?: string;
  /** Flags as a partial configuration; they win over everything. */
  readonly flags?: unknown;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory?: string;
}

/** One file of a configuration. */
export interface ReadFile {
  readonly path: string;
  readonly layer: ConfigLayer;
  /** Why its layer is empty. */
  readonly problem?: string;
  /** Keys that stand there twice. */
  readonly duplicates: readonly string[];
}

/** What is in a file, or undefined when there is no such file. */
function readLayer(path: string): ReadFile | undefined {
  const origin = `file ${path}`;
  const unreadable = (problem: string): ReadFile => ({ path, layer: { origin, tree: {} }, problem, duplicates: [] });
  let text: string;
  try {
    // Some editors begin a file with a byte order mark, which is no JSON.
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : unreadable(`cannot be read: ${code ?? message}`);
  }
  const { fault, duplicates } = surveyJson(text);
  if (fault !== undefined) return unreadable(`is not JSON: ${fault}`);
  const tree: unknown = JSON.parse(text);
  return isTree(tree) ? { path, layer: { origin, tree }, duplicates } : unreadable('must hold a JSON object');
}

/** The file and the file of the stage, lowest first; a named one that is not there is a problem. */
export function readConfigFiles({
  file,
  environment = systemEnvironment,
  workingDirectory = process.cwd(),
}: ConfigSource): {
  readonly paths: readonly string[];
  readonly files: readonly ReadFile[];
} {
  const named = file ?? environment['CLAUDETTE_CONFIG'];
  const places = named
    ? [resolve(workingDirectory, named)]
    : [join(workingDirectory, 'claudette.config.json'), join(configDirectory(environment), 'config.json')];
  const paths: string[] = [];
  const files: ReadFile[] = [];
  const tryFile = (path: string): boolean => {
    const read = readLayer(path);
    if (read === undefined) return false;
    paths.push(path);
    files.push(read);
    return true;
  };

  const found = places.find(tryFile);
  if (named && found === undefined) {
    const path = String(places[0]);
    const layer = { origin: `file ${path}`, tree: {} };
    files.push({ path, layer, problem: 'there is no such file', duplicates: [] });
  }
  const stage = environment['CLAUDETTE_ENV'];
  if (stage) tryFile(join(found === undefined ? workingDirectory : dirname(found), `claudette.config.${stage}.json`));
  return { paths, files };
}
