import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { GatewayError } from '@claudette/core';

import { checkConfig } from './check-config.js';
import { mergeLayers } from './merge-layers.js';
import { readEnvironment } from './read-environment.js';
import type { Config } from './schema.js';
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

const readTree = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('configuration_invalid', `${path} cannot be read as JSON: ${why}`, { cause });
  }
};

/**
 * The configuration in effect: defaults < file < file for `CLAUDETTE_ENV` < environment variables < flags. The file is
 * `--config`, else `CLAUDETTE_CONFIG`, else `./claudette.config.json`, else the user's; the first two must exist.
 * @throws GatewayError `configuration_invalid`
 */
export function loadConfig(source: ConfigSource = {}): LoadedConfig {
  const environment = source.environment ?? process.env;
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

  const tree = mergeLayers([...layers, readEnvironment(environment), source.flags]);
  return { config: checkConfig(tree, files.join(' + ') || 'the configuration'), files };
}
