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

/** The keys that the configuration knows at a place; empty where it is a value, a list or a map of free names. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let node: SchemaNode | undefined = unwrap(configSchema);
  for (const key of path) {
    const { shape, valueType }: SchemaNode['def'] = node.def;
    const below: SchemaNode | undefined = shape?.[key] ?? valueType;
    if (below === undefined) return [];
    node = unwrap(below);
  }
  return Object.keys(node.def.shape ?? {});
}
