import type { ChatEvent } from '@claudette/core';

import type { WireAnswerBlock, WireDelta, WireEvent } from './wire.js';

/** An event that belongs to one block of the answer. */
export type BlockEvent = Extract<ChatEvent, { readonly block: number }>;

export interface WrittenBlock {
  readonly events: readonly WireEvent[];
  readonly isOpen: boolean;
  readonly nextIndex: number;
}

/** What ends a block that was left open: the writer needs no more than its number. */
export const endOf = (block: number): BlockEvent => ({ type: 'text-end', block });

const toStart = (event: BlockEvent): WireAnswerBlock | undefined => {
  switch (event.type) {
    case 'text-start':
    case 'refusal-start':
      return { type: 'text', text: '' };
    case 'tool-call-start':
      return { type: 'tool_use', id: event.id, name: event.name, input: {}, caller: { type: 'direct' } };
    default:
      return undefined;
  }
};

const toDelta = (event: BlockEvent): WireDelta | undefined => {
  switch (event.type) {
    case 'text-delta':
    case 'refusal-delta':
      return event.text === '' ? undefined : { type: 'text_delta', text: event.text };
    case 'reasoning-delta':
      return event.text === '' ? undefined : { type: 'thinking_delta', thinking: event.text };
    case 'tool-call-delta':
      return event.arguments === '' ? undefined : { type: 'input_json_delta', partial_json: event.arguments };
    case 'reasoning-end':
      return event.signature === undefined ? undefined : { type: 'signature_delta', signature: event.signature };
    default:
      return undefined;
  }
};

const thinking: WireAnswerBlock = { type: 'thinking', thinking: '', signature: '' };

/**
 * Writes one event of the block whose turn it is. Reasoning opens with its first content: only its end tells whether it
 * is readable or redacted, and one without either is not written at all.
 *
 * @param nextIndex the wire's index for the next block that opens; one that is open has the index before it
 */
export const writeBlock = (event: BlockEvent, isOpen: boolean, nextIndex: number): WrittenBlock => {
  const events: WireEvent[] = [];
  let open = isOpen;
  let next = nextIndex;
  const begin = (block: WireAnswerBlock): void => {
    events.push({ type: 'content_block_start', index: next, content_block: block });
    open = true;
    next += 1;
  };
  const end = (): void => {
    if (open) events.push({ type: 'content_block_stop', index: next - 1 });
    open = false;
  };

  const start = toStart(event);
  if (start !== undefined) begin(start);
  const delta = toDelta(event);
  if (delta !== undefined) {
    if (!open) begin(thinking);
    events.push({ type: 'content_block_delta', index: next - 1, delta });
  }
  if (event.type.endsWith('-end')) end();
  if (event.type === 'reasoning-end' && event.redactedData !== undefined) {
    begin({ type: 'redacted_thinking', data: event.redactedData });
    end();
  }
  return { events, isOpen: open, nextIndex: next };
};
