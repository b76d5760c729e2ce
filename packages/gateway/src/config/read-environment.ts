import { GatewayError } from '@claudette/core';
import { nearestNames } from '@claudette/routing';

import { mergeLayers } from './merge-layers.js';
import type { Tree } from './merge-layers.js';
import { knownKeys } from './schema-shape.js';

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'CLAUDETTE_';

/** Variables with our prefix that are not configuration keys. */
const reserved = /^CLAUDETTE_(CONFIG|ENV|URL|PASSPHRASE|TEST_.*|REPLAY_.*)$/;

/** `server`, `port` is CLAUDETTE_SERVER_PORT, and `cache`, `sampling`, `native` is CLAUDETTE_CACHE_SAMPLING__NATIVE. */
const toVariable = ([section, ...keys]: readonly string[]): string =>
  `${PREFIX}${section}_${keys.map((key) => key.replace(/(?=[A-Z])/g, '_')).join('__')}`.toUpperCase();

/** The path of every key that one variable can hold. */
const pathsBelow = (path: readonly string[]): (readonly string[])[] => {
  const keys = knownKeys(path);
  return keys.length === 0 ? [path] : keys.flatMap((key) => pathsBelow([...path, key]));
};

/** A variable's name without single underscores. */
const squeeze = (variable: string): string => variable.toUpperCase().replace(/(?<=[^_])_(?=[^_])/g, '');

/** Sections of named things, such as backends, have no keys that are known beforehand. */
const paths = knownKeys([])
  .flatMap((section) => pathsBelow([section]))
  .filter((path) => path.length > 1);
const pathsByName = new Map(paths.map((path) => [squeeze(toVariable(path)), path]));

/** JSON where it parses as JSON (numbers, true, lists), text otherwise. */
const parseValue = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/**
 * `CLAUDETTE_<SECTION>_<KEY>` as a configuration layer: `CLAUDETTE_SERVER_PORT=8080`, nested keys joined with `__`
 * (`CLAUDETTE_CACHE_SAMPLING__NATIVE=all`). Single underscores are for the eye: `CLAUDETTE_POOL_IDLE_TIMEOUT_MS` and
 * `CLAUDETTE_POOL_IDLETIMEOUTMS` are the same.
 * @throws GatewayError `configuration_invalid` for a name that is no key
 */
export function readEnvironment(environment: Environment): Tree {
  const layers = Object.entries(environment).flatMap(([name, text]) => {
    if (!name.startsWith(PREFIX) || reserved.test(name) || text === undefined) return [];
    const path = pathsByName.get(squeeze(name));
    if (path === undefined) throw unknownVariable(name);
    return [path.reduceRight<unknown>((value, key) => ({ [key]: value }), parseValue(text))];
  });
  return mergeLayers([{}, ...layers]) as Tree;
}

const unknownVariable = (name: string): GatewayError => {
  const near = nearestNames(name, paths.map(toVariable))[0];
  const sections = [...new Set(paths.map(([section]) => section))];
  const hint = near === undefined ? `sections are ${sections.join(', ')}` : `did you mean ${near}?`;
  return new GatewayError(
    'configuration_invalid',
    `the environment variable ${name} names no configuration key; ${hint}`,
  );
};
