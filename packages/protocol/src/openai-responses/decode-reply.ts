import type { ChatEvent } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { invalidReply, parseReply } from '../json/parse-reply.js';
import { readProviderError } from '../openai-chat/in-band-error.js';
import { createDecodeState } from './decode-state.js';
import { stepDecode } from './decode-step.js';

const decoder = new TextDecoder();

/**
 * A whole JSON body: a response, or the error it reports.
 * @throws GatewayError `upstream_invalid_reply` when it is neither
 */
export const readResponse = (body: Uint8Array): JsonObject => {
  const text = decoder.decode(body);
  const response = parseReply(text);
  if (!Array.isArray(response['output']) && readProviderError(response) === undefined) {
    throw invalidReply('there is no output in the response', text);
  }
  return response;
};

/** A whole body as the one event that says it all. */
export const toEvent = (response: JsonObject): JsonObject => {
  const error = readProviderError(response);
  return error === undefined ? { type: 'response.completed', response } : { type: 'error', error };
};

/** A response in the background is not over: it is asked for again, by its id. */
export const isUnfinished = ({ status }: JsonObject): boolean => status === 'queued' || status === 'in_progress';

/** See `Codec.decodeReply`. */
export const decodeReply = (body: Uint8Array): ChatEvent[] => {
  const response = readResponse(body);
  if (isUnfinished(response)) {
    throw invalidReply('the response is not over, and only its own provider has the rest', String(response['id']));
  }
  return [...stepDecode(createDecodeState(), toEvent(response))];
};
