import type { ChatEvent, OpaqueState } from '@claudette/core';

import { joinCallId, writeState } from '../opaque-state.js';

import { noProof } from './own-state.js';
import { toToolUseId } from './tool-use-id.js';
import type { WireAnswerBlock, WireCitation, WireDelta, WireEvent } from './wire.js';

/** What one block of the answer has to write; citations wait for the proof that comes with their block's end. */
export type WritableEvent =
  | Exclude<Extract<ChatEvent, { readonly block: number }>, { readonly type: 'text-citation' | 'text-logprobs' }>
  | { readonly type: 'citation'; readonly block: number; readonly citation: WireCitation };

export interface WrittenBlock {
  readonly events: readonly WireEvent[];
  readonly isOpen: boolean;
  readonly nextIndex: number;
}

/** What ends a block that was left open: the writer needs no more than its number. */
export const endOf = (block: number) => ({ type: 'text-end', block }) as const;

const toStart = (event: WritableEvent): WireAnswerBlock | undefined => {
  switch (event.type) {
    case 'text-start':
    case 'refusal-start':
      return { type: 'text', text: '' };
    case 'tool-call-start':
      return {
        type: 'tool_use',
        id: joinCallId(toToolUseId(event.id), event.state),
        name: event.name,
        input: {},
        caller: { type: 'direct' },
      };
    default:
      return undefined;
  }
};

/**
 * What stands as the signature of thinking: whatever proves it to the provider it came from. Undefined for what is
 * encrypted and stands alone, and for thinking that was neither shown nor signed.
 */
const toSignature = (state: OpaqueState | undefined, isShown: boolean): string | undefined => {
  if (state === undefined) return isShown ? noProof('signature') : undefined;
  const isBeside = state.kind === 'signature' || (isShown && state.dialect !== 'anthropic-messages');
  return isBeside ? writeState(state, 'anthropic-messages') : undefined;
};

const toDelta = (event: WritableEvent, isOpen: boolean): WireDelta | undefined => {
  switch (event.type) {
    case 'text-delta':
    case 'refusal-delta':
      return event.text === '' ? undefined : { type: 'text_delta', text: event.text };
    case 'reasoning-delta':
      return event.text === '' ? undefined : { type: 'thinking_delta', thinking: event.text };
    case 'tool-call-delta':
      return event.arguments === '' ? undefined : { type: 'input_json_delta', partial_json: event.arguments };
    case 'citation':
      return { type: 'citations_delta', citation: event.citation };
    case 'reasoning-end': {
      const signature = toSignature(event.state, isOpen);
      return signature === undefined ? undefined : { type: 'signature_delta', signature };
    }
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
export const writeBlock = (event: WritableEvent, isOpen: boolean, nextIndex: number): WrittenBlock => {
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
  const delta = toDelta(event, isOpen);
  if (delta !== undefined) {
    if (!open) begin(thinking);
    events.push({ type: 'content_block_delta', index: next - 1, delta });
  }
  if (event.type.endsWith('-end')) end();
  if (event.type === 'reasoning-end' && event.state !== undefined && delta === undefined) {
    begin({ type: 'redacted_thinking', data: writeState(event.state, 'anthropic-messages') });
    end();
  }
  return { events, isOpen: open, nextIndex: next };
};
