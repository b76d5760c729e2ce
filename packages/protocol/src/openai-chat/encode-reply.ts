import { GatewayError } from '@claudette/core';
import type { ChatEvent } from '@claudette/core';

import type { Codec, ReplyContext } from '../codec.js';
import { compact } from '../json/fields.js';
import { createLossList } from '../loss-list.js';
import { finalDelta, initialEncodeState, stepEncode } from './encode-step.js';
import { encodeUsage } from './usage.js';
import type { WireCompletion, WireDelta, WireToolCall } from './wire.js';

type WireMessage = WireCompletion['choices'][number]['message'];

interface Words {
  content: string;
  refusal: string;
  reasoning: string;
}

const addPiece = (call: WireToolCall, piece: string): WireToolCall => ({
  ...call,
  function: { ...call.function, arguments: call.function.arguments + piece },
});

/** Puts the deltas of a stream together again, as every client does. */
const createAssembly = (): { add(delta: WireDelta): void; message(): WireMessage } => {
  const words: Words = { content: '', refusal: '', reasoning: '' };
  let calls: WireToolCall[] = [];
  return {
    add(delta) {
      words.content += delta.content ?? '';
      words.refusal += delta.refusal ?? '';
      words.reasoning += delta.reasoning_content ?? '';
      for (const { index, ...call } of delta.tool_calls ?? []) {
        if ('id' in call) calls.push(call);
        else calls = calls.map((one, number) => (number === index ? addPiece(one, call.function.arguments) : one));
      }
    },
    message() {
      const isSilent = words.content === '' && (calls.length > 0 || words.refusal !== '');
      return compact({
        role: 'assistant' as const,
        content: isSilent ? null : words.content,
        refusal: words.refusal === '' ? null : words.refusal,
        reasoning_content: words.reasoning === '' ? undefined : words.reasoning,
        tool_calls: calls.length === 0 ? undefined : calls,
      });
    },
  };
};

/**
 * See `Codec.encodeReply`.
 * @throws GatewayError `upstream_failed` for an `error` among the events
 */
export const encodeReply = (events: Iterable<ChatEvent>, context: ReplyContext): ReturnType<Codec['encodeReply']> => {
  const losses = createLossList();
  const assembly = createAssembly();
  let state = initialEncodeState;
  for (const event of events) {
    if (event.type === 'error') throw new GatewayError('upstream_failed', event.message);
    const step = stepEncode(state, event);
    state = step.state;
    if (step.loss !== undefined) losses.add(step.loss.path, step.loss.reason);
    if (step.delta !== undefined) assembly.add(step.delta);
  }
  const { delta, finishReason } = finalDelta(state);
  assembly.add(delta);

  const completion: WireCompletion = {
    id: state.id,
    object: 'chat.completion',
    created: context.createdAtSeconds,
    model: state.model,
    choices: [{ index: 0, message: assembly.message(), logprobs: null, finish_reason: finishReason }],
    ...(state.usage && { usage: encodeUsage(state.usage) }),
  };
  return { body: Buffer.from(JSON.stringify(completion)), losses: losses.all };
};
