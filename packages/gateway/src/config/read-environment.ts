import { nearestNames } from '@claudette/routing';

import type { ConfigLayer } from './config-layer.js';
import type { ConfigProblem } from './config-problem.js';
import { isText, knownKeys } from './schema-shape.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says of the configuration. */
export interface EnvironmentLayers {
  /** One for each variable. */
  readonly layers: readonly ConfigLayer[];
  /** Variables that look like ours but name no key. */
  readonly problems: readonly ConfigProblem[];
}

const PREFIX = 'CLAUDETTE_';

/** Variables with our prefix that are not configuration keys. */
const reserved = /^CLAUDETTE_(CONFIG|ENV|URL|GATEWAY_KEY|PASSPHRASE|PASSPHRASE_FILE|TEST_.*|REPLAY_.*)$/;

/** `server`, `port` is CLAUDETTE_SERVER_PORT, and `cache`, `sampling`, `native` is CLAUDETTE_CACHE_SAMPLING__NATIVE. */
export const toVariable = ([section, ...keys]: readonly string[]): string =>
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

/** The variable that sets a key; undefined for groups, and below names that are free. */
export const findVariable = (path: readonly string[]): string | undefined => {
  const variable = toVariable(path);
  return pathsByName.get(squeeze(variable))?.join('.') === path.join('.') ? variable : undefined;
};

/** JSON where the key takes more than text and it parses as JSON (numbers, true, lists), text otherwise. */
const parseValue = (text: string, path: readonly string[]): unknown => {
  if (isText(path) && text !== 'null') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const unknownVariable = (name: string): ConfigProblem => {
  const near = nearestNames(name, paths.map(toVariable))[0];
  const sections = [...new Set(paths.map(([section]) => section))];
  const hint = near === undefined ? `sections are ${sections.join(', ')}` : `did you mean ${near}?`;
  return { origin: `environment ${name}`, path: '', message: `names no configuration key; ${hint}` };
};

/**
 * `CLAUDETTE_<SECTION>_<KEY>` as configuration layers: `CLAUDETTE_SERVER_PORT=8080`, nested keys joined with `__`
 * (`CLAUDETTE_CACHE_SAMPLING__NATIVE=all`). Single underscores are for the eye: `CLAUDETTE_POOL_IDLE_TIMEOUT_MS` and
 * `CLAUDETTE_POOL_IDLETIMEOUTMS` are the same.
 */
export function readEnvironment(environment: Environment): EnvironmentLayers {
  const layers: ConfigLayer[] = [];
  const problems: ConfigProblem[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || reserved.test(name) || text === undefined) continue;
    const path = pathsByName.get(squeeze(name));
    if (path === undefined) {
      problems.push(unknownVariable(name));
      continue;
    }
    const tree = path.reduceRight<unknown>((value, key) => ({ [key]: value }), parseValue(text, path));
    layers.push({ origin: `environment ${name}`, tree });
  }
  return { layers, problems };
}
