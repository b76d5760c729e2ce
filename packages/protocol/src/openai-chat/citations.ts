import type { Citation } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asText } from '../json/parse-reply.js';
import type { WireAnnotation } from './wire.js';

/** An index of the message's text as one of the block that begins at `blockStart`; absent when it lies before it. */
const toIndex = (value: unknown, blockStart: number): number | undefined =>
  typeof value === 'number' && value >= blockStart ? value - blockStart : undefined;

/** A `url_citation`; undefined for annotations of other types. */
export const decodeAnnotation = (annotation: JsonObject, blockStart: number): Citation | undefined => {
  const cited = annotation['type'] === 'url_citation' ? asObject(annotation['url_citation']) : undefined;
  const url = asText(cited?.['url']);
  if (cited === undefined || url === undefined) return undefined;
  const title = asText(cited['title']);
  const citedText = asText(cited['content']);
  const startIndex = toIndex(cited['start_index'], blockStart);
  const endIndex = toIndex(cited['end_index'], blockStart);
  return {
    url,
    ...(title !== undefined && { title }),
    ...(citedText !== undefined && { citedText }),
    ...(startIndex !== undefined && { startIndex }),
    ...(endIndex !== undefined && { endIndex }),
  };
};

/** A citation in the text from `blockStart` to `blockEnd`: all of it, where the provider did not say which words. */
export const encodeCitation = (citation: Citation, blockStart: number, blockEnd: number): WireAnnotation => {
  const { url, title = url, citedText, startIndex, endIndex } = citation;
  return {
    type: 'url_citation',
    url_citation: {
      url,
      title,
      start_index: blockStart + (startIndex ?? 0),
      end_index: endIndex === undefined ? blockEnd : blockStart + endIndex,
      ...(citedText !== undefined && { content: citedText }),
    },
  };
};
