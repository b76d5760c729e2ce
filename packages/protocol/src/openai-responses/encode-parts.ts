import type { Citation, DocumentPart, ForeignPart, ImagePart, RefusalPart, TextPart } from '@claudette/core';

import type { LossList } from '../loss-list.js';
import type {
  WireContent,
  WireInputFile,
  WireInputImage,
  WireInputText,
  WireSaid,
  WireUrlCitation,
} from './wire-request.js';

/** What the model reads. */
type InputPart = TextPart | ImagePart | DocumentPart | ForeignPart;

/** A foreign part goes back to its own dialect as it came; to another it is lost. */
export const encodeForeignPart = (part: ForeignPart, losses: LossList): readonly unknown[] => {
  if (part.dialect === 'openai-responses') return [part.value];
  losses.add(part.path, `only ${part.dialect} knows it`);
  return [];
};

/** Lists a cache hint as lost, once for each `path`. */
export const loseCacheHint = (holder: { readonly cacheHint?: unknown }, path: string, losses: LossList): void => {
  if (holder.cacheHint !== undefined)
    losses.add(`${path}.cacheHint`, 'Responses caches prompts by itself, without hints');
};

const encodeImage = ({ source, detail = 'auto' }: ImagePart): WireInputImage => ({
  type: 'input_image',
  image_url: source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`,
  detail,
});

/** Data without a name is refused. */
const encodeDocument = ({ source, name }: DocumentPart): WireInputFile => {
  if (source.kind === 'url') {
    return { type: 'input_file', file_url: source.url, ...(name !== undefined && { filename: name }) };
  }
  const { mediaType, data } =
    source.kind === 'base64' ? source : { mediaType: 'text/plain', data: Buffer.from(source.text).toString('base64') };
  const filename = name ?? (mediaType === 'application/pdf' ? 'document.pdf' : 'document.txt');
  return { type: 'input_file', filename, file_data: `data:${mediaType};base64,${data}` };
};

const encodeInputPart = (part: InputPart, losses: LossList): readonly unknown[] => {
  switch (part.type) {
    case 'text':
      return [{ type: 'input_text', text: part.text } satisfies WireInputText];
    case 'image':
      return [encodeImage(part)];
    case 'document':
      return [encodeDocument(part)];
    case 'foreign':
      return encodeForeignPart(part, losses);
  }
};

/** Content for the model to read: a single text as a plain string, which every vendor understands. */
export const encodeContent = (parts: readonly InputPart[], path: string, losses: LossList): WireContent => {
  for (const part of parts) if (part.type !== 'foreign') loseCacheHint(part, path, losses);
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text') return first.text;
  const encoded = parts.flatMap((part) => encodeInputPart(part, losses));
  return encoded.length === 0 ? '' : encoded;
};

const encodeCitation = (citation: Citation, textLength: number, path: string, losses: LossList): WireUrlCitation => {
  const { url, title = url, citedText, startIndex = 0, endIndex = textLength } = citation;
  if (citedText !== undefined) losses.add(`${path}.citations`, 'Responses has no field for the words of the source');
  return { type: 'url_citation', url, title, start_index: startIndex, end_index: endIndex };
};

/** What the assistant said. */
export const encodeSaid = (part: TextPart | RefusalPart, path: string, losses: LossList): WireSaid => {
  if (part.type === 'refusal') return { type: 'refusal', refusal: part.text };
  const { text, citations = [] } = part;
  const annotations = citations.map((citation) => encodeCitation(citation, text.length, path, losses));
  return { type: 'output_text', text, annotations };
};
