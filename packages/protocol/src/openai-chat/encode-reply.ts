import { GatewayError } from '@claudette/core';
import type { ChatEvent, TokenLogprob } from '@claudette/core';

import type { Codec, ReplyContext } from '../codec.js';
import { compact } from '../json/fields.js';
import { createLossList } from '../loss-list.js';
import { finalDelta, initialEncodeState, stepEncode } from './encode-step.js';
import { encodeLogprobs } from './logprobs.js';
import { encodeUsage } from './usage.js';
import type { WireAnnotation, WireCompletion, WireDelta, WireToolCall, WireToolCallDelta } from './wire.js';

type WireMessage = WireCompletion['choices'][number]['message'];

interface Words {
  content: string;
  refusal: string;
  reasoning: string;
}

type Piece = Exclude<WireToolCallDelta, WireToolCall>;

const pieceOf = (delta: Piece): string => ('function' in delta ? delta.function.arguments : delta.custom.input);

const addPiece = (call: WireToolCall, piece: string): WireToolCall =>
  call.type === 'function'
    ? { ...call, function: { ...call.function, arguments: call.function.arguments + piece } }
    : { ...call, custom: { ...call.custom, input: call.custom.input + piece } };

/** Puts the deltas of a stream together again, as every client does. */
const createAssembly = (): { add(delta: WireDelta): void; message(): WireMessage } => {
  const words: Words = { content: '', refusal: '', reasoning: '' };
  const annotations: WireAnnotation[] = [];
  let calls: WireToolCall[] = [];

  const addCall = (delta: WireToolCallDelta): void => {
    if (!('id' in delta)) {
      calls = calls.map((call, number) => (number === delta.index ? addPiece(call, pieceOf(delta)) : call));
      return;
    }
    const { id } = delta;
    calls.push(
      delta.type === 'function'
        ? { id, type: 'function', function: delta.function }
        : { id, type: 'custom', custom: delta.custom },
    );
  };

  return {
    add(delta) {
      words.content += delta.content ?? '';
      words.refusal += delta.refusal ?? '';
      words.reasoning += delta.reasoning_content ?? '';
      annotations.push(...(delta.annotations ?? []));
      for (const call of delta.tool_calls ?? []) addCall(call);
    },
    message() {
      const isSilent = words.content === '' && (calls.length > 0 || words.refusal !== '');
      return compact({
        role: 'assistant' as const,
        content: isSilent ? null : words.content,
        refusal: words.refusal === '' ? null : words.refusal,
        reasoning_content: words.reasoning === '' ? undefined : words.reasoning,
        annotations: annotations.length === 0 ? undefined : annotations,
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
  const tokens: TokenLogprob[] = [];
  let state = initialEncodeState;
  for (const event of events) {
    if (event.type === 'error') throw new GatewayError('upstream_failed', event.message);
    const step = stepEncode(state, event);
    state = step.state;
    for (const { path, reason } of step.losses ?? []) losses.add(path, reason);
    if (step.delta !== undefined) assembly.add(step.delta);
    tokens.push(...(step.logprobs ?? []));
  }
  const { delta, finishReason } = finalDelta(state);
  assembly.add(delta);
  const logprobs = tokens.length === 0 ? null : encodeLogprobs(tokens);

  const completion: WireCompletion = {
    id: state.id,
    object: 'chat.completion',
    created: context.createdAtSeconds,
    model: state.model,
    choices: [{ index: 0, message: assembly.message(), logprobs, finish_reason: finishReason }],
    ...(state.usage && { usage: encodeUsage(state.usage) }),
  };
  return { body: Buffer.from(JSON.stringify(completion)), losses: losses.all };
};
