import type { ChatEvent } from '@claudette/core';

import { readArray, readObject, readOneOf } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';

import { checkReply, decodeStep, initialDecodeState } from './decode-events.js';

const decoder = new TextDecoder('utf-8', { fatal: true });
const readType = readOneOf(['message', 'error']);

/**
 * A whole reply as an object of type `message` or `error`.
 * @throws SyntaxError, TypeError or GatewayError when it is neither
 */
export const parseReply = (body: Uint8Array): JsonObject => {
  const reply = readObject(JSON.parse(decoder.decode(body)), 'the reply');
  if (readType(reply['type'], 'type') === 'message') readArray(reply['content'], 'content');
  return reply;
};

/**
 * A whole reply as events: to the stream's own rules, a message that is complete from its start.
 * @throws GatewayError `upstream_invalid_reply`
 */
export const decodeReply = (body: Uint8Array): ChatEvent[] =>
  checkReply(() => {
    const reply = parseReply(body);
    const first = reply['type'] === 'error' ? reply : { type: 'message_start', message: reply };
    const start = decodeStep(initialDecodeState, first);
    return [...start.events, ...decodeStep(start.state, { type: 'message_stop' }).events];
  });
