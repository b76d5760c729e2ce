import type { EventEncoder, ReplyContext } from '../codec.js';
import { createLossList } from '../loss-list.js';
import { formatFrame } from '../sse/frames.js';
import { finalDelta, initialEncodeState, stepEncode } from './encode-step.js';
import { providerErrorFrame } from './errors.js';
import { encodeLogprobs } from './logprobs.js';
import { encodeUsage } from './usage.js';
import type { WireChunk, WireUsage } from './wire.js';

const nothing = new Uint8Array(0);

/** See `Codec.createEventEncoder`. Reasoning goes out as `reasoning_content`, where DeepSeek, Qwen and vLLM have it. */
export const createEventEncoder = (context: ReplyContext): EventEncoder => {
  const losses = createLossList();
  let state = initialEncodeState;

  const chunk = (choices: WireChunk['choices'], usage: WireUsage | null): Uint8Array => {
    const fields: WireChunk = {
      id: state.id,
      object: 'chat.completion.chunk',
      created: context.createdAtSeconds,
      model: state.model,
      choices,
      ...(context.streamUsage && { usage }),
    };
    return formatFrame({ data: JSON.stringify(fields) });
  };

  return {
    losses: losses.all,
    push(event) {
      if (event.type === 'error') return providerErrorFrame(event.message, event.providerType);
      const step = stepEncode(state, event);
      state = step.state;
      for (const { path, reason } of step.losses ?? []) losses.add(path, reason);
      if (step.delta === undefined) return nothing;
      const logprobs = step.logprobs === undefined ? null : encodeLogprobs(step.logprobs);
      return chunk([{ index: 0, delta: step.delta, logprobs, finish_reason: null }], null);
    },
    end() {
      const { delta, finishReason } = finalDelta(state);
      const finish = chunk([{ index: 0, delta, logprobs: null, finish_reason: finishReason }], null);
      const { usage } = state;
      const counted = context.streamUsage && usage !== undefined ? chunk([], encodeUsage(usage)) : nothing;
      return Buffer.concat([finish, counted, formatFrame({ data: '[DONE]' })]);
    },
  };
};
