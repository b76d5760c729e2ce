import type { DocumentPart } from '@claudette/core';

import { compact } from '../json/fields.js';
import type { LossList } from '../loss-list.js';

import { encodeCacheHint } from './cache-control.js';
import type { WireDocument } from './wire.js';

type Lose = LossList['add'];

/** Undefined for what the provider does not read. */
const encodeSource = (source: DocumentPart['source'], path: string, lose: Lose): WireDocument['source'] | undefined => {
  if (source.kind === 'url') return { type: 'url', url: source.url };
  if (source.kind === 'text') return { type: 'text', media_type: 'text/plain', data: source.text };
  const { mediaType, data } = source;
  if (mediaType === 'application/pdf') return { type: 'base64', media_type: mediaType, data };
  if (!mediaType.startsWith('text/')) {
    lose(path, `Anthropic reads PDF and text, not ${mediaType}`);
    return undefined;
  }
  if (!mediaType.startsWith('text/plain'))
    lose(`${path}.mediaType`, 'sent as text/plain, the only text that Anthropic knows');
  return { type: 'text', media_type: 'text/plain', data: Buffer.from(data, 'base64').toString('utf8') };
};

/** No block at all for a document of a type that the provider does not read; that is listed. */
export const encodeDocument = (part: DocumentPart, path: string, lose: Lose): WireDocument[] => {
  const source = encodeSource(part.source, path, lose);
  if (source === undefined) return [];
  return [{ type: 'document', source, ...compact({ title: part.name }), ...encodeCacheHint(part.cacheHint) }];
};
