import type { FinishReason, Loss } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asText } from '../json/parse-reply.js';
import type { WireFinishReason } from './wire-reply.js';

const decoded: ReadonlyMap<string, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  // A limit for one request, behind which the model would go on.
  ['CONTINUATION', 'length'],
  ['SAFETY', 'content-filter'],
  ['RECITATION', 'content-filter'],
  ['LANGUAGE', 'content-filter'],
  ['BLOCKLIST', 'content-filter'],
  ['PROHIBITED_CONTENT', 'content-filter'],
  ['SPII', 'content-filter'],
  ['IMAGE_SAFETY', 'content-filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content-filter'],
  ['IMAGE_RECITATION', 'content-filter'],
]);

/**
 * A reason of the wire; undefined when it names a fault (`MALFORMED_FUNCTION_CALL`, `OTHER` …) or is not known. Neither is
 * an end of the answer.
 */
export const decodeFinishReason = (wire: string, hasToolCalls: boolean): FinishReason | undefined =>
  // A model that waits for results stops as well.
  wire === 'STOP' && hasToolCalls ? 'tool-calls' : decoded.get(wire);

/** What a fault in place of a finish reason says. */
export const describeFault = (wire: string, candidate: JsonObject): string => {
  const message = asText(candidate['finishMessage']);
  return `the answer finished with ${wire}${message === undefined ? '' : `: ${message}`}`;
};

const encoded: Readonly<Record<FinishReason, WireFinishReason>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  pause: 'STOP',
  'context-length': 'MAX_TOKENS',
};

/**
 * The reverse. What Gemini has no word for becomes the nearest one; see `lossOfFinish`. A refusal is `SAFETY` beside its
 * words: that is how Google's clients know that they were not answered, and `STOP` would pass it off as an answer.
 */
export const encodeFinishReason = (reason: FinishReason): WireFinishReason => encoded[reason];

const unsaid: Partial<Readonly<Record<FinishReason, string>>> = {
  refusal: 'Gemini cannot say that the model declined; it says SAFETY',
  pause: 'Gemini cannot say that the model paused; it says STOP',
  'context-length': 'Gemini cannot say that the context was full; it says MAX_TOKENS',
};

/** What the wire does not say of a finish. */
export const lossOfFinish = (reason: FinishReason, stopSequence: string | undefined): Loss | undefined => {
  const said = unsaid[reason];
  if (said !== undefined) return { path: 'finish.reason', reason: said };
  return stopSequence === undefined
    ? undefined
    : { path: 'finish.stopSequence', reason: 'Gemini does not say which stop sequence was met' };
};
