import { configSchema } from './schema.js';

/** The part of a Zod schema that is looked at. */
interface SchemaNode {
  readonly def: {
    readonly type: string;
    /** What a default or an optional value wraps. */
    readonly innerType?: SchemaNode;
    /** The keys of an object. */
    readonly shape?: Readonly<Record<PropertyKey, SchemaNode>>;
    /** What every entry of a record is. */
    readonly valueType?: SchemaNode;
  };
}

const unwrap = (node: SchemaNode): SchemaNode => (node.def.innerType === undefined ? node : unwrap(node.def.innerType));

function nodeAt(path: readonly PropertyKey[]): SchemaNode | undefined {
  let node = unwrap(configSchema);
  for (const key of path) {
    const below: SchemaNode | undefined = node.def.shape?.[key] ?? node.def.valueType;
    if (below === undefined) return undefined;
    node = unwrap(below);
  }
  return node;
}

/** The keys that the configuration knows at a place; empty where it is a value, a list or a map of free names. */
export const knownKeys = (path: readonly PropertyKey[]): readonly string[] =>
  Object.keys(nodeAt(path)?.def.shape ?? {});

/** Whether the value at a place is text, so that `123` is not a number there. */
export const isText = (path: readonly PropertyKey[]): boolean =>
  ['string', 'enum'].includes(nodeAt(path)?.def.type ?? '');
