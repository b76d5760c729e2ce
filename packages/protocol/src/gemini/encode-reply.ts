import { GatewayError } from '@claudette/core';
import type { ChatEvent } from '@claudette/core';

import type { Codec } from '../codec.js';
import { createLossList } from '../loss-list.js';
import { finalFields, initialEncodeState, stepEncode } from './encode-step.js';
import { encodeUsage } from './usage.js';
import type { WireLogprobs, WireReply, WireReplyPart } from './wire-reply.js';

/** One more piece of a part: words grow, and a signature comes last. */
const grow = (part: WireReplyPart | undefined, piece: WireReplyPart): WireReplyPart =>
  part !== undefined && 'text' in part && 'text' in piece ? { ...part, ...piece, text: part.text + piece.text } : piece;

/**
 * See `Codec.encodeReply`.
 * @throws GatewayError `upstream_failed` for an `error` among the events
 */
export const encodeReply = (events: Iterable<ChatEvent>): ReturnType<Codec['encodeReply']> => {
  const losses = createLossList();
  const parts: WireReplyPart[] = [];
  let logprobs: WireLogprobs | undefined;
  let state = initialEncodeState;
  for (const event of events) {
    if (event.type === 'error') throw new GatewayError('upstream_failed', event.message);
    const step = stepEncode(state, event);
    state = step.state;
    if (step.loss !== undefined) losses.add(step.loss.path, step.loss.reason);
    if (step.part !== undefined) parts[step.part.index] = grow(parts[step.part.index], step.part.piece);
    if (step.logprobs !== undefined) {
      logprobs = {
        chosenCandidates: [...(logprobs?.chosenCandidates ?? []), ...step.logprobs.chosenCandidates],
        topCandidates: [...(logprobs?.topCandidates ?? []), ...step.logprobs.topCandidates],
      };
    }
  }
  const reply: WireReply = {
    candidates: [
      {
        content: { parts: parts.length === 0 ? [{ text: '' }] : parts, role: 'model' },
        ...finalFields(state),
        index: 0,
        ...(logprobs && { logprobsResult: logprobs }),
      },
    ],
    ...(state.usage && { usageMetadata: encodeUsage(state.usage) }),
    modelVersion: state.model,
    responseId: state.id,
  };
  return { body: Buffer.from(JSON.stringify(reply)), losses: losses.all };
};
