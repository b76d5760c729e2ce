import type { EventEncoder } from '../codec.js';
import { createLossList } from '../loss-list.js';
import { formatFrame } from '../sse/frames.js';
import { finalFields, initialEncodeState, stepEncode } from './encode-step.js';
import { providerErrorFrame } from './in-band-error.js';
import { encodeUsage } from './usage.js';
import type { WireCandidate, WireReply, WireReplyPart } from './wire-reply.js';

const nothing = new Uint8Array(0);

/** Google's clients take a chunk without a part for one that is not valid. */
const silence: WireReplyPart = { text: '' };

/** See `Codec.createEventEncoder`. Words go out as they come, tool calls whole; the last chunk has the finish and the usage. */
export const createEventEncoder = (): EventEncoder => {
  const losses = createLossList();
  let state = initialEncodeState;

  const chunk = (
    part: WireReplyPart,
    fields: Partial<WireCandidate>,
    counted: Pick<WireReply, 'usageMetadata'> = {},
  ): Uint8Array => {
    const reply: WireReply = {
      candidates: [{ content: { parts: [part], role: 'model' }, index: 0, ...fields }],
      ...counted,
      modelVersion: state.model,
      responseId: state.id,
    };
    return formatFrame({ data: JSON.stringify(reply) });
  };

  return {
    losses: losses.all,
    push(event) {
      if (event.type === 'error') return providerErrorFrame(event.message, event.providerType);
      const { state: next, part, logprobs, loss } = stepEncode(state, event);
      state = next;
      if (loss !== undefined) losses.add(loss.path, loss.reason);
      if (logprobs !== undefined) return chunk(silence, { logprobsResult: logprobs });
      return part === undefined ? nothing : chunk(part.piece, {});
    },
    end() {
      const { usage } = state;
      return chunk(silence, finalFields(state), usage && { usageMetadata: encodeUsage(usage) });
    },
  };
};
