import { GatewayError } from '@claudette/core';
import type { ChatEvent, Loss } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { createLossList } from '../loss-list.js';

import { parseArguments } from './encode-content.js';
import type { Lose } from './encode-content.js';
import { encodeEnd, encodeStep, initialEncodeState } from './encode-events.js';
import type { WireAnswer, WireAnswerBlock, WireCitation, WireDelta, WireEvent } from './wire.js';

/** A block while its deltas come in: its text, thinking or input so far, and what stands beside it. */
interface GrowingBlock {
  readonly block: WireAnswerBlock;
  readonly citations: WireCitation[];
  content: string;
  signature: string;
}

const grow = (growing: GrowingBlock, delta: WireDelta): void => {
  switch (delta.type) {
    case 'text_delta':
      growing.content += delta.text;
      break;
    case 'thinking_delta':
      growing.content += delta.thinking;
      break;
    case 'input_json_delta':
      growing.content += delta.partial_json;
      break;
    case 'citations_delta':
      growing.citations.push(delta.citation);
      break;
    case 'signature_delta':
      growing.signature = delta.signature;
  }
};

const toInput = (content: string, path: string, lose: Lose): JsonObject => {
  const input = parseArguments(content);
  // A call that the token limit cut off: its block cannot hold half an object.
  if (input === undefined) lose(`${path}.input`, 'the arguments are not a JSON object');
  return input ?? {};
};

const toWhole = ({ block, content, citations, signature }: GrowingBlock, path: string, lose: Lose): WireAnswerBlock => {
  switch (block.type) {
    case 'text':
      return { ...block, text: content, ...(citations.length > 0 && { citations }) };
    case 'thinking':
      return { ...block, thinking: content, signature };
    case 'tool_use':
      return { ...block, input: toInput(content, path, lose) };
    case 'redacted_thinking':
      return block;
  }
};

const toAnswer = (events: readonly WireEvent[], lose: Lose): WireAnswer | undefined => {
  const blocks: GrowingBlock[] = [];
  let answer: WireAnswer | undefined;
  for (const event of events) {
    if (event.type === 'message_start') answer = event.message;
    else if (event.type === 'content_block_start')
      blocks.push({ block: event.content_block, citations: [], content: '', signature: '' });
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
