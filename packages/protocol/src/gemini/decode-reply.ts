import type { ChatEvent } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObjects, asText, invalidReply, parseReply } from '../json/parse-reply.js';
import { initialDecodeState, stepDecode } from './decode-step.js';
import { readProviderError } from './in-band-error.js';
import { readBlockReason } from './read-part.js';

const decoder = new TextDecoder();

/** A whole body is over by itself: candidates without a reason are read as `STOP`. */
const withReason = (candidate: JsonObject): JsonObject => ({
  ...candidate,
  finishReason: asText(candidate['finishReason']) ?? 'STOP',
});

/**
 * What a whole JSON body holds, as the one chunk that says it all.
 * @throws GatewayError `upstream_invalid_reply` when it is neither an answer, nor a refusal to give one, nor an error
 */
export const readReply = (body: Uint8Array): JsonObject => {
  const text = decoder.decode(body);
  const reply = parseReply(text);
  if (readProviderError(reply) !== undefined || readBlockReason(reply) !== undefined) return reply;
  const candidates = asObjects(reply['candidates']);
  if (candidates.length === 0) throw invalidReply('there is no candidate in the reply', text);
  return { ...reply, candidates: candidates.map(withReason) };
};

/** See `Codec.decodeReply`. */
export const decodeReply = (body: Uint8Array): ChatEvent[] => [
  ...stepDecode(initialDecodeState, readReply(body)).events,
];
