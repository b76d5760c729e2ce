import type { ChatEvent } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText, invalidReply, parseReply } from '../json/parse-reply.js';
import { initialDecodeState } from './decode-state.js';
import { stepDecode } from './decode-step.js';
import { readProviderError } from './in-band-error.js';
import type { ProviderError } from './in-band-error.js';

const decoder = new TextDecoder();

/**
 * A body as the one chunk that says it all. A whole body is over by itself, so vendors that give no reason are read as
 * `stop`.
 */
const toChunk = (completion: JsonObject): JsonObject => ({
  ...completion,
  choices: asObjects(completion['choices']).map((choice) =>
    Object.assign({}, choice, {
      delta: choice['message'],
      finish_reason: asText(choice['finish_reason']) ?? 'stop',
    }),
  ),
});

/** A body that is a completion, with the message of its first choice; or the error it reports. */
export type ReadReply =
  | { readonly error: ProviderError }
  | { readonly completion: JsonObject; readonly choice: JsonObject; readonly message: JsonObject };

/**
 * What a whole JSON body holds.
 * @throws GatewayError `upstream_invalid_reply` when it is neither a completion nor an error
 */
export const readReply = (body: Uint8Array): ReadReply => {
  const text = decoder.decode(body);
  const completion = parseReply(text);
  const error = readProviderError(completion);
  if (error !== undefined) return { error };
  const [choice] = asObjects(completion['choices']);
  const message = asObject(choice?.['message']);
  if (choice === undefined || message === undefined) {
    throw invalidReply('there is no message in the completion', text);
  }
  return { completion, choice, message };
};

/** See `Codec.decodeReply`. */
export const decodeReply = (body: Uint8Array): ChatEvent[] => {
  const reply = readReply(body);
  const chunk = 'error' in reply ? { error: reply.error } : toChunk(reply.completion);
  return [...stepDecode(initialDecodeState, chunk).events];
};
