import type { EventEncoder, ReplyContext } from '../codec.js';
import { formatFrame } from '../sse/frames.js';
import { encodeEnd, failResponse } from './encode-end.js';
import { createEncodeState, stepEncode } from './encode-step.js';
import { providerErrorFrame } from './errors.js';
import type { WireEvent } from './wire-reply.js';

/** See `Codec.createEventEncoder`. Events are numbered from 0 without gaps. */
export const createEventEncoder = (context: ReplyContext): EventEncoder => {
  const state = createEncodeState(context);
  let nextNumber = 0;

  const takeNumber = (): number => {
    nextNumber += 1;
    return nextNumber - 1;
  };

  const format = (event: WireEvent): Uint8Array =>
    formatFrame({
      event: event.type,
      data: JSON.stringify(Object.assign({}, event, { sequence_number: takeNumber() })),
    });

  const formatAll = (events: readonly WireEvent[]): Uint8Array => {
    const [first] = events;
    return events.length === 1 && first !== undefined ? format(first) : Buffer.concat(events.map(format));
  };

  return {
    losses: state.losses.all,
    push(event) {
      if (event.type !== 'error') return formatAll(stepEncode(state, event));
      // As OpenAI has it: first what makes readers raise, then how the response stands.
      const raised = providerErrorFrame(event.message, takeNumber(), event.providerType);
      return Buffer.concat([raised, format(failResponse(state, event))]);
    },
    end() {
      const { before, type, response } = encodeEnd(state, null);
      return formatAll([...before, { type, response }]);
    },
  };
};
