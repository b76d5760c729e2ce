import type { ChatEvent } from '@claudette/core';

import type { EventDecoder } from '../codec.js';
import { parseReply } from '../json/parse-reply.js';
import { parseFrames } from '../sse/frames.js';
import { initialDecodeState, stepDecode } from './decode-step.js';

/** See `Codec.createEventDecoder`. Each frame is a whole reply that continues the one before it; nothing ends the stream. */
export const createEventDecoder = (): EventDecoder => {
  let state = initialDecodeState;
  return {
    push(frames) {
      const events: ChatEvent[] = [];
      for (const { data } of parseFrames(frames)) {
        const step = stepDecode(state, parseReply(data));
        state = step.state;
        events.push(...step.events);
      }
      return events;
    },
  };
};
