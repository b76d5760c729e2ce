import type { Citation } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText } from '../json/parse-reply.js';
import { fieldsBeside } from './read-part.js';
import type { WireGrounding } from './wire-reply.js';

/** A source, and where in the answer it was used. */
interface FoundCitation {
  readonly source: Omit<Citation, 'startIndex' | 'endIndex'>;
  /** Has `startIndex` and `endIndex` in bytes, and the `text` there. */
  readonly segment: JsonObject;
}

/** What a candidate relies on. */
export interface FoundSources {
  readonly citations: readonly FoundCitation[];
  /** What has no address on the web, and what else was said about the search: by field. */
  readonly foreign: readonly (readonly [path: string, value: unknown])[];
}

const readSource = (source: JsonObject | undefined): FoundCitation['source'] | undefined => {
  const url = asText(source?.['uri']);
  if (url === undefined) return undefined;
  const title = asText(source?.['title']);
  const citedText = asText(source?.['text']);
  return { url, ...(title !== undefined && { title }), ...(citedText !== undefined && { citedText }) };
};

const readGrounding = (grounding: JsonObject): FoundSources => {
  const chunks = asObjects(grounding['groundingChunks']);
  const sources = chunks.map((chunk) =>
    readSource(asObject(chunk['web']) ?? asObject(chunk['retrievedContext']) ?? asObject(chunk['maps'])),
  );
  const uses = asObjects(grounding['groundingSupports']).flatMap((support) => {
    const { groundingChunkIndices: indices } = support;
    const segment = asObject(support['segment']) ?? {};
    return Array.isArray(indices) ? indices.map((index: unknown) => ({ index, segment })) : [];
  });
  const citations = sources.flatMap((source, index) => {
    if (source === undefined) return [];
    const used = uses.filter((use) => use.index === index);
    return used.length === 0 ? [{ source, segment: {} }] : used.map(({ segment }) => ({ source, segment }));
  });
  const homeless = chunks.filter((_, index) => sources[index] === undefined);
  return {
    citations,
    foreign: [
      ...(homeless.length === 0 ? [] : [['groundingMetadata.groundingChunks', homeless] as const]),
      ...fieldsBeside(grounding, ['groundingChunks', 'groundingSupports']).map(
        ([key, value]) => [`groundingMetadata.${key}`, value] as const,
      ),
    ],
  };
};

/** Vertex writes `citations`, the Gemini API `citationSources`. */
const readRecitations = (metadata: JsonObject): FoundSources => {
  const entries = asObjects(metadata['citations'] ?? metadata['citationSources']);
  return {
    citations: entries.flatMap((entry) => {
      const source = readSource(entry);
      return source === undefined ? [] : [{ source, segment: entry }];
    }),
    foreign: entries
      .filter((entry) => readSource(entry) === undefined)
      .map((entry) => ['citationMetadata', entry] as const),
  };
};

/** The sources of a candidate: what a search found, and what the model recited. */
export const readSources = (candidate: JsonObject): FoundSources => {
  const found = [
    readGrounding(asObject(candidate['groundingMetadata']) ?? {}),
    readRecitations(asObject(candidate['citationMetadata']) ?? {}),
  ];
  return {
    citations: found.flatMap(({ citations }) => citations),
    foreign: found.flatMap(({ foreign }) => foreign),
  };
};

/** A place in bytes as one in UTF-16 code units. */
const toIndex = (bytes: Buffer, offset: unknown): number =>
  bytes.toString('utf8', 0, typeof offset === 'number' ? offset : 0).length;

/**
 * A citation of a text so far. Google counts bytes from the beginning of a part, which in a stream may be any; the words
 * that stand beside the numbers tell whether they fit, and where they do not, the words are looked for.
 */
export const locate = ({ source, segment }: FoundCitation, text: string): Citation => {
  const words = asText(segment['text']);
  if (typeof segment['endIndex'] === 'number') {
    const bytes = Buffer.from(text);
    const startIndex = toIndex(bytes, segment['startIndex']);
    const endIndex = toIndex(bytes, segment['endIndex']);
    if (words === undefined || text.slice(startIndex, endIndex) === words) return { ...source, startIndex, endIndex };
  }
  const startIndex = words === undefined ? -1 : text.indexOf(words);
  return words === undefined || startIndex < 0
    ? source
    : { ...source, startIndex, endIndex: startIndex + words.length };
};

export const noGrounding: WireGrounding = { groundingChunks: [], groundingSupports: [] };

const toSegment = (
  { startIndex, endIndex }: Citation,
  text: string,
  partIndex: number,
): WireGrounding['groundingSupports'][number]['segment'] => {
  if (startIndex === undefined || endIndex === undefined) return { partIndex };
  return {
    partIndex,
    startIndex: Buffer.byteLength(text.slice(0, startIndex)),
    endIndex: Buffer.byteLength(text.slice(0, endIndex)),
    text: text.slice(startIndex, endIndex),
  };
};

/** The same with one more citation, of the text of a part. */
export const addCitation = (
  { groundingChunks, groundingSupports }: WireGrounding,
  citation: Citation,
  text: string,
  partIndex: number,
): WireGrounding => {
  const { url, title } = citation;
  const known = groundingChunks.findIndex(({ web }) => web.uri === url);
  const index = known < 0 ? groundingChunks.length : known;
  return {
    groundingChunks:
      known < 0 ? [...groundingChunks, { web: { uri: url, ...(title !== undefined && { title }) } }] : groundingChunks,
    groundingSupports: [
      ...groundingSupports,
      { groundingChunkIndices: [index], segment: toSegment(citation, text, partIndex) },
    ],
  };
};
