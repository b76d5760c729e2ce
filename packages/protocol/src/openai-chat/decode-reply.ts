import type { ChatEvent } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText, invalidReply, parseReply } from '../json/parse-reply.js';
import { initialDecodeState, stepDecode } from './decode-step.js';
import { readProviderError } from './in-band-error.js';

const decoder = new TextDecoder();

/**
 * A body as the one chunk that says it all. A whole body is over by itself, so vendors that give no reason are read as
 * `stop`.
 */
const toChunk = (completion: JsonObject): JsonObject => ({
  ...completion,
  choices: asObjects(completion['choices']).map((choice) => ({
    ...choice,
    delta: choice['message'],
    finish_reason: asText(choice['finish_reason']) ?? 'stop',
  })),
});

/**
 * The completion in a whole JSON body, or the error it reports.
 * @throws GatewayError `upstream_invalid_reply` when it is neither
 */
export const readCompletion = (body: Uint8Array): JsonObject => {
  const text = decoder.decode(body);
  const completion = parseReply(text);
  const [choice] = asObjects(completion['choices']);
  if (asObject(choice?.['message']) === undefined && readProviderError(completion) === undefined) {
    throw invalidReply('there is no message in the completion', text);
  }
  return completion;
};

/** See `Codec.decodeReply`. */
export const decodeReply = (body: Uint8Array): ChatEvent[] => [
  ...stepDecode(initialDecodeState, toChunk(readCompletion(body))).events,
];
