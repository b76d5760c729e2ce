import type { DocumentPart, ForeignPart, ImagePart } from '@claudette/core';

import { compact, optional, readString } from '../json/fields.js';
import { foreignPart } from './foreign-fields.js';
import type { ForeignFields } from './foreign-fields.js';
import { isDocumentType, isImageType, mediaTypeOfUrl } from './media-type.js';
import { readFields } from './read-fields.js';

type MediaPart = ImagePart | DocumentPart | ForeignPart;

/** Google's Python client writes base64 in the alphabet for URLs, which other providers refuse. */
const toStandardBase64 = (data: string): string =>
  /[-_]/.test(data) ? data.replaceAll('-', '+').replaceAll('_', '/') : data;

/** The source of a document. A plain text is read, because not every dialect takes it as base64. */
const documentSource = (mediaType: string, data: string): DocumentPart['source'] => {
  if (mediaType === 'text/plain') {
    const bytes = Buffer.from(data, 'base64');
    const text = bytes.toString();
    if (bytes.equals(Buffer.from(text))) return { kind: 'text', text };
  }
  return { kind: 'base64', mediaType, data };
};

/** `inlineData`. Sound, video and the like stay foreign, as `part`. */
export const decodeInlineData = (value: unknown, part: unknown, path: string, foreign: ForeignFields): MediaPart => {
  const blob = readFields(value, `${path}.inlineData`);
  const mediaType = readString(blob['mimeType'], `${path}.inlineData.mimeType`);
  const data = toStandardBase64(readString(blob['data'], `${path}.inlineData.data`));
  if (isImageType(mediaType)) {
    foreign.addOthers(blob, ['mimeType', 'data'], `${path}.inlineData.`);
    return { type: 'image', source: { kind: 'base64', mediaType, data } };
  }
  if (!isDocumentType(mediaType)) return foreignPart(path, part);
  const name = optional(readString)(blob['displayName'], `${path}.inlineData.displayName`);
  return compact({ type: 'document' as const, source: documentSource(mediaType, data), name });
};

/** Files of Google's own store need Google's key: nobody else can fetch them. */
const isPublic = (uri: string): boolean =>
  /^https?:\/\//i.test(uri) && !uri.toLowerCase().startsWith('https://generativelanguage.googleapis.com/');

/** `fileData`. What others cannot fetch or read stays foreign, as `part`. */
export const decodeFileData = (value: unknown, part: unknown, path: string, foreign: ForeignFields): MediaPart => {
  const file = readFields(value, `${path}.fileData`);
  const url = readString(file['fileUri'], `${path}.fileData.fileUri`);
  const given = optional(readString)(file['mimeType'], `${path}.fileData.mimeType`);
  const mediaType = given ?? mediaTypeOfUrl(url) ?? '';
  if (!isPublic(url)) return foreignPart(path, part);
  if (isImageType(mediaType)) {
    foreign.addOthers(file, ['mimeType', 'fileUri'], `${path}.fileData.`);
    return { type: 'image', source: { kind: 'url', url } };
  }
  if (!isDocumentType(mediaType)) return foreignPart(path, part);
  const name = optional(readString)(file['displayName'], `${path}.fileData.displayName`);
  return compact({ type: 'document' as const, source: { kind: 'url' as const, url }, name });
};
