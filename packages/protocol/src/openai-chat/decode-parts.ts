import type {
  CacheHint,
  DocumentPart,
  ForeignPart,
  ImagePart,
  MediaSource,
  ReasoningPart,
  RefusalPart,
  TextPart,
} from '@claudette/core';

import { decodeDataUrl } from '../data-url.js';
import { compact, optional, readArray, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObjects, asText } from '../json/parse-reply.js';
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

/** A data URL carries the content itself; every other URL is for the provider to fetch. */
const decodeUrl = (url: string): MediaSource => decodeDataUrl(url) ?? { kind: 'url', url };

type DecodedPart = TextPart | ImagePart | DocumentPart | ReasoningPart | RefusalPart | ForeignPart;
type PartDecoder<P extends DecodedPart> = (part: JsonObject, path: string, foreign: ForeignFields) => P;

export const decodeTextPart: PartDecoder<TextPart> = (part, path, foreign) => {
  foreign.addUnknown(part, ['type', 'text', 'cache_control'], path);
  return compact({
    type: 'text' as const,
    text: readString(part['text'], `${path}.text`),
    cacheHint: decodeCacheHint(part, path, foreign),
  });
};

/** Mistral writes the URL without an object around it. */
export const decodeImagePart: PartDecoder<ImagePart> = (part, path, foreign) => {
  foreign.addUnknown(part, ['type', 'image_url', 'cache_control'], path);
  const cacheHint = decodeCacheHint(part, path, foreign);
  if (typeof part['image_url'] === 'string') {
    return compact({ type: 'image' as const, source: decodeUrl(part['image_url']), cacheHint });
  }
  const image = readObject(part['image_url'], `${path}.image_url`);
  foreign.addUnknown(image, ['url', 'detail'], `${path}.image_url`);
  return compact({
    type: 'image' as const,
    source: decodeUrl(readString(image['url'], `${path}.image_url.url`)),
    detail: optional(readString)(image['detail'], `${path}.image_url.detail`),
    cacheHint,
  });
};

/** Plain text is better off as text: not every dialect takes it as a file. */
const decodeTextFile = (source: MediaSource): DocumentPart['source'] => {
  if (source.kind !== 'base64' || source.mediaType !== 'text/plain') return source;
  const text = Buffer.from(source.data, 'base64').toString();
  return Buffer.from(text).toString('base64') === source.data ? { kind: 'text', text } : source;
};

/** A file with its data, or with a URL, which OpenRouter takes too. Files that the provider keeps are foreign. */
export const decodeFilePart: PartDecoder<DocumentPart | ForeignPart> = (part, path, foreign) => {
  const file = readObject(part['file'], `${path}.file`);
  const data = asText(file['file_data']);
  if (data === undefined || !/^(?:data|https?):/.test(data)) return foreignPart(path, part);
  foreign.addUnknown(part, ['type', 'file', 'cache_control'], path);
  foreign.addUnknown(file, ['file_data', 'filename'], `${path}.file`);
  return compact({
    type: 'document' as const,
    source: decodeTextFile(decodeUrl(data)),
    name: optional(readString)(file['filename'], `${path}.file.filename`),
    cacheHint: decodeCacheHint(part, path, foreign),
  });
};

/** Mistral's reasoning of earlier turns. */
export const decodeThinkingPart: PartDecoder<ReasoningPart> = (part) => ({
  type: 'reasoning',
  text: asObjects(part['thinking'])
    .map((inner) => asText(inner['text']) ?? '')
    .join(''),
});

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
