import { hideSecrets } from './hide-secrets.js';
import type { LoadedConfig } from './inspect-config.js';
import { isTree } from './merge-layers.js';
import type { Config } from './schema.js';

/** One value in effect. */
export interface ConfigValue {
  /** Keys joined with dots, e.g. `server.port`. */
  readonly path: string;
  /** A plain value, a list, or an empty object. Secrets are `***`. */
  readonly value: unknown;
  /** `default`, `file /etc/claudette.json`, `environment CLAUDETTE_SERVER_PORT` or `flag`. */
  readonly origin: string;
}

/** A difference between two configurations; a side that does not have the value lacks the field. */
export interface ConfigDifference {
  readonly path: string;
  readonly left?: unknown;
  readonly right?: unknown;
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Everything that is no object with something in it. */
const leavesOf = (tree: unknown, path: Leaf['path'] = []): readonly Leaf[] =>
  isTree(tree) && Object.keys(tree).length > 0
    ? Object.entries(tree).flatMap(([key, value]) => leavesOf(value, [...path, key]))
    : [{ path, value: tree }];

/** Every value in effect with where it comes from, in the order of the file; secrets are hidden. */
export const listConfigValues = ({ config, origins }: Pick<LoadedConfig, 'config' | 'origins'>): ConfigValue[] =>
  leavesOf(config).map(({ path, value }) => ({
    path: path.join('.'),
    value: hideSecrets(value, path),
    origin: origins(path),
  }));

/** What differs between two lists of values. What is hidden in both is taken for the same. */
export function compareConfigValues(
  left: readonly Pick<ConfigValue, 'path' | 'value'>[],
  right: readonly Pick<ConfigValue, 'path' | 'value'>[],
): ConfigDifference[] {
  const [before, after] = [new Map(left.map((one) => [one.path, one])), new Map(right.map((one) => [one.path, one]))];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    // What stands in a configuration is JSON, whichever way it came here.
    if (JSON.stringify(was?.value) === JSON.stringify(is?.value)) return [];
    return [{ path, ...(was && { left: was.value }), ...(is && { right: is.value }) }];
  });
}

/** What differs between two configurations. Secrets are compared, and then shown as `***`. */
export function compareConfigs(left: Config, right: Config): ConfigDifference[] {
  const leaves = [left, right].map((config) => leavesOf(config));
  const keys = new Map(leaves.flat().map(({ path }) => [path.join('.'), path]));
  const [before = [], after = []] = leaves.map((side) =>
    side.map(({ path, value }) => ({ path: path.join('.'), value })),
  );
  return compareConfigValues(before, after).map(({ path, ...sides }) => ({
    path,
    ...Object.fromEntries(
      Object.entries(sides).map(([side, value]) => [side, hideSecrets(value, keys.get(path) ?? [])]),
    ),
  }));
}
