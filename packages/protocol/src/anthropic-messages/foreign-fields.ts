import type { ForeignField } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';

/** The fields of one request that the canonical form has no place for, as they are met. */
export interface ForeignFields {
  readonly found: readonly ForeignField[];
  add(path: string, value: unknown): void;
  /** Keeps every field of `object` that is not in `known` and not null; null says nothing. */
  addOthers(object: JsonObject, known: readonly string[], prefix: string): void;
}

export function createForeignFields(): ForeignFields {
  const found: ForeignField[] = [];
  const add = (path: string, value: unknown): void => {
    found.push({ dialect: 'anthropic-messages', path, value });
  };
  return {
    found,
    add,
    addOthers(object, known, prefix) {
      for (const [key, value] of Object.entries(object)) {
        if (value !== null && !known.includes(key)) add(`${prefix}${key}`, value);
      }
    },
  };
}
