import { GatewayError } from '@claudette/core';
import type { ChatEvent } from '@claudette/core';

import type { EventDecoder } from '../codec.js';
import { optional, readArray, readInteger, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { parseFrames } from '../sse/frames.js';
import type { SseEvent } from '../sse/frames.js';

import { beginBlock, continueBlock, endBlock } from './decode-block.js';
import type { OpenBlock } from './decode-block.js';
import { readReportedError } from './errors.js';
import { foreignRest } from './foreign-rest.js';
import { decodeStopReason } from './stop-reason.js';
import { decodeUsage, mergeUsage } from './usage.js';

/** | phase    | what may come                        |
 *  |----------|--------------------------------------|
 *  | `before` | `message_start`                      |
 *  | `within` | blocks, `message_delta`              |
 *  | `over`   | nothing that belongs to the reply    |
 */
export interface DecodeState {
  readonly phase: 'before' | 'within' | 'over';
  /** Blocks that have begun and not ended, by the provider's index. */
  readonly open: ReadonlyMap<number, OpenBlock>;
  /** The number of the next canonical block. */
  readonly nextBlock: number;
  /** What the provider reported so far, as it reported it. */
  readonly usage: JsonObject | undefined;
  readonly stopReason: string | undefined;
  readonly stopSequence: string | undefined;
}

export interface DecodeStep {
  readonly state: DecodeState;
  readonly events: readonly ChatEvent[];
}

export const initialDecodeState: DecodeState = {
  phase: 'before',
  open: new Map(),
  nextBlock: 0,
  usage: undefined,
  stopReason: undefined,
  stopSequence: undefined,
};

const fail = (what: string): never => {
  throw new GatewayError('upstream_invalid_reply', what);
};

const begin = (state: DecodeState, index: number, value: unknown): DecodeStep => {
  const path = `content[${index}]`;
  if (state.open.has(index)) return fail(`${path} begins twice`);
  const { block, events } = beginBlock(readObject(value, path), path, state.nextBlock);
  return {
    state: {
      ...state,
      open: new Map(state.open).set(index, block),
      nextBlock: state.nextBlock + (block.kind === 'foreign' ? 0 : 1),
    },
    events,
  };
};

const end = (state: DecodeState, index: number): DecodeStep => {
  const block = state.open.get(index) ?? fail(`content[${index}] ends but had not begun`);
  const open = new Map(state.open);
  open.delete(index);
  return { state: { ...state, open }, events: endBlock(block) };
};

/** The stop fields of a `message_delta`, or of a message that was whole from its start. */
const readStop = (fields: JsonObject, path: string): Pick<DecodeState, 'stopReason' | 'stopSequence'> => ({
  stopReason: optional(readString)(fields['stop_reason'], `${path}.stop_reason`),
  stopSequence: optional(readString)(fields['stop_sequence'], `${path}.stop_sequence`),
});

const messageFields = ['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage'];

const messageStart = (state: DecodeState, event: JsonObject): DecodeStep => {
  if (state.phase !== 'before') return fail('message_start comes twice');
  const message = readObject(event['message'], 'message');
  const usage = mergeUsage(undefined, message['usage']);
  const id = readString(message['id'], 'message.id');
  const model = readString(message['model'], 'message.model');
  const events: ChatEvent[] = [
    { type: 'start', id, model, ...(usage !== undefined && { usage: decodeUsage(usage) }) },
    ...foreignRest(message, messageFields, ''),
  ];
  let next: DecodeState = { ...state, phase: 'within', usage, ...readStop(message, 'message') };
  // Usually empty; a message that continues after code execution brings its blocks whole.
  readArray(message['content'] ?? [], 'message.content').forEach((block, index) => {
    const begun = begin(next, index, block);
    const ended = end(begun.state, index);
    events.push(...begun.events, ...ended.events);
    next = ended.state;
  });
  return { state: next, events };
};

const blockDelta = (state: DecodeState, event: JsonObject): DecodeStep => {
  const index = readInteger(event['index'], 'index');
  const path = `content[${index}]`;
  const block = state.open.get(index) ?? fail(`${path} goes on but had not begun`);
  const continued = continueBlock(block, readObject(event['delta'], `${path}.delta`), path);
  return {
    state: continued.block === block ? state : { ...state, open: new Map(state.open).set(index, continued.block) },
    events: continued.events,
  };
};

const messageDelta = (state: DecodeState, event: JsonObject): DecodeStep => {
  const delta = readObject(event['delta'] ?? {}, 'delta');
  const stop = readStop(delta, 'delta');
  return {
    state: {
      ...state,
      usage: mergeUsage(state.usage, event['usage']),
      stopReason: stop.stopReason ?? state.stopReason,
      stopSequence: stop.stopSequence ?? state.stopSequence,
    },
    events: [
      ...foreignRest(delta, ['stop_reason', 'stop_sequence'], ''),
      ...foreignRest(event, ['type', 'delta', 'usage'], ''),
    ],
  };
};

const messageStop = (state: DecodeState): DecodeStep => {
  const { open, usage, stopReason = 'end_turn', stopSequence } = state;
  const reason = decodeStopReason(stopReason);
  return {
    state: { ...state, phase: 'over', open: new Map() },
    events: [
      ...[...open.values()].flatMap(endBlock),
      ...(usage === undefined ? [] : [{ type: 'usage' as const, usage: decodeUsage(usage) }]),
      ...(reason === undefined ? [{ type: 'foreign' as const, path: 'stop_reason', value: stopReason }] : []),
      { type: 'finish', reason: reason ?? 'stop', ...(stopSequence !== undefined && { stopSequence }) },
    ],
  };
};

const errorEvent = (state: DecodeState, event: JsonObject): DecodeStep => ({
  state: { ...state, phase: 'over' },
  events: [{ type: 'error', ...readReportedError(event) }],
});

/** One event of the wire. What comes after the end does not belong to the reply and says nothing. */
export const decodeStep = (state: DecodeState, event: JsonObject): DecodeStep => {
  const { type } = event;
  if (state.phase === 'over' || type === 'ping') return { state, events: [] };
  if (type === 'message_start') return messageStart(state, event);
  if (type === 'error') return errorEvent(state, event);
  if (state.phase === 'before') return fail(`${String(type)} comes before message_start`);
  switch (type) {
    case 'content_block_start':
      return begin(state, readInteger(event['index'], 'index'), event['content_block']);
    case 'content_block_delta':
      return blockDelta(state, event);
    case 'content_block_stop':
      return end(state, readInteger(event['index'], 'index'));
    case 'message_delta':
      return messageDelta(state, event);
    case 'message_stop':
      return messageStop(state);
    default:
      return { state, events: [{ type: 'foreign', path: readString(type, 'type'), value: event }] };
  }
};

/**
 * The data of a frame as an object that names its type; one without has its event's name, and a frame called `error` is
 * one whatever it holds.
 * @throws SyntaxError or GatewayError when it is not a JSON object
 */
export const parseEvent = ({ event, data }: SseEvent): JsonObject => {
  const value = readObject(JSON.parse(data), `the data of ${event ?? 'a frame'}`);
  if (event === 'error' && value['type'] !== 'error') return { type: 'error', error: value['error'] ?? value };
  return value['type'] === undefined && event !== undefined ? { type: event, ...value } : value;
};

/** Runs something that checks a reply: whatever does not hold there is the backend's fault, not the client's. */
export const checkReply = <T>(read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof GatewayError ? cause.detail : String(cause);
    throw new GatewayError('upstream_invalid_reply', why, { cause });
  }
};

export function createEventDecoder(): EventDecoder {
  let state = initialDecodeState;
  return {
    push: (frames) =>
      checkReply(() => {
        const events: ChatEvent[] = [];
        for (const frame of parseFrames(frames)) {
          if (state.phase === 'over') break;
          const step = decodeStep(state, parseEvent(frame));
          state = step.state;
          events.push(...step.events);
        }
        return events;
      }),
  };
}
