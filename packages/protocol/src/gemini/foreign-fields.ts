import type { ForeignField, ForeignPart } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';

/** Collects what only Gemini knows while a request is decoded. */
export interface ForeignFields {
  readonly found: readonly ForeignField[];
  add(path: string, value: unknown): void;
  /** Adds each field that is not among the known ones; null and empty lists say nothing and are left out. */
  addOthers(object: JsonObject, known: readonly string[], prefix: string): void;
}

const saysNothing = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);

export function createForeignFields(): ForeignFields {
  const found: ForeignField[] = [];
  const add = (path: string, value: unknown): void => {
    found.push({ dialect: 'gemini', path, value });
  };
  return {
    found,
    add,
    addOthers(object, known, prefix) {
      for (const key in object) {
        const value = object[key];
        if (!known.includes(key) && !saysNothing(value)) add(`${prefix}${key}`, value);
      }
    },
  };
}

/** Content that only Gemini knows, in its place among the other parts. */
export const foreignPart = (path: string, value: unknown): ForeignPart => ({
  type: 'foreign',
  dialect: 'gemini',
  path,
  value,
});
