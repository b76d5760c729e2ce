import type { ForeignPart, ImagePart, TextPart } from '@claudette/core';

import type { LossList } from '../loss-list.js';
import type { WireContent, WirePart } from './wire.js';

const encodeImage = ({ source, detail }: ImagePart): WirePart => {
  const url = source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`;
  return { type: 'image_url', image_url: detail === undefined ? { url } : { url, detail } };
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

/** Text and images as the wire has them: a single text as a plain string, which every vendor understands. */
export const encodeContent = (
  parts: readonly (TextPart | ImagePart | ForeignPart)[],
  path: string,
  losses: LossList,
): WireContent => {
  const [first] = parts;
  if (first === undefined) return '';
  for (const part of parts) if (part.type !== 'foreign') loseCacheHint(part, path, losses);
  if (parts.length === 1 && first.type === 'text') return first.text;

  const encoded = parts.flatMap((part): readonly unknown[] => {
    if (part.type === 'foreign') return encodeForeign(part, losses);
    return [part.type === 'text' ? { type: 'text', text: part.text } : encodeImage(part)];
  });
  return encoded.length === 0 ? '' : encoded;
};
