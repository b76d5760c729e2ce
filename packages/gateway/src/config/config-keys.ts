import { createConfigJsonSchema } from './config-json-schema.js';
import type { JsonSchemaNode } from './config-json-schema.js';
import { findVariable } from './read-environment.js';

/** A key of the configuration file, described. */
export interface ConfigKey {
  /** `server.port`; `*` stands for any name, `[]` for any entry: `backends.*.models`, `cache.dependencies[].when.tag`. */
  readonly path: string;
  /** `whole number`, `text or null`, `list of text` and so on. */
  readonly type: string;
  /** What is allowed, in words; empty where anything of the type is. */
  readonly range: string;
  /** As JSON; undefined where it has none. */
  readonly defaultText: string | undefined;
  readonly isRequired: boolean;
  /** The environment variable that sets it; undefined below free names. */
  readonly variable: string | undefined;
  readonly description: string;
}

/** A section and what it is for. */
export interface ConfigSection {
  readonly name: string;
  readonly description: string;
  /** Itself first, where it is a key and no mere group. */
  readonly keys: readonly ConfigKey[];
}

const typeNames: Readonly<Record<string, string>> = {
  integer: 'whole number',
  number: 'number',
  string: 'text',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
};

const isGroup = ({ properties }: JsonSchemaNode): boolean => properties !== undefined;

/** The group that a node is, or may be besides null. */
const groupIn = (node: JsonSchemaNode): JsonSchemaNode | undefined => [node, ...(node.anyOf ?? [])].find(isGroup);

const typeOf = (node: JsonSchemaNode): string => {
  const { type = '', anyOf, items, additionalProperties } = node;
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ');
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (additionalProperties) return `map of ${typeOf(additionalProperties)}`;
  return typeNames[type] ?? type;
};

const rangeOf = (node: JsonSchemaNode): string => {
  if (node.anyOf !== undefined) return node.anyOf.map(rangeOf).filter(Boolean).join(' or ');
  if (node.enum !== undefined) return node.enum.join(', ');
  const { minimum, exclusiveMinimum, maximum, minItems } = node;
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (exclusiveMinimum !== undefined) return `more than ${exclusiveMinimum}${isBounded ? `, at most ${maximum}` : ''}`;
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) {
    return isBounded ? `${minimum} to ${maximum}` : `at least ${minimum}`;
  }
  return minItems === undefined ? '' : `at least ${minItems}`;
};

function* keysBelow(node: JsonSchemaNode, path: readonly string[], isRequired: boolean): Generator<ConfigKey> {
  if (!isGroup(node)) {
    yield {
      path: path.join('.'),
      type: typeOf(node),
      range: rangeOf(node),
      defaultText: node.default === undefined ? undefined : JSON.stringify(node.default),
      isRequired,
      variable: findVariable(path),
      description: node.description ?? '',
    };
  }
  for (const [key, below] of Object.entries(groupIn(node)?.properties ?? {})) {
    yield* keysBelow(below, [...path, key], groupIn(node)?.required?.includes(key) ?? false);
  }
  if (node.additionalProperties && isGroup(node.additionalProperties)) {
    yield* keysBelow(node.additionalProperties, [...path, '*'], false);
  }
  if (node.items && isGroup(node.items)) {
    const list = [...path.slice(0, -1), `${String(path.at(-1))}[]`];
    yield* keysBelow(node.items, list, false);
  }
}

/** Every key that a configuration file may have, by section, in the order of the schema. */
export const listConfigSections = (): readonly ConfigSection[] =>
  Object.entries(createConfigJsonSchema().properties ?? {}).map(([name, node]) => ({
    name,
    description: node.description ?? '',
    keys: [...keysBelow(node, [name], false)],
  }));
