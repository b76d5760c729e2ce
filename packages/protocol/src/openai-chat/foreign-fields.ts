import type { ForeignField, ForeignPart } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import type { LossList } from '../loss-list.js';

/** Collects what only this dialect knows while a request is decoded. */
export interface ForeignFields {
  add(path: string, value: unknown): void;
  /** Adds each field that is not among the known ones; null says nothing and is left out. */
  addUnknown(object: JsonObject, known: readonly string[], path: string): void;
  readonly all: readonly ForeignField[];
}

export const collectForeignFields = (): ForeignFields => {
  const all: ForeignField[] = [];
  const add = (path: string, value: unknown): void => {
    all.push({ dialect: 'openai-chat', path, value });
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
export const foreignPart = (path: string, value: unknown): ForeignPart => ({
  type: 'foreign',
  dialect: 'openai-chat',
  path,
  value,
});

/** Foreign fields of this dialect that stand at the top of the body; those deeper inside have lost their place. */
export const encodeForeignFields = (
  foreign: readonly ForeignField[],
  losses: LossList,
): { readonly fields: Readonly<Record<string, unknown>>; readonly tools: readonly unknown[] } => {
  const fields: Record<string, unknown> = {};
  const tools: unknown[] = [];
  for (const { dialect, path, value } of foreign) {
    if (dialect !== 'openai-chat') losses.add(path, `only ${dialect} knows it`);
    else if (/^tools\[\d+\]$/.test(path)) tools.push(value);
    else if (/[.[]/.test(path)) losses.add(path, 'it is only carried in the original body');
    else fields[path] = value;
  }
  return { fields, tools };
};
