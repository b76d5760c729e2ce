import { nearestNames } from '@claudette/routing';

import { checkTree } from './check-config.js';
import { valueAt } from './config-layer.js';
import { isTree } from './merge-layers.js';
import { knownKeys } from './schema-shape.js';

type Path = readonly PropertyKey[];

/** A tree in which what was certain is right, and what was changed. */
export interface MendedTree {
  readonly tree: unknown;
  /** One for each change, for people, e.g. `sever is called server now`. No values of secret places. */
  readonly mends: readonly string[];
}

const replaceAt = (tree: unknown, path: Path, replace: (value: unknown) => unknown): unknown => {
  const [key, ...below] = path;
  if (key === undefined) return replace(tree);
  const change = (value: unknown): unknown => replaceAt(value, below, replace);
  if (Array.isArray(tree)) return tree.map((value: unknown, index) => (index === key ? change(value) : value));
  const entries = Object.entries(tree as object);
  return Object.fromEntries(entries.map(([name, value]) => [name, name === key ? change(value) : value]));
};

/** A key that is a known one but for a slip, where that one is free and no other is near. */
function renameKey(tree: unknown, path: Path): MendedTree | undefined {
  const above = path.slice(0, -1);
  const key = String(path.at(-1));
  const known = knownKeys(above);
  const around = valueAt(tree, above);
  const [near, ...others] = nearestNames(key, known);
  if (!isTree(around) || known.includes(key) || near === undefined || others.length > 0) return undefined;
  if (Object.hasOwn(around, near)) return undefined;
  const rename = (value: unknown): unknown =>
    Object.fromEntries(Object.entries(value as object).map(([name, of]) => [name === key ? near : name, of]));
  return { tree: replaceAt(tree, above, rename), mends: [`${path.map(String).join('.')} is called ${near} now`] };
}

/** A number or a truth value that stands in quotes where it must not. */
function takeQuotesOff(tree: unknown, path: Path): MendedTree | undefined {
  const text = valueAt(tree, path);
  if (typeof text !== 'string' || !/^(-?(0|[1-9]\d*)(\.\d+)?|true|false)$/.test(text)) return undefined;
  const mended = replaceAt(tree, path, () => JSON.parse(text) as unknown);
  const name = path.map(String).join('.');
  const isStillWrong = checkTree(mended).problems.some((problem) => problem.path.map(String).join('.') === name);
  return isStillWrong ? undefined : { tree: mended, mends: [`${name} is ${text} instead of "${text}" now`] };
}

/** Puts right what can mean one thing only: slips of the pen in keys, and quotes around numbers and truth values. */
export function mendTree(tree: unknown): MendedTree {
  const { problems } = checkTree(tree);
  for (const { path } of problems) {
    const mended = path.length === 0 ? undefined : (renameKey(tree, path) ?? takeQuotesOff(tree, path));
    if (mended === undefined) continue;
    const rest = mendTree(mended.tree);
    return { tree: rest.tree, mends: [...mended.mends, ...rest.mends] };
  }
  return { tree, mends: [] };
}
