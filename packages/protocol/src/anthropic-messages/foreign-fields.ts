import type { CacheHint, ForeignField } from '@claudette/core';

import { readObject } from '../json/fields.js';
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

/** `cache_control` of a block or tool. A kind of caching that is not known here is kept as a foreign field. */
export const decodeCacheHint = (owner: JsonObject, path: string, foreign: ForeignFields): CacheHint | undefined => {
  const value = owner['cache_control'];
  if (value === undefined || value === null) return undefined;
  const control = readObject(value, `${path}.cache_control`);
  const ttl = control['ttl'] ?? '5m';
  if (control['type'] === 'ephemeral' && (ttl === '5m' || ttl === '1h')) {
    foreign.addOthers(control, ['type', 'ttl'], `${path}.cache_control.`);
    return { ttl };
  }
  foreign.add(`${path}.cache_control`, value);
  return undefined;
};
