import { GatewayError } from '@claudette/core';
import type { Framing, Scanner } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText, parseReply } from '../json/parse-reply.js';
import { createBodyScanner, createStreamScanner, lookFor } from '../scanner.js';
import type { Reading, StreamReader } from '../scanner.js';
import type { SseEvent } from '../sse/frames.js';
import { readReply } from './decode-reply.js';
import { decodeFinishReason, isFaultReason } from './finish-reason.js';
import { readErrorFrame, readProviderError, toInBandError } from './in-band-error.js';
import { hasContent } from './read-message.js';
import { readUsage } from './usage.js';

/**
 * What makes a frame worth parsing after the commit: another choice, a tool call's start, a finish reason, usage, an
 * error, the end. A quote inside a JSON string is escaped, so that no such key can be met in what the model says.
 */
const notable =
  /"(?:index"\s*:\s*[1-9]|name"\s*:|finish_reason"\s*:\s*[^n\s]|usage"\s*:\s*\{|error"\s*:)|data: \[DONE\]|event: error/;

const isNotable = lookFor(notable);

interface Choice {
  hasToolCalls: boolean;
  hasRefusal: boolean;
  isFinished: boolean;
}

/**
 * | frame                             | reading                                    |
 * |-----------------------------------|--------------------------------------------|
 * | content                           | committed                                  |
 * | finish reason of each choice seen | committed, finished                        |
 * | usage                             | usage                                      |
 * | `[DONE]` when finished            | closed                                     |
 * | `[DONE]` before                   | failure; the frame is kept from the client |
 * | an error                          | failure, closed                            |
 * | not JSON                          | failure; the frame is kept from the client |
 */
const createStreamReader = (reading: Reading): StreamReader => {
  const choices = new Map<unknown, Choice>();

  const fail = (failure: GatewayError): void => {
    reading.failure = failure;
    reading.closed = true;
  };

  const seeChoice = (wire: JsonObject): void => {
    const index = wire['index'] ?? 0;
    const choice = choices.get(index) ?? { hasToolCalls: false, hasRefusal: false, isFinished: false };
    choices.set(index, choice);
    const delta = asObject(wire['delta']) ?? {};
    if (hasContent(delta)) reading.committed = true;
    if (asObjects(delta['tool_calls']).length > 0) choice.hasToolCalls = true;
    if (asText(delta['refusal']) !== undefined) choice.hasRefusal = true;

    const finish = asText(wire['finish_reason']);
    if (finish === undefined) return;
    if (isFaultReason(finish)) {
      fail(new GatewayError('upstream_failed', `the answer finished with ${finish}`));
      return;
    }
    choice.isFinished = true;
    if (index === 0) reading.finishReason = decodeFinishReason(finish, choice);
  };

  const seeChunk = (chunk: JsonObject): void => {
    for (const choice of asObjects(chunk['choices'])) seeChoice(choice);
    reading.usage = readUsage(chunk) ?? reading.usage;
    reading.finished = choices.size > 0 && [...choices.values()].every(({ isFinished }) => isFinished);
    if (reading.finished) reading.committed = true;
  };

  /** Throws what keeps the frame from being part of the reply. */
  const seeEvent = ({ event, data }: SseEvent): void => {
    if (data === '[DONE]') {
      // An end without a finish reason would look like a stop to the client.
      if (!reading.finished) throw new GatewayError('stream_broken', 'it ended without a finish reason');
      reading.closed = true;
      return;
    }
    const chunk = parseReply(data);
    const error = event === 'error' ? readErrorFrame(chunk) : readProviderError(chunk);
    if (error === undefined) seeChunk(chunk);
    else fail(toInBandError(error));
  };

  return { isPlain: (frames) => reading.committed && !isNotable(frames), see: seeEvent };
};

/** A whole body is one chunk: it is a completion, or it reports an error, or it is not valid. */
const createBodyReader =
  (reading: Reading) =>
  (body: Uint8Array): void => {
    const reply = readReply(body);
    if ('error' in reply) throw toInBandError(reply.error);
    const { completion, choice, message } = reply;
    const finish = asText(choice['finish_reason']) ?? 'stop';
    if (isFaultReason(finish)) throw new GatewayError('upstream_failed', `the answer finished with ${finish}`);
    reading.finishReason = decodeFinishReason(finish, {
      hasToolCalls: asObjects(message['tool_calls']).length > 0,
      hasRefusal: asText(message['refusal']) !== undefined,
    });
    reading.usage = readUsage(completion);
    reading.finished = true;
    reading.committed = true;
  };

/** See `Codec.createScanner`. */
export const createScanner = (framing: Framing): Scanner =>
  framing === 'sse' ? createStreamScanner(createStreamReader) : createBodyScanner(createBodyReader);
