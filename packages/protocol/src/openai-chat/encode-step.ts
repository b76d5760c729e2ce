import { GatewayError } from '@claudette/core';
import type { ChatEvent, Citation, FinishReason, Loss, OpaqueState, TokenLogprob, Usage } from '@claudette/core';

import { writeCallId } from './call-id.js';
import { encodeCitation } from './citations.js';
import { encodeFinishReason } from './finish-reason.js';
import { lossOfCarried, lossOfEvent, refusalText } from './reply-losses.js';
import type { WireDelta, WireFinishReason, WireToolCallDelta } from './wire.js';

type OpenBlock =
  | { readonly kind: 'reasoning' | 'refusal' }
  /** `start`: where it begins in the text of the whole message. */
  | { readonly kind: 'text'; readonly start: number; readonly citations: readonly Citation[] }
  | { readonly kind: 'tool-call'; readonly index: number; readonly takesText: boolean };

/**
 * | phase   | event          | chunk                           | next     |
 * |---------|----------------|---------------------------------|----------|
 * | waiting | `start`        | role                            | open     |
 * | open    | `…-start`      | for tool calls: id and name     | open     |
 * | open    | `…-delta`      | the piece, if its block is open | open     |
 * | open    | `text-citation`| none; kept                      | open     |
 * | open    | `text-logprobs`| the tokens                      | open     |
 * | open    | `…-end`        | for text: its citations         | open     |
 * | any     | `usage`        | none; kept                      | same     |
 * | open    | `finish`       | none; kept                      | finished |
 *
 * The finish comes last, with or without usage behind it, whatever the order of the events was: see `finalDelta`.
 */
export interface EncodeState {
  readonly id: string;
  readonly model: string;
  readonly blocks: ReadonlyMap<number, OpenBlock>;
  readonly toolCalls: number;
  readonly hasRefusal: boolean;
  /** UTF-16 code units of text so far: citations point into the text of the whole message. */
  readonly textLength: number;
  /** What the open block of reasoning said. */
  readonly reasoning: string;
  /** State of reasoning that waits for a tool call to ride on. */
  readonly carried: readonly OpaqueState[];
  readonly finish: FinishReason | undefined;
  readonly usage: Usage | undefined;
}

export const initialEncodeState: EncodeState = {
  id: '',
  model: '',
  blocks: new Map(),
  toolCalls: 0,
  hasRefusal: false,
  textLength: 0,
  reasoning: '',
  carried: [],
  finish: undefined,
  usage: undefined,
};

export interface EncodeStep {
  readonly state: EncodeState;
  /** The chunk's delta; absent when nothing is to be written. */
  readonly delta?: WireDelta;
  /** Stand beside the delta. */
  readonly logprobs?: readonly TokenLogprob[];
  readonly losses?: readonly Loss[];
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

/** After more words. Field by field, because a spread for each delta would cost a fifth of writing it. */
const addWords = (state: EncodeState, words: { readonly text?: string; readonly reasoning?: string }): EncodeState => {
  const { id, model, blocks, toolCalls, hasRefusal, carried, finish, usage } = state;
  const { text = '', reasoning = '' } = words;
  const textLength = state.textLength + text.length;
  const thought = state.reasoning + reasoning;
  return { id, model, blocks, toolCalls, hasRefusal, textLength, reasoning: thought, carried, finish, usage };
};

/** Citations wait for the end of their text: until then it is not known how far those without a place reach. */
const endText = (state: EncodeState, block: number): EncodeStep => {
  const { start, citations } = blockOf(state, block, 'text');
  const closed = close(state, block, 'text');
  if (citations.length === 0) return { state: closed };
  const annotations = citations.map((citation) => encodeCitation(citation, start, state.textLength));
  return { state: closed, delta: { annotations } };
};

const endReasoning = (state: EncodeState, { block, state: own }: Extract<ChatEvent, { type: 'reasoning-end' }>) => {
  const closed = close(state, block, 'reasoning');
  return own === undefined ? closed : { ...closed, carried: [...state.carried, { ...own, text: state.reasoning }] };
};

const startCall = (state: EncodeState, event: Extract<ChatEvent, { type: 'tool-call-start' }>): EncodeStep => {
  const { block, name, takesText = false } = event;
  const index = state.toolCalls;
  const id = writeCallId(event.id, event.state === undefined ? state.carried : [event.state, ...state.carried]);
  const call: WireToolCallDelta = takesText
    ? { index, id, type: 'custom', custom: { name, input: '' } }
    : { index, id, type: 'function', function: { name, arguments: '' } };
  return {
    state: { ...open(state, block, { kind: 'tool-call', index, takesText }), toolCalls: index + 1, carried: [] },
    delta: { tool_calls: [call] },
  };
};

const addPiece = (state: EncodeState, block: number, piece: string): EncodeStep => {
  const { index, takesText } = blockOf(state, block, 'tool-call');
  const call: WireToolCallDelta = takesText
    ? { index, custom: { input: piece } }
    : { index, function: { arguments: piece } };
  return { state, delta: { tool_calls: [call] } };
};

/** What one event puts on the wire, without what is lost of it. */
const write = (state: EncodeState, event: Exclude<ChatEvent, { type: 'error' }>): EncodeStep => {
  switch (event.type) {
    case 'start': {
      const { id, model, usage } = event;
      return {
        state: { ...state, id, model, usage },
        delta: { role: 'assistant', content: '', refusal: null },
      };
    }
    case 'text-start':
      return { state: open(state, event.block, { kind: 'text', start: state.textLength, citations: [] }) };
    case 'text-delta':
      blockOf(state, event.block, 'text');
      return { state: addWords(state, { text: event.text }), delta: { content: event.text } };
    case 'text-citation': {
      const text = blockOf(state, event.block, 'text');
      return { state: open(state, event.block, { ...text, citations: [...text.citations, event.citation] }) };
    }
    case 'text-logprobs':
      blockOf(state, event.block, 'text');
      return { state, delta: {}, logprobs: event.tokens };
    case 'text-end':
      return endText(state, event.block);
    case 'reasoning-start':
      return { state: { ...open(state, event.block, { kind: 'reasoning' }), reasoning: '' } };
    case 'reasoning-delta':
      blockOf(state, event.block, 'reasoning');
      return { state: addWords(state, { reasoning: event.text }), delta: { reasoning_content: event.text } };
    case 'reasoning-end':
      return { state: endReasoning(state, event) };
    case 'refusal-start':
      return { state: { ...open(state, event.block, { kind: 'refusal' }), hasRefusal: true } };
    case 'refusal-delta':
      blockOf(state, event.block, 'refusal');
      return { state, delta: { refusal: event.text } };
    case 'refusal-end':
      return { state: close(state, event.block, 'refusal') };
    case 'tool-call-start':
      return startCall(state, event);
    case 'tool-call-delta':
      return addPiece(state, event.block, event.arguments);
    case 'tool-call-end':
      return { state: close(state, event.block, 'tool-call') };
    case 'foreign':
      return { state };
    case 'usage':
      return { state: { ...state, usage: event.usage } };
    case 'finish':
      return {
        state: { ...state, finish: event.reason },
        ...(state.carried.length > 0 && { losses: [lossOfCarried] }),
      };
  }
};

/**
 * What one event puts on the wire. Pure. An `error` is not for here: it is written as an error frame.
 * @throws GatewayError `internal` for a delta whose block is not open or of another type
 */
export const stepEncode = (state: EncodeState, event: Exclude<ChatEvent, { type: 'error' }>): EncodeStep => {
  const step = write(state, event);
  const loss = lossOfEvent(event);
  return loss === undefined ? step : { ...step, losses: [...(step.losses ?? []), loss] };
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
