import { readArray, readObject } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';

const toCamelCase = (key: string): string =>
  key.replace(/^_/, '').replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

/**
 * An object's fields under Google's own names. Google reads `system_instruction` as `systemInstruction`, and its clients
 * write either. What is inside the values stays as it is.
 */
export const readFields = (value: unknown, path: string): JsonObject => {
  const object = readObject(value, path);
  for (const key in object) {
    if (key.includes('_')) {
      return Object.fromEntries(Object.entries(object).map(([name, field]) => [toCamelCase(name), field]));
    }
  }
  return object;
};

/** A list. Google takes a single object for a list of one, and its own examples use that. */
export const readList = (value: unknown, path: string): readonly unknown[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? [value]
    : readArray(value, path, 'an array or an object');
