import { GatewayError } from '@claudette/core';
import type { ChatEvent, FinishReason, Loss, Usage } from '@claudette/core';

import { encodeFinishReason } from './finish-reason.js';
import { lossOfEvent, refusalText } from './reply-losses.js';
import type { WireDelta, WireFinishReason } from './wire.js';

type OpenBlock =
  { readonly kind: 'text' | 'reasoning' | 'refusal' } | { readonly kind: 'tool-call'; readonly index: number };

/**
 * | phase   | event          | chunk                          | next     |
 * |---------|----------------|--------------------------------|----------|
 * | waiting | `start`        | role                           | open     |
 * | open    | `…-start`      | for tool calls: id and name    | open     |
 * | open    | `…-delta`      | the piece, if its block is open| open     |
 * | open    | `…-end`        | none                           | open     |
 * | any     | `usage`        | none; kept                     | same     |
 * | open    | `finish`       | none; kept                     | finished |
 *
 * The finish comes last, with or without usage behind it, whatever the order of the events was: see `finalDelta`.
 */
export interface EncodeState {
  readonly id: string;
  readonly model: string;
  readonly blocks: ReadonlyMap<number, OpenBlock>;
  readonly toolCalls: number;
  readonly hasRefusal: boolean;
  readonly finish?: FinishReason;
  readonly usage?: Usage;
}

export const initialEncodeState: EncodeState = {
  id: '',
  model: '',
  blocks: new Map(),
  toolCalls: 0,
  hasRefusal: false,
};

export interface EncodeStep {
  readonly state: EncodeState;
  /** The chunk's delta; absent when nothing is to be written. */
  readonly delta?: WireDelta;
  readonly loss?: Loss;
}

const blockOf = <K extends OpenBlock['kind']>(
  state: EncodeState,
  block: number,
  kind: K,
): Extract<OpenBlock, { kind: K }> => {
  const open = state.blocks.get(block);
  if (open?.kind !== kind) {
    throw new GatewayError(
      'internal',
      `block ${block} is ${open?.kind ?? 'not open'}, so ${kind} cannot be written to it`,
    );
  }
  return open as Extract<OpenBlock, { kind: K }>;
};

const open = (state: EncodeState, block: number, what: OpenBlock): EncodeState => ({
  ...state,
  blocks: new Map([...state.blocks, [block, what]]),
});

const close = (state: EncodeState, block: number, kind: OpenBlock['kind']): EncodeState => {
  blockOf(state, block, kind);
  return { ...state, blocks: new Map([...state.blocks].filter(([number]) => number !== block)) };
};

/**
 * What one event puts on the wire. Pure. An `error` is not for here: it is written as an error frame.
 * @throws GatewayError `internal` for a delta whose block is not open or of another type
 */
export const stepEncode = (state: EncodeState, event: Exclude<ChatEvent, { type: 'error' }>): EncodeStep => {
  const loss = lossOfEvent(event);
  const lost = loss === undefined ? {} : { loss };
  switch (event.type) {
    case 'start': {
      const { id, model, usage } = event;
      return {
        state: { ...state, id, model, ...(usage && { usage }) },
        delta: { role: 'assistant', content: '', refusal: null },
      };
    }
    case 'text-start':
      return { state: open(state, event.block, { kind: 'text' }) };
    case 'text-delta':
      blockOf(state, event.block, 'text');
      return { state, delta: { content: event.text } };
    case 'text-end':
      return { state: close(state, event.block, 'text') };
    case 'reasoning-start':
      return { state: open(state, event.block, { kind: 'reasoning' }) };
    case 'reasoning-delta':
      blockOf(state, event.block, 'reasoning');
      return { state, delta: { reasoning_content: event.text } };
    case 'reasoning-end':
      return { state: close(state, event.block, 'reasoning'), ...lost };
    case 'refusal-start':
      return { state: { ...open(state, event.block, { kind: 'refusal' }), hasRefusal: true } };
    case 'refusal-delta':
      blockOf(state, event.block, 'refusal');
      return { state, delta: { refusal: event.text } };
    case 'refusal-end':
      return { state: close(state, event.block, 'refusal') };
    case 'tool-call-start': {
      const { block, id, name } = event;
      const index = state.toolCalls;
      return {
        state: { ...open(state, block, { kind: 'tool-call', index }), toolCalls: index + 1 },
        delta: { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] },
      };
    }
    case 'tool-call-delta': {
      const { index } = blockOf(state, event.block, 'tool-call');
      return { state, delta: { tool_calls: [{ index, function: { arguments: event.arguments } }] } };
    }
    case 'tool-call-end':
      return { state: close(state, event.block, 'tool-call') };
    case 'foreign':
      return { state, ...lost };
    case 'usage':
      return { state: { ...state, usage: event.usage } };
    case 'finish':
      return { state: { ...state, finish: event.reason }, ...lost };
  }
};

/**
 * The last chunk with a choice. A refusal that came without words gets some: in Chat they are its only sign.
 * @throws GatewayError `internal` before `finish`: an end is never made up
 */
export const finalDelta = (
  state: EncodeState,
): { readonly delta: WireDelta; readonly finishReason: WireFinishReason } => {
  if (state.finish === undefined) throw new GatewayError('internal', 'the stream is closed before its finish');
  const isWordless = state.finish === 'refusal' && !state.hasRefusal;
  return { delta: isWordless ? { refusal: refusalText } : {}, finishReason: encodeFinishReason(state.finish) };
};
