import { GatewayError, toGatewayError } from '@claudette/core';
import type { Framing, Scanner } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText } from '../json/parse-reply.js';
import { toInBandError } from '../openai-chat/in-band-error.js';
import { createBodyScanner, createStreamScanner, lookFor } from '../scanner.js';
import type { Reading, StreamReader } from '../scanner.js';
import type { SseEvent } from '../sse/frames.js';
import { DONE, parseEvent } from './decode-events.js';
import { isUnfinished, readResponse, toEvent } from './decode-reply.js';
import { decodeFinishReason, readEnd, readFault } from './response-end.js';
import { decodeUsage } from './usage.js';

/**
 * What makes a frame worth parsing after the commit: an end, an error, and the items that decide about the finish
 * reason. A quote inside a JSON string is escaped, so that no such type can be met in what the model says.
 */
const notable =
  /(?:event: |"type"\s*:\s*")(?:response\.(?:completed|incomplete|failed|cancelled)|error|function_call"|custom_tool_call"|refusal")|"error"\s*:\s*["{]|data: \[DONE\]/;

const isNotable = lookFor(notable);

const wordFields = ['delta', 'text', 'refusal', 'arguments', 'input'];

const hasWords = (fields: JsonObject | undefined): boolean =>
  fields !== undefined && wordFields.some((field) => asText(fields[field]) !== undefined);

const isContentItem = (item: JsonObject): boolean => {
  if (item['type'] === 'message') return asObjects(item['content']).some(hasWords);
  if (item['type'] !== 'reasoning') return true;
  return (
    asText(item['encrypted_content']) !== undefined ||
    [...asObjects(item['summary']), ...asObjects(item['content'])].some(hasWords)
  );
};

/** Something a client may be shown, which decides about the commit. An empty message is not, nor is one part of it. */
const isContent = (event: JsonObject): boolean => {
  const item = asObject(event['item']);
  return hasWords(event) || hasWords(asObject(event['part'])) || (item !== undefined && isContentItem(item));
};

interface Content {
  hasToolCalls: boolean;
  hasRefusal: boolean;
}

const seeItem = (content: Content, item: JsonObject): void => {
  const { type } = item;
  if (type === 'function_call' || type === 'custom_tool_call') content.hasToolCalls = true;
  if (asObjects(item['content']).some((part) => part['type'] === 'refusal')) content.hasRefusal = true;
};

/** Throws the fault that an event reports; else looks whether it is the end. */
const seeEnd = (reading: Reading, content: Content, event: JsonObject): void => {
  const fault = readFault(event);
  if (fault !== undefined) throw toInBandError(fault);
  const end = readEnd(event);
  if (end === undefined) return;
  for (const item of asObjects(end.response['output'])) seeItem(content, item);
  reading.usage = decodeUsage(end.response['usage']);
  reading.finishReason = decodeFinishReason(end, content);
  reading.committed = reading.finished = reading.closed = true;
};

/**
 * | frame                                    | reading                                    |
 * |------------------------------------------|--------------------------------------------|
 * | words; an item other than an empty one   | committed                                  |
 * | `response.completed`, `.incomplete`      | committed, finished, closed; usage         |
 * | `response.failed`, `.cancelled`, `error` | failure, closed                            |
 * | `[DONE]` before any of these             | failure; the frame is kept from the client |
 * | not JSON                                 | failure; the frame is kept from the client |
 */
const createStreamReader = (reading: Reading): StreamReader => {
  const content: Content = { hasToolCalls: false, hasRefusal: false };

  /** Throws what keeps the frame from being part of the reply. */
  const seeEvent = (frame: SseEvent): void => {
    // An end that the response does not tell would look like a stop to the client.
    if (frame.data === DONE) throw new GatewayError('stream_broken', 'it ended before the response was complete');
    const event = parseEvent(frame);
    seeItem(content, asObject(event['item']) ?? {});
    if (asObject(event['part'])?.['type'] === 'refusal') content.hasRefusal = true;
    if (isContent(event)) reading.committed = true;
    try {
      seeEnd(reading, content, event);
    } catch (thrown) {
      reading.failure = toGatewayError(thrown);
      reading.closed = true;
    }
  };

  return { isPlain: (frames) => reading.committed && !isNotable(frames), see: seeEvent };
};

/** A whole body is a response, or it reports an error, or it is not valid. One in the background may be unfinished. */
const createBodyReader =
  (reading: Reading) =>
  (body: Uint8Array): void => {
    const response = readResponse(body);
    if (isUnfinished(response)) reading.committed = reading.finished = true;
    else seeEnd(reading, { hasToolCalls: false, hasRefusal: false }, toEvent(response));
  };

/** See `Codec.createScanner`. */
export const createScanner = (framing: Framing): Scanner =>
  framing === 'sse' ? createStreamScanner(createStreamReader) : createBodyScanner(createBodyReader);
