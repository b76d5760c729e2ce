import type { ChatEvent } from '@claudette/core';

import type { EventDecoder } from '../codec.js';
import { parseReply } from '../json/parse-reply.js';
import { parseFrames } from '../sse/frames.js';
import { initialDecodeState } from './decode-state.js';
import { stepDecode } from './decode-step.js';
import { readErrorFrame } from './in-band-error.js';

/** See `Codec.createEventDecoder`. */
export const createEventDecoder = (): EventDecoder => {
  let state = initialDecodeState;
  let done = false;
  return {
    push(frames) {
      const events: ChatEvent[] = [];
      for (const { event, data } of parseFrames(frames)) {
        if (done) break;
        if (data === '[DONE]') {
          done = true;
          break;
        }
        const body = parseReply(data);
        const step = stepDecode(state, event === 'error' ? { error: readErrorFrame(body) } : body);
        state = step.state;
        events.push(...step.events);
      }
      return events;
    },
  };
};
