import { isTree } from './merge-layers.js';

/** One of the trees that a configuration is merged from. */
export interface ConfigLayer {
  /** `file /etc/claudette.json`, `environment CLAUDETTE_SERVER_PORT` or `flag`. */
  readonly origin: string;
  readonly tree: unknown;
}

/** Where the value at a path comes from: the origin of a layer, or `default`. */
export type FindOrigin = (path: readonly PropertyKey[]) => string;

export const DEFAULT_ORIGIN = 'default';

/** What stands in a tree at a path, or undefined. */
export const valueAt = (tree: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    tree,
  );

/** Whether a layer leaves nothing of what lower layers say at a path: objects are merged, everything else replaces. */
const hides = (tree: unknown, path: readonly PropertyKey[]): boolean =>
  path.some((_, length) => {
    const value = valueAt(tree, path.slice(0, length));
    return value !== undefined && !isTree(value);
  });

/** The highest layer that says something at a path has put the value there. Layers come lowest first. */
export const createFindOrigin =
  (layers: readonly ConfigLayer[]): FindOrigin =>
  (path) => {
    const deciding = layers.findLast(({ tree }) => valueAt(tree, path) !== undefined || hides(tree, path));
    return deciding?.origin ?? DEFAULT_ORIGIN;
  };
