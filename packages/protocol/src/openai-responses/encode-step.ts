import { GatewayError } from '@claudette/core';
import type { ChatEvent, FinishReason, Usage } from '@claudette/core';

import type { ReplyContext } from '../codec.js';
import { createLossList } from '../loss-list.js';
import type { LossList } from '../loss-list.js';
import { createOutput } from './output.js';
import type { Output } from './output.js';
import { lossesOfEvent } from './reply-losses.js';
import { repeatRequest } from './response-object.js';
import { encodeUsage } from './usage.js';
import type { WireEvent, WireRepeated, WireResponse } from './wire-reply.js';
import { closeCall, openCall, writeArguments } from './write-call.js';
import type { OpenCall } from './write-call.js';
import {
  closeMessage,
  closePart,
  openMessage,
  openPart,
  writeCitation,
  writeLogprobs,
  writeWords,
} from './write-message.js';
import type { OpenMessage, OpenPart } from './write-message.js';
import { closeReasoning, openReasoning, writeReasoning } from './write-reasoning.js';
import type { OpenReasoning } from './write-reasoning.js';

type EventOf<T extends ChatEvent['type']> = Extract<ChatEvent, { type: T }>;

type OpenBlock = OpenPart<'text'> | OpenPart<'refusal'> | OpenReasoning | OpenCall;

/**
 * A reply that is being written; `stepEncode` changes it.
 *
 * | event                    | written                                                          |
 * |--------------------------|------------------------------------------------------------------|
 * | `start`                  | created, in_progress                                             |
 * | text and refusal `-start`| the message item, unless one is open; a content part             |
 * | other `-start`           | ends the message item; an item of its own                        |
 * | `-delta`                 | the piece, if its block is open                                  |
 * | `-end`                   | the whole of it; for items of their own, the item                |
 * | `usage`, `finish`        | nothing; kept for the end                                        |
 * | `error`                  | error, failed; nothing after it                                  |
 */
export interface EncodeState {
  readonly context: ReplyContext;
  readonly repeated: WireRepeated;
  readonly losses: LossList;
  readonly blocks: Map<number, OpenBlock>;
  output: Output;
  id: string;
  model: string;
  /** Where words go that come next. */
  message: OpenMessage | undefined;
  hasRefusal: boolean;
  usage: Usage | undefined;
  finish: FinishReason | undefined;
}

export const createEncodeState = (context: ReplyContext): EncodeState => ({
  context,
  repeated: repeatRequest(context.requestBody),
  losses: createLossList(),
  blocks: new Map(),
  output: createOutput(''),
  id: '',
  model: '',
  message: undefined,
  hasRefusal: false,
  usage: undefined,
  finish: undefined,
});

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

const takeBlock: typeof blockOf = (state, block, kind) => {
  const open = blockOf(state, block, kind);
  state.blocks.delete(block);
  return open;
};

/** How a response ends; what is left out is null. */
export type ResponseEnd = Pick<WireResponse, 'status'> &
  Partial<Pick<WireResponse, 'completed_at' | 'error' | 'incomplete_details'>>;

/** The response as it stands. */
export const toResponse = (state: EncodeState, end: ResponseEnd): WireResponse => ({
  id: state.id,
  object: 'response',
  created_at: state.context.createdAtSeconds,
  completed_at: null,
  error: null,
  incomplete_details: null,
  ...end,
  model: state.model,
  output: [...state.output.items],
  usage: state.usage === undefined ? null : encodeUsage(state.usage),
  ...state.repeated,
});

const toResponseId = (id: string): string => (id.startsWith('resp_') ? id : `resp_${id}`);

const start = (state: EncodeState, event: EventOf<'start'>): readonly WireEvent[] => {
  // Vendors may leave their ids out; ours must still be distinct.
  state.id = toResponseId(event.id === '' ? String(state.context.createdAtSeconds) : event.id);
  state.model = event.model;
  state.usage = event.usage;
  state.output = createOutput(state.id);
  const response = toResponse(state, { status: 'in_progress' });
  return [
    { type: 'response.created', response },
    { type: 'response.in_progress', response },
  ];
};

/** Ends the message as soon as nothing more can come for it. */
export const leaveMessage = (
  state: EncodeState,
  status: 'completed' | 'incomplete' = 'completed',
): readonly WireEvent[] => {
  const { message } = state;
  state.message = undefined;
  return message === undefined || message.openParts > 0 ? [] : [closeMessage(state.output, message, status)];
};

const beginPart = (state: EncodeState, block: number, kind: OpenPart['kind']): readonly WireEvent[] => {
  const events: WireEvent[] = [];
  if (state.message === undefined) {
    const opened = openMessage(state.output);
    state.message = opened.message;
    events.push(opened.event);
  }
  const { part, event } = openPart(state.message, kind);
  state.blocks.set(block, part as OpenPart<'text'> | OpenPart<'refusal'>);
  return [...events, event];
};

const endPart = (state: EncodeState, part: OpenPart): readonly WireEvent[] => {
  const events = closePart(part);
  const isOver = part.message !== state.message && part.message.openParts === 0;
  return isOver ? [...events, closeMessage(state.output, part.message, 'completed')] : events;
};

const beginReasoning = (state: EncodeState, block: number): readonly WireEvent[] => {
  const left = leaveMessage(state);
  const { reasoning, event } = openReasoning(state.output);
  state.blocks.set(block, reasoning);
  return [...left, event];
};

const beginCall = (state: EncodeState, start: EventOf<'tool-call-start'>): readonly WireEvent[] => {
  const left = leaveMessage(state);
  const { call, event } = openCall(state.output, start, state.context.tools);
  state.blocks.set(start.block, call);
  return [...left, event];
};

/** Ends a block that was left open. */
export const closeBlock = (state: EncodeState, open: OpenBlock): readonly WireEvent[] => {
  if (open.kind === 'reasoning') return closeReasoning(state.output, open, undefined);
  return open.kind === 'tool-call' ? closeCall(state.output, open) : endPart(state, open);
};

/**
 * What one event puts on the wire. An `error` is not for here: see `failResponse`.
 * @throws GatewayError `internal` for a delta whose block is not open or of another type
 */
export const stepEncode = (state: EncodeState, event: Exclude<ChatEvent, { type: 'error' }>): readonly WireEvent[] => {
  for (const { path, reason } of lossesOfEvent(event)) state.losses.add(path, reason);
  switch (event.type) {
    case 'start':
      return start(state, event);
    case 'text-start':
      return beginPart(state, event.block, 'text');
    case 'refusal-start':
      state.hasRefusal = true;
      return beginPart(state, event.block, 'refusal');
    case 'reasoning-start':
      return beginReasoning(state, event.block);
    case 'tool-call-start':
      return beginCall(state, event);
    case 'text-delta':
      return [writeWords(blockOf(state, event.block, 'text'), event.text)];
    case 'text-citation':
      return [writeCitation(blockOf(state, event.block, 'text'), event.citation)];
    case 'text-logprobs':
      return [writeLogprobs(blockOf(state, event.block, 'text'), event.tokens)];
    case 'refusal-delta':
      return [writeWords(blockOf(state, event.block, 'refusal'), event.text)];
    case 'reasoning-delta':
      return writeReasoning(blockOf(state, event.block, 'reasoning'), event.text);
    case 'tool-call-delta':
      return [writeArguments(blockOf(state, event.block, 'tool-call'), event.arguments)];
    case 'text-end':
      return endPart(state, takeBlock(state, event.block, 'text'));
    case 'refusal-end':
      return endPart(state, takeBlock(state, event.block, 'refusal'));
    case 'reasoning-end':
      return closeReasoning(state.output, takeBlock(state, event.block, 'reasoning'), event.state);
    case 'tool-call-end':
      return closeCall(state.output, takeBlock(state, event.block, 'tool-call'));
    case 'foreign':
      return [];
    case 'usage':
      state.usage = event.usage;
      return [];
    case 'finish':
      state.finish = event.reason;
      return [];
  }
};
