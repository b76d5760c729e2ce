import type { CacheHint, Citation, DocumentPart, ForeignPart, ImagePart, RefusalPart, TextPart } from '@claudette/core';

import { decodeDataUrl } from '../data-url.js';
import { compact, optional, readArray, readInteger, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObject, asText } from '../json/parse-reply.js';
import type { ForeignFields } from './foreign-fields.js';
import { foreignPart } from './foreign-fields.js';

type DecodedPart = TextPart | ImagePart | DocumentPart | RefusalPart | ForeignPart;
type PartDecoder<P extends DecodedPart> = (part: JsonObject, path: string, foreign: ForeignFields) => P;

const decodeCacheHint = (part: JsonObject, path: string, foreign: ForeignFields): CacheHint | undefined => {
  const breakpoint = part['prompt_cache_breakpoint'] ?? undefined;
  if (breakpoint === undefined) return undefined;
  // It stays cached for half an hour at least; the nearest that is common is renewed by each use.
  if (asObject(breakpoint)?.['mode'] === 'explicit') return { ttl: '5m' };
  foreign.add(`${path}.prompt_cache_breakpoint`, breakpoint);
  return undefined;
};

const decodeCitation = (value: unknown, path: string, foreign: ForeignFields): Citation[] => {
  const annotation = readObject(value, path);
  if (annotation['type'] !== 'url_citation') {
    foreign.add(path, value);
    return [];
  }
  const citation: Citation = compact({
    url: readString(annotation['url'], `${path}.url`),
    title: optional(readString)(annotation['title'], `${path}.title`),
    startIndex: optional(readInteger)(annotation['start_index'], `${path}.start_index`),
    endIndex: optional(readInteger)(annotation['end_index'], `${path}.end_index`),
  });
  return [citation];
};

const decodeTextPart: PartDecoder<TextPart> = (part, path, foreign) => {
  // How likely the words were once says nothing to a model that reads them again.
  foreign.addUnknown(part, ['type', 'text', 'annotations', 'logprobs', 'prompt_cache_breakpoint'], path);
  const citations = (optional(readArray)(part['annotations'], `${path}.annotations`) ?? []).flatMap((one, index) =>
    decodeCitation(one, `${path}.annotations[${index}]`, foreign),
  );
  return compact({
    type: 'text' as const,
    text: readString(part['text'], `${path}.text`),
    citations: citations.length === 0 ? undefined : citations,
    cacheHint: decodeCacheHint(part, path, foreign),
  });
};

/** `auto` is what is done without being asked, so it says nothing. */
const decodeDetail = (part: JsonObject, path: string): string | undefined => {
  const detail = optional(readString)(part['detail'], `${path}.detail`);
  return detail === 'auto' ? undefined : detail;
};

/** An image that the client uploaded before is known to its provider only. */
const decodeImagePart: PartDecoder<ImagePart | ForeignPart> = (part, path, foreign) => {
  const url = optional(readString)(part['image_url'], `${path}.image_url`);
  if (url === undefined) return foreignPart(path, part);
  foreign.addUnknown(part, ['type', 'image_url', 'detail', 'prompt_cache_breakpoint'], path);
  return compact({
    type: 'image' as const,
    source: decodeDataUrl(url) ?? { kind: 'url' as const, url },
    detail: decodeDetail(part, path),
    cacheHint: decodeCacheHint(part, path, foreign),
  });
};

/** Plain text is text to every dialect, unless its bytes are not UTF-8. */
const decodeFileData = (url: string): DocumentPart['source'] | undefined => {
  const source = decodeDataUrl(url);
  if (source?.mediaType !== 'text/plain') return source;
  const bytes = Buffer.from(source.data, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? { kind: 'text', text } : source;
};

const decodeFileSource = (part: JsonObject, path: string): DocumentPart['source'] | undefined => {
  const data = optional(readString)(part['file_data'], `${path}.file_data`);
  if (data !== undefined) return decodeFileData(data);
  const url = optional(readString)(part['file_url'], `${path}.file_url`);
  return url === undefined ? undefined : { kind: 'url', url };
};

const decodeFilePart: PartDecoder<DocumentPart | ForeignPart> = (part, path, foreign) => {
  const source = decodeFileSource(part, path);
  if (source === undefined) return foreignPart(path, part);
  const known = ['type', 'file_data', 'file_url', 'filename', 'prompt_cache_breakpoint'];
  foreign.addUnknown(part, decodeDetail(part, path) === undefined ? [...known, 'detail'] : known, path);
  return compact({
    type: 'document' as const,
    source,
    name: asText(part['filename']),
    cacheHint: decodeCacheHint(part, path, foreign),
  });
};

const decodeRefusalPart: PartDecoder<RefusalPart> = (part, path) => ({
  type: 'refusal',
  text: readString(part['refusal'], `${path}.refusal`),
});

/**
 * Content is a string or parts: a string is one text part. Each part is decoded by its type; types that are not listed
 * are foreign.
 */
const decodeContent =
  <P extends DecodedPart>(decoders: Readonly<Record<string, PartDecoder<P>>>) =>
  (content: unknown, path: string, foreign: ForeignFields): (P | TextPart | ForeignPart)[] => {
    if (typeof content === 'string') return [{ type: 'text', text: content }];
    return readArray(content, path, 'a string or an array of parts').map((item, index) => {
      const place = `${path}[${index}]`;
      const part = readObject(item, place);
      const type = readString(part['type'], `${place}.type`);
      const decode = Object.hasOwn(decoders, type) ? decoders[type] : undefined;
      return decode === undefined ? foreignPart(place, item) : decode(part, place, foreign);
    });
  };

const texts = { input_text: decodeTextPart, output_text: decodeTextPart };

/** Content of system and developer messages. */
export const decodeSystemContent = decodeContent<TextPart>(texts);

/** Content of user messages and of the outputs of tools. */
export const decodeUserContent = decodeContent<TextPart | ImagePart | DocumentPart | ForeignPart>({
  ...texts,
  input_image: decodeImagePart,
  input_file: decodeFilePart,
});

/** Content of assistant messages. */
export const decodeAssistantContent = decodeContent<TextPart | RefusalPart>({ ...texts, refusal: decodeRefusalPart });
