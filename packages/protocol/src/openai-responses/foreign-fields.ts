import type { ForeignField, ForeignPart } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';

/** Collects what only this dialect knows while a request is decoded. */
export interface ForeignFields {
  add(path: string, value: unknown): void;
  /** Adds each field that is not among the known ones; null says nothing and is left out. */
  addUnknown(object: JsonObject, known: readonly string[], path: string): void;
  readonly all: readonly ForeignField[];
}

const dialect = 'openai-responses';

export const collectForeignFields = (): ForeignFields => {
  const all: ForeignField[] = [];
  const add = (path: string, value: unknown): void => {
    all.push({ dialect, path, value });
  };
  return {
    all,
    add,
    addUnknown: (object, known, path) => {
      for (const [key, value] of Object.entries(object)) {
        if (value !== null && !known.includes(key)) add(path === '' ? key : `${path}.${key}`, value);
      }
    },
  };
};

/** Content that only this dialect knows, in its place among the other parts. */
export const foreignPart = (path: string, value: unknown): ForeignPart => ({ type: 'foreign', dialect, path, value });
