import { GatewayError } from '@claudette/core';
import { quoteBeginning } from './quote-beginning.js';

/** A JSON object whose fields have not been checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

const describe = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return quoteBeginning(JSON.stringify(value) ?? String(value), 60);
};

/** Refuses a field of the client's body, naming where it is, what was allowed and what was there. */
export const refuseField = (path: string, allowed: string, value: unknown): never => {
  throw new GatewayError('invalid_request', `${path} must be ${allowed}, but is ${describe(value)}`);
};

/** Reads a checked value; `path` names the field in errors. */
export type FieldReader<T> = (value: unknown, path: string) => T;

export const readObject: FieldReader<JsonObject> = (value, path) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : refuseField(path, 'an object', value);

/** `allowed` says what else may stand there, where the caller has tried that already. */
export const readArray = (value: unknown, path: string, allowed = 'an array'): readonly unknown[] =>
  Array.isArray(value) ? value : refuseField(path, allowed, value);

export const readString: FieldReader<string> = (value, path) =>
  typeof value === 'string' ? value : refuseField(path, 'a string', value);

export const readBoolean: FieldReader<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuseField(path, 'true or false', value);

export const readNumber: FieldReader<number> = (value, path) =>
  typeof value === 'number' ? value : refuseField(path, 'a number', value);

export const readInteger: FieldReader<number> = (value, path) =>
  Number.isSafeInteger(value) ? (value as number) : refuseField(path, 'an integer', value);

/** One of a closed set of strings. */
export const readOneOf =
  <const T extends string>(allowed: readonly T[]): FieldReader<T> =>
  (value, path) =>
    allowed.find((one) => one === value) ?? refuseField(path, `one of ${allowed.join(', ')}`, value);

/** Absent and null both mean that the client did not say. */
export const optional =
  <T>(read: FieldReader<T>): FieldReader<T | undefined> =>
  (value, path) =>
    value === undefined || value === null ? undefined : read(value, path);

/** Leaves out the keys whose value is undefined, so that absent stays absent. */
export const compact = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } => {
  const present: Partial<T> = {};
  for (const key in fields) if (fields[key] !== undefined) present[key] = fields[key];
  return present as { [K in keyof T]: Exclude<T[K], undefined> };
};
