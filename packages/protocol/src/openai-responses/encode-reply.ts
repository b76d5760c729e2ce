import { GatewayError } from '@claudette/core';
import type { ChatEvent } from '@claudette/core';

import type { Codec, ReplyContext } from '../codec.js';
import { encodeEnd } from './encode-end.js';
import { createEncodeState, stepEncode } from './encode-step.js';

/**
 * See `Codec.encodeReply`: the response at the end of the stream that would have been written.
 * @throws GatewayError `upstream_failed` for an `error` among the events
 */
export const encodeReply = (events: Iterable<ChatEvent>, context: ReplyContext): ReturnType<Codec['encodeReply']> => {
  const state = createEncodeState(context);
  for (const event of events) {
    if (event.type === 'error') throw new GatewayError('upstream_failed', event.message);
    stepEncode(state, event);
  }
  const { response } = encodeEnd(state, context.createdAtSeconds);
  return { body: Buffer.from(JSON.stringify(response)), losses: state.losses.all };
};
