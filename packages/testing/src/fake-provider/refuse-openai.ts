import { fieldOf, listOf, textOf } from './json-reading.js';
import { firstRefusal, invalid, isObject } from './refuse.js';
import type { WireError } from './wire.js';

const namePattern = /^[a-zA-Z0-9_-]{1,64}$/;

export const missing = (param: string): WireError =>
  invalid(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');

/** OpenAI takes no name with a dot or a space in it. */
export const refuseName = (name: unknown, param: string): WireError | undefined => {
  if (name === undefined) return missing(param);
  if (namePattern.test(textOf(name))) return undefined;
  return invalid(`Invalid '${param}': string does not match pattern. Expected '${namePattern.source}'.`, param);
};

export const refuseLong = (text: unknown, maxLength: number, param: string): WireError | undefined =>
  textOf(text).length > maxLength
    ? invalid(
        `Invalid '${param}': string too long. Expected a string with maximum length ${maxLength}.`,
        param,
        'string_above_max_length',
      )
    : undefined;

const subschemas = (schema: Readonly<Record<string, unknown>>): unknown[] => [
  ...Object.values(schema['properties'] ?? {}),
  ...Object.values(schema['$defs'] ?? {}),
  ...listOf(schema['anyOf']),
  ...(schema['items'] === undefined ? [] : [schema['items']]),
];

/** Of a strict schema, every object must require all of its properties and allow no others. */
export function refuseStrictSchema(schema: unknown, param: string): WireError | undefined {
  if (!isObject(schema)) return undefined;
  if (schema['type'] === 'object') {
    if (schema['additionalProperties'] !== false) {
      return invalid(`Invalid schema: 'additionalProperties' is required to be supplied and to be false.`, param);
    }
    const required = listOf(schema['required']);
    const optional = Object.keys(schema['properties'] ?? {}).find((name) => !required.includes(name));
    if (optional !== undefined) {
      return invalid(`Invalid schema: 'required' must include every property. Missing '${optional}'.`, param);
    }
  }
  return firstRefusal(subschemas(schema), (subschema) => refuseStrictSchema(subschema, param));
}

/** A function as both dialects declare it: flat in Responses, under `function` in Chat. */
export const refuseFunction = (declared: unknown, param: string): WireError | undefined =>
  refuseName(fieldOf(declared, 'name'), `${param}.name`) ??
  (fieldOf(declared, 'strict') === true
    ? refuseStrictSchema(fieldOf(declared, 'parameters'), `${param}.parameters`)
    : undefined);
