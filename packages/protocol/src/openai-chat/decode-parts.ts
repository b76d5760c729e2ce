import type { CacheHint, ForeignPart, ImagePart, MediaSource, RefusalPart, TextPart } from '@claudette/core';

import { compact, optional, readArray, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import type { ForeignFields } from './foreign-fields.js';
import { foreignPart } from './foreign-fields.js';

/**
 * `cache_control`, which several OpenAI-compatible vendors take from Anthropic. Of another shape it is foreign.
 */
export const decodeCacheHint = (holder: JsonObject, path: string, foreign: ForeignFields): CacheHint | undefined => {
  const control = holder['cache_control'];
  if (typeof control !== 'object' || control === null) return undefined;
  const { type, ttl = '5m' } = control as JsonObject;
  if (type === 'ephemeral' && (ttl === '5m' || ttl === '1h')) return { ttl };
  foreign.add(`${path}.cache_control`, control);
  return undefined;
};

const base64Marker = ';base64,';

/** A data URL carries the image itself; every other URL is for the provider to fetch. */
export const decodeImageUrl = (url: string): MediaSource => {
  const marker = url.startsWith('data:') ? url.indexOf(base64Marker) : -1;
  if (marker < 0) return { kind: 'url', url };
  return {
    kind: 'base64',
    mediaType: url.slice('data:'.length, marker),
    data: url.slice(marker + base64Marker.length),
  };
};

type DecodedPart = TextPart | ImagePart | RefusalPart | ForeignPart;
type PartDecoder<P extends DecodedPart> = (part: JsonObject, path: string, foreign: ForeignFields) => P;

export const decodeTextPart: PartDecoder<TextPart> = (part, path, foreign) => {
  foreign.addUnknown(part, ['type', 'text', 'cache_control'], path);
  return compact({
    type: 'text' as const,
    text: readString(part['text'], `${path}.text`),
    cacheHint: decodeCacheHint(part, path, foreign),
  });
};

export const decodeImagePart: PartDecoder<ImagePart> = (part, path, foreign) => {
  const image = readObject(part['image_url'], `${path}.image_url`);
  foreign.addUnknown(part, ['type', 'image_url', 'cache_control'], path);
  foreign.addUnknown(image, ['url', 'detail'], `${path}.image_url`);
  return compact({
    type: 'image' as const,
    source: decodeImageUrl(readString(image['url'], `${path}.image_url.url`)),
    detail: optional(readString)(image['detail'], `${path}.image_url.detail`),
    cacheHint: decodeCacheHint(part, path, foreign),
  });
};

export const decodeRefusalPart: PartDecoder<RefusalPart> = (part, path) => ({
  type: 'refusal',
  text: readString(part['refusal'], `${path}.refusal`),
});

/**
 * A message's content: a string is one text part. Each part is decoded by its type; types that are not listed are
 * foreign.
 */
export const decodeContent = <P extends DecodedPart>(
  content: unknown,
  path: string,
  decoders: Readonly<Record<string, PartDecoder<P>>>,
  foreign: ForeignFields,
): (P | TextPart | ForeignPart)[] => {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return readArray(content, path, 'a string or an array of parts').map((item, index) => {
    const place = `${path}[${index}]`;
    const part = readObject(item, place);
    const type = readString(part['type'], `${place}.type`);
    const decode = Object.hasOwn(decoders, type) ? decoders[type] : undefined;
    return decode === undefined ? foreignPart(place, item) : decode(part, place, foreign);
  });
};
