import type { DocumentPart, ForeignPart, ImagePart, TextPart } from '@claudette/core';

import type { LossList } from '../loss-list.js';
import type { WireContent, WirePart } from './wire.js';

/** What a message may carry. */
export type ContentPart = TextPart | ImagePart | DocumentPart | ForeignPart;

const encodeImage = ({ source, detail }: ImagePart): WirePart => {
  const url = source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`;
  return { type: 'image_url', image_url: detail === undefined ? { url } : { url, detail } };
};

/** OpenAI wants each file to have a name. */
const encodeDocument = ({ source, name }: DocumentPart, path: string, losses: LossList): readonly WirePart[] => {
  if (source.kind === 'url') {
    losses.add(path, 'Chat takes documents as data, not by URL');
    return [];
  }
  const { mediaType, data } =
    source.kind === 'base64' ? source : { mediaType: 'text/plain', data: Buffer.from(source.text).toString('base64') };
  const filename = name ?? (mediaType === 'application/pdf' ? 'document.pdf' : 'document.txt');
  return [{ type: 'file', file: { filename, file_data: `data:${mediaType};base64,${data}` } }];
};

/** A foreign part goes back to its own dialect as it came; to another it is lost. */
export const encodeForeign = (part: ForeignPart, losses: LossList): readonly unknown[] => {
  if (part.dialect === 'openai-chat') return [part.value];
  losses.add(part.path, `only ${part.dialect} knows it`);
  return [];
};

/** Lists a cache hint as lost, once for each `path`. */
export const loseCacheHint = (holder: { readonly cacheHint?: unknown }, path: string, losses: LossList): void => {
  if (holder.cacheHint !== undefined) losses.add(`${path}.cacheHint`, 'Chat caches prompts by itself, without hints');
};

const encodePart = (part: ContentPart, placeOf: () => string, losses: LossList): readonly unknown[] => {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text } satisfies WirePart];
    case 'image':
      return [encodeImage(part)];
    case 'document':
      return encodeDocument(part, placeOf(), losses);
    case 'foreign':
      return encodeForeign(part, losses);
  }
};

/**
 * Content as a list of parts.
 *
 * @param all the message's parts, among which the ones to be written have their places
 */
export const encodeParts = (
  parts: readonly ContentPart[],
  path: string,
  losses: LossList,
  all: readonly unknown[] = parts,
): readonly unknown[] => {
  for (const part of parts) if (part.type !== 'foreign') loseCacheHint(part, path, losses);
  return parts.flatMap((part) => encodePart(part, () => `${path}.content[${all.indexOf(part)}]`, losses));
};

/** Content as the wire has it: a single text as a plain string, which every vendor understands. */
export const encodeContent = (parts: readonly ContentPart[], path: string, losses: LossList): WireContent => {
  const [first, ...others] = parts;
  if (first?.type === 'text' && others.length === 0) {
    loseCacheHint(first, path, losses);
    return first.text;
  }
  const encoded = encodeParts(parts, path, losses);
  return encoded.length === 0 ? '' : encoded;
};
