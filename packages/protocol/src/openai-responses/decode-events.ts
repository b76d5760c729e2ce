import type { ChatEvent } from '@claudette/core';

import type { EventDecoder } from '../codec.js';
import type { JsonObject } from '../json/fields.js';
import { parseReply } from '../json/parse-reply.js';
import { parseFrames } from '../sse/frames.js';
import type { SseEvent } from '../sse/frames.js';
import { createDecodeState } from './decode-state.js';
import { stepDecode } from './decode-step.js';

/** What some vendors write behind the last event, as Chat has it. */
export const DONE = '[DONE]';

/**
 * The data of a frame as an object that names its type; one without has its event's name, and a frame called `error` is
 * one whatever it holds.
 * @throws GatewayError `upstream_invalid_reply` when it is not a JSON object
 */
export const parseEvent = ({ event, data }: SseEvent): JsonObject => {
  const body = parseReply(data);
  if (event === 'error') return { ...body, type: 'error' };
  return body['type'] === undefined && event !== undefined ? { ...body, type: event } : body;
};

/** See `Codec.createEventDecoder`. */
export const createEventDecoder = (): EventDecoder => {
  const state = createDecodeState();
  return {
    push(frames) {
      const events: ChatEvent[] = [];
      for (const frame of parseFrames(frames)) {
        if (state.phase === 'over') break;
        if (frame.data !== DONE) events.push(...stepDecode(state, parseEvent(frame)));
      }
      return events;
    },
  };
};
