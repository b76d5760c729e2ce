import type { JsonObject } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import { readFields } from './read-fields.js';

/** Google writes 64-bit integers as text. */
const toNumber = (value: unknown): unknown => (typeof value === 'string' ? Number(value) : value);

const counts = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'];

/** Only Google's, or said in another way. */
const rewritten = ['type', 'nullable', 'enum', 'format', 'example', 'properties', 'propertyOrdering', 'items', 'anyOf'];

const decodeType = (type: unknown): unknown => {
  if (Array.isArray(type)) return type.map(decodeType);
  if (typeof type !== 'string' || type === 'TYPE_UNSPECIFIED') return undefined;
  return type.toLowerCase();
};

/** One or more things, and null, each once. */
const withNull = (what: unknown, nothing: unknown): unknown[] => [...new Set([what, nothing].flat())];

/** Google writes the values of every type as text. */
const decodeEnum = (values: readonly unknown[], type: unknown): readonly unknown[] =>
  type === 'integer' || type === 'number' ? values.map(toNumber) : values;

/** The properties in the order that Google's own keyword asks for; other providers keep the order of the object. */
const decodeProperties = (properties: JsonObject, ordering: unknown): JsonObject => {
  const first = (Array.isArray(ordering) ? ordering : []).filter(
    (name): name is string => typeof name === 'string' && Object.hasOwn(properties, name),
  );
  const names = new Set([...first, ...Object.keys(properties)]);
  return Object.fromEntries([...names].map((name) => [name, toJsonSchema(properties[name])]));
};

/**
 * Google's subset of OpenAPI 3.0 as JSON Schema: types in lower case, `nullable` as a type, `example` as `examples`. A
 * JSON Schema stays as it is.
 * @see https://ai.google.dev/api/caching#Schema
 */
export function toJsonSchema(value: unknown): unknown {
  const object = asObject(value);
  if (object === undefined) return value;
  const schema = readFields(object, 'schema');
  const result: Record<string, unknown> = {};
  const type = decodeType(schema['type']);
  const isNullable = schema['nullable'] === true;
  if (type !== undefined) result['type'] = isNullable ? withNull(type, 'null') : type;
  for (const [key, field] of Object.entries(schema)) {
    if (!rewritten.includes(key)) result[key] = counts.includes(key) ? toNumber(field) : field;
  }
  const { format, example, items, anyOf, properties } = schema;
  const values = schema['enum'];
  // Google's word for "one of these values", which the enum itself says.
  if (format !== undefined && format !== 'enum') result['format'] = format;
  if (Array.isArray(values)) {
    const allowed = decodeEnum(values, type);
    result['enum'] = isNullable ? withNull(allowed, null) : allowed;
  }
  if (example !== undefined) result['examples'] = [example];
  const named = asObject(properties);
  if (named !== undefined) result['properties'] = decodeProperties(named, schema['propertyOrdering']);
  if (items !== undefined) result['items'] = toJsonSchema(items);
  if (Array.isArray(anyOf)) {
    const choices = anyOf.map(toJsonSchema);
    result['anyOf'] = isNullable ? [...choices, { type: 'null' }] : choices;
  }
  return result;
}
