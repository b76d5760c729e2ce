import type { DocumentPart, MediaSource } from '@claudette/core';

import { compact, optional, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';

import { decodeCacheHint } from './cache-control.js';
import type { ForeignFields } from './foreign-fields.js';

/** The source of an image or a document; undefined for a kind that only the provider knows. */
export const mediaSource = (source: JsonObject, path: string): MediaSource | undefined => {
  if (source['type'] === 'url') return { kind: 'url', url: readString(source['url'], `${path}.url`) };
  if (source['type'] !== 'base64') return undefined;
  return {
    kind: 'base64',
    mediaType: readString(source['media_type'], `${path}.media_type`),
    data: readString(source['data'], `${path}.data`),
  };
};

const documentSource = (source: JsonObject, path: string): DocumentPart['source'] | undefined =>
  source['type'] === 'text'
    ? { kind: 'text', text: readString(source['data'], `${path}.data`) }
    : mediaSource(source, path);

/** A `document` block; undefined for one that is made of blocks or that the provider keeps. */
export const decodeDocument = (block: JsonObject, path: string, foreign: ForeignFields): DocumentPart | undefined => {
  const source = documentSource(readObject(block['source'], `${path}.source`), `${path}.source`);
  if (source === undefined) return undefined;
  foreign.addOthers(block, ['type', 'source', 'title', 'cache_control'], `${path}.`);
  return compact({
    type: 'document' as const,
    source,
    name: optional(readString)(block['title'], `${path}.title`),
    cacheHint: decodeCacheHint(block, path, foreign),
  });
};
