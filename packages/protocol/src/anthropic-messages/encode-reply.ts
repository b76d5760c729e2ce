import { GatewayError } from '@claudette/core';
import type { ChatEvent, Loss } from '@claudette/core';

import { createLossList } from '../loss-list.js';

import { parseArguments } from './encode-content.js';
import type { Lose } from './encode-content.js';
import { encodeEnd, encodeStep, initialEncodeState } from './encode-events.js';
import type { WireAnswer, WireAnswerBlock, WireDelta, WireEvent } from './wire.js';

/** A block while its deltas come in; a tool's input is text until the block is whole. */
interface GrowingBlock {
  block: WireAnswerBlock;
  input: string;
}

const grow = (growing: GrowingBlock, delta: WireDelta): void => {
  const { block } = growing;
  if (delta.type === 'input_json_delta') growing.input += delta.partial_json;
  else if (block.type === 'text' && delta.type === 'text_delta') {
    growing.block = { ...block, text: block.text + delta.text };
  } else if (block.type === 'thinking' && delta.type === 'thinking_delta') {
    growing.block = { ...block, thinking: block.thinking + delta.thinking };
  } else if (block.type === 'thinking' && delta.type === 'signature_delta') {
    growing.block = { ...block, signature: delta.signature };
  }
};

const toWhole = ({ block, input }: GrowingBlock, path: string, lose: Lose): WireAnswerBlock => {
  if (block.type !== 'tool_use') return block;
  const whole = parseArguments(input);
  // A call that the token limit cut off: its block cannot hold half an object.
  if (whole === undefined) lose(`${path}.input`, 'the arguments are not a JSON object');
  return { ...block, input: whole ?? {} };
};

const toAnswer = (events: readonly WireEvent[], lose: Lose): WireAnswer | undefined => {
  const blocks: GrowingBlock[] = [];
  let answer: WireAnswer | undefined;
  for (const event of events) {
    if (event.type === 'message_start') answer = event.message;
    else if (event.type === 'content_block_start') blocks.push({ block: event.content_block, input: '' });
    else if (event.type === 'content_block_delta') blocks.slice(-1).forEach((last) => grow(last, event.delta));
    else if (event.type === 'message_delta' && answer !== undefined) {
      answer = { ...answer, ...event.delta, usage: event.usage };
    }
  }
  return answer && { ...answer, content: blocks.map((block, index) => toWhole(block, `content[${index}]`, lose)) };
};

const encoder = new TextEncoder();

/**
 * A whole reply from events: the stream that would have been written, put together.
 * @throws GatewayError `upstream_failed` for an `error` event, `upstream_invalid_reply` for events without start or end
 */
export const encodeReply = (
  events: Iterable<ChatEvent>,
): { readonly body: Uint8Array; readonly losses: readonly Loss[] } => {
  const { add: lose, all: losses } = createLossList();
  const written: WireEvent[] = [];
  let state = initialEncodeState;
  for (const event of events) {
    if (event.type === 'error') throw new GatewayError('upstream_failed', event.message);
    const step = encodeStep(state, event);
    state = step.state;
    written.push(...step.events);
    for (const { path, reason } of step.losses) lose(path, reason);
  }
  const end = encodeEnd(state);
  const answer = end.length === 0 ? undefined : toAnswer([...written, ...end], lose);
  if (answer === undefined) throw new GatewayError('upstream_invalid_reply', 'the reply has no start or no end');
  return { body: encoder.encode(JSON.stringify(answer)), losses };
};
