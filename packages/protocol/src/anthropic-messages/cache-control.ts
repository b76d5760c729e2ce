import type { CacheHint } from '@claudette/core';

import { readObject } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';

import type { ForeignFields } from './foreign-fields.js';
import type { WireCacheControl } from './wire.js';

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

/** A cache hint as fields to spread; five minutes are the dialect's own default and go without saying. */
export const encodeCacheHint = (hint: CacheHint | undefined): { cache_control?: WireCacheControl } =>
  hint === undefined
    ? {}
    : { cache_control: hint.ttl === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' } };
