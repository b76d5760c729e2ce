import { fieldOf, listOf } from './json-reading.js';

/** Deep enough for any schema a test writes; where recursion ends. */
const MAX_DEPTH = 12;

const firstOf = (schema: unknown, ...names: readonly string[]): unknown =>
  names.map((name) => listOf(fieldOf(schema, name))[0]).find((value) => value !== undefined);

const typeOf = (schema: unknown): unknown => {
  const type = fieldOf(schema, 'type');
  if (Array.isArray(type)) return type[0];
  if (typeof type === 'string') return type.toLowerCase();
  return type ?? (fieldOf(schema, 'properties') === undefined ? undefined : 'object');
};

/**
 * A value that satisfies a JSON Schema: the first of every choice, every property present. Knows what tool and answer
 * schemas use: type, properties, items, enum, const, anyOf, oneOf, allOf (its first) and local `$ref`; and Gemini's
 * upper-case names of types.
 */
export function exampleOf(schema: unknown, root: unknown = schema, depth = 0): unknown {
  if (depth > MAX_DEPTH) return null;
  const reference = fieldOf(schema, '$ref');
  if (typeof reference === 'string') {
    return exampleOf(fieldOf(root, ...reference.split('/').slice(1)), root, depth + 1);
  }
  const fixed = fieldOf(schema, 'const') ?? firstOf(schema, 'enum');
  if (fixed !== undefined) return fixed;
  const choice = firstOf(schema, 'anyOf', 'oneOf', 'allOf');
  if (choice !== undefined) return exampleOf(choice, root, depth + 1);

  switch (typeOf(schema)) {
    case 'object':
      return Object.fromEntries(
        Object.entries(fieldOf(schema, 'properties') ?? {}).map(([name, property]) => [
          name,
          exampleOf(property, root, depth + 1),
        ]),
      );
    case 'array':
      return [exampleOf(fieldOf(schema, 'items'), root, depth + 1)];
    case 'string':
      return 'text';
    case 'number':
      return fieldOf(schema, 'minimum') ?? 1.5;
    case 'integer':
      return fieldOf(schema, 'minimum') ?? 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return {};
  }
}
