import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { GatewayError } from '@claudette/core';

import { checkConfig } from './check-config.js';
import { isTree, mergeLayers } from './merge-layers.js';
import type { Tree } from './merge-layers.js';
import { readEnvironment } from './read-environment.js';
import type { Config } from './schema.js';
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

export interface LoadedConfig {
  readonly config: Config;
  /** The files that were read. */
  readonly files: readonly string[];
}

/** The object in a file, or undefined when there is no such file. */
const readTree = (path: string): Tree | undefined => {
  let tree: unknown;
  try {
    tree = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new GatewayError('configuration_invalid', `${path} cannot be read as JSON: ${message}`, { cause });
  }
  if (isTree(tree)) return tree;
  throw new GatewayError('configuration_invalid', `${path} must hold a JSON object`);
};

/**
 * The configuration in effect: defaults < file < file for `CLAUDETTE_ENV` < environment variables < flags. The file is
 * `--config`, else `CLAUDETTE_CONFIG`, else `./claudette.config.json`, else the user's; the first two must exist.
 * @throws GatewayError `configuration_invalid`
 */
export function loadConfig(source: ConfigSource = {}): LoadedConfig {
  const environment = source.environment ?? systemEnvironment;
  const here = source.workingDirectory ?? process.cwd();
  const named = source.file ?? environment['CLAUDETTE_CONFIG'];
  const places = named
    ? [resolve(here, named)]
    : [join(here, 'claudette.config.json'), join(configDirectory(environment), 'config.json')];

  const files: string[] = [];
  const layers: unknown[] = [];
  const readLayer = (path: string): boolean => {
    const tree = readTree(path);
    if (tree === undefined) return false;
    files.push(path);
    layers.push(tree);
    return true;
  };

  const found = places.find(readLayer);
  if (named && found === undefined) {
    throw new GatewayError('configuration_invalid', `there is no file ${String(places[0])}`);
  }
  const stage = environment['CLAUDETTE_ENV'];
  if (stage) readLayer(join(found === undefined ? here : dirname(found), `claudette.config.${stage}.json`));

  const variables = readEnvironment(environment);
  const origins = [
    ...files,
    ...(Object.keys(variables).length > 0 ? ['environment variables'] : []),
    ...(source.flags === undefined ? [] : ['flags']),
  ];
  const tree = mergeLayers([...layers, variables, source.flags]);
  return { config: checkConfig(tree, origins.join(' + ') || 'the configuration'), files };
}
