import type { ChatEvent } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';

type ForeignEvent = Extract<ChatEvent, { type: 'foreign' }>;

/** Nulls, empty lists and the usual caller say nothing that could be lost. */
const saysNothing = (value: unknown): boolean =>
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && 'type' in value && value.type === 'direct');

/** The fields of a reply's object that the canonical events have no place for. */
export const foreignRest = (object: JsonObject, known: readonly string[], prefix: string): readonly ForeignEvent[] =>
  Object.entries(object)
    .filter(([key, value]) => !known.includes(key) && !saysNothing(value))
    .map(([key, value]) => ({ type: 'foreign', path: `${prefix}${key}`, value }));
