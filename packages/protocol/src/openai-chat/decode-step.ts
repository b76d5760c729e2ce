import type { ChatEvent } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText, invalidReply } from '../json/parse-reply.js';
import { decodeFinishReason, isFaultReason } from './finish-reason.js';
import type { AnswerContent } from './finish-reason.js';
import { readProviderError } from './in-band-error.js';
import { readCalls, readForeign, readSpoken } from './read-message.js';
import type { CallPiece, Spoken } from './read-message.js';
import { readUsage } from './usage.js';

interface OpenCall {
  readonly block: number;
  readonly id: string;
  readonly arguments: string;
  /** Its arguments are whole: its block has ended. */
  readonly ended: boolean;
}

/**
 * | phase   | chunk                     | events                                  | next    |
 * |---------|---------------------------|-----------------------------------------|---------|
 * | waiting | first with a choice       | `start`, then as below                  | open    |
 * | open    | words                     | ends words of another kind; start, delta| open    |
 * | open    | piece of a tool call      | ends words; start at its first, delta   | open    |
 * | open    | `finish_reason`           | ends all blocks; `finish`               | over    |
 * | any     | usage                     | `usage`                                 | same    |
 * | any     | error                     | `error`                                 | failed  |
 * | failed  | anything                  | none                                    | failed  |
 */
export interface DecodeState {
  readonly phase: 'waiting' | 'open' | 'over' | 'failed';
  readonly replyId: string;
  readonly nextBlock: number;
  readonly spoken?: { readonly kind: Spoken['kind']; readonly block: number };
  /** By the provider's index. */
  readonly calls: ReadonlyMap<number, OpenCall>;
  readonly content: AnswerContent;
  /** Foreign content is reported once for each path. */
  readonly foreign: ReadonlySet<string>;
}

export const initialDecodeState: DecodeState = {
  phase: 'waiting',
  replyId: '',
  nextBlock: 0,
  calls: new Map(),
  content: { hasToolCalls: false, hasRefusal: false },
  foreign: new Set(),
};

export interface DecodeStep {
  readonly state: DecodeState;
  readonly events: readonly ChatEvent[];
}

type Transition = (state: DecodeState) => DecodeStep;

const run = (state: DecodeState, transitions: readonly Transition[]): DecodeStep => {
  const events: ChatEvent[] = [];
  let current = state;
  for (const transition of transitions) {
    const step = transition(current);
    events.push(...step.events);
    current = step.state;
  }
  return { state: current, events };
};

const start =
  (chunk: JsonObject): Transition =>
  (state) => {
    if (state.phase !== 'waiting') return { state, events: [] };
    const id = asText(chunk['id']) ?? '';
    const model = asText(chunk['model']) ?? '';
    return { state: { ...state, phase: 'open', replyId: id }, events: [{ type: 'start', id, model }] };
  };

const endSpoken: Transition = (state) => {
  if (state.spoken === undefined) return { state, events: [] };
  const { spoken, ...rest } = state;
  return { state: rest, events: [{ type: `${spoken.kind}-end`, block: spoken.block }] };
};

const isWholeObject = (text: string): boolean => {
  try {
    return asObject(JSON.parse(text)) !== undefined;
  } catch {
    return false;
  }
};

/**
 * Ends tool calls. While the answer goes on, only those whose arguments are a whole object: providers may send the pieces
 * of several calls in turns, and a closed object is the only sign that nothing follows.
 */
const endCalls =
  (which: 'all' | 'whole'): Transition =>
  (state) => {
    const calls = new Map(state.calls);
    const events: ChatEvent[] = [];
    for (const [index, call] of calls) {
      if (call.ended || (which === 'whole' && !isWholeObject(call.arguments))) continue;
      events.push({ type: 'tool-call-end', block: call.block });
      calls.set(index, { ...call, ended: true });
    }
    return events.length === 0 ? { state, events } : { state: { ...state, calls }, events };
  };

const openSpoken =
  (kind: Spoken['kind']): Transition =>
  (state) => {
    const block = state.nextBlock;
    const content = kind === 'refusal' ? { ...state.content, hasRefusal: true } : state.content;
    return {
      state: { ...state, nextBlock: block + 1, spoken: { kind, block }, content },
      events: [{ type: `${kind}-start`, block }],
    };
  };

const speak =
  ({ kind, text }: Spoken): Transition =>
  (state) => {
    if (state.spoken?.kind === kind) {
      return { state, events: [{ type: `${kind}-delta`, block: state.spoken.block, text }] };
    }
    return run(state, [endSpoken, endCalls('whole'), openSpoken(kind), speak({ kind, text })]);
  };

const openCall =
  (index: number, piece: CallPiece): Transition =>
  (state) => {
    if (piece.name === undefined) throw invalidReply('a tool call begins without a name', JSON.stringify(piece));
    const block = state.nextBlock;
    const id = piece.id ?? `call_${state.replyId}_${block}`;
    const call: OpenCall = { block, id, arguments: '', ended: false };
    return {
      state: {
        ...state,
        nextBlock: block + 1,
        calls: new Map([...state.calls, [index, call]]),
        content: { ...state.content, hasToolCalls: true },
      },
      events: [{ type: 'tool-call-start', block, id, name: piece.name }],
    };
  };

const addArguments =
  (index: number, call: OpenCall, text: string): Transition =>
  (state) => {
    if (text === '') return { state, events: [] };
    if (call.ended) {
      // White space may follow whole JSON and means nothing.
      if (text.trim() === '') return { state, events: [] };
      throw invalidReply('arguments come for a tool call that was whole', text);
    }
    const calls = new Map([...state.calls, [index, { ...call, arguments: call.arguments + text }]]);
    return {
      state: { ...state, calls },
      events: [{ type: 'tool-call-delta', block: call.block, arguments: text }],
    };
  };

/** Some vendors give each call the same index; then the id tells that another one begins. */
const isAnother = (call: OpenCall, piece: CallPiece): boolean =>
  piece.id !== undefined && piece.id !== call.id && piece.name !== undefined;

const callTool =
  (piece: CallPiece, position: number): Transition =>
  (state) => {
    const index = piece.index ?? position;
    const call = state.calls.get(index);
    if (call !== undefined && !isAnother(call, piece)) return addArguments(index, call, piece.arguments)(state);
    const leave = call === undefined ? endCalls('whole') : endCalls('all');
    const opened = run(state, [endSpoken, leave, openCall(index, piece)]);
    const added = run(opened.state, [callTool({ index, arguments: piece.arguments }, index)]);
    return { state: added.state, events: [...opened.events, ...added.events] };
  };

const foreign =
  (path: string, value: unknown): Transition =>
  (state) =>
    state.foreign.has(path)
      ? { state, events: [] }
      : { state: { ...state, foreign: new Set([...state.foreign, path]) }, events: [{ type: 'foreign', path, value }] };

const fail =
  (message: string, providerType?: string): Transition =>
  (state) => ({
    state: { ...state, phase: 'failed' },
    events: [{ type: 'error', message, ...(providerType !== undefined && { providerType }) }],
  });

const finish =
  (wire: string): Transition =>
  (state) => {
    if (isFaultReason(wire)) return fail(`the answer finished with ${wire}`, wire)(state);
    const reason = decodeFinishReason(wire, state.content);
    const over: Transition = (open) => ({ state: { ...open, phase: 'over' }, events: [{ type: 'finish', reason }] });
    return run(state, [endSpoken, endCalls('all'), over]);
  };

const choose =
  (choice: JsonObject): Transition =>
  (state) => {
    const index = choice['index'] ?? 0;
    if (index !== 0) return foreign(`choices[${String(index)}]`, choice)(state);
    if (state.phase === 'over') return { state, events: [] };
    const delta = asObject(choice['delta']) ?? {};
    const reason = asText(choice['finish_reason']);
    const logprobs = asObject(choice['logprobs']);
    return run(state, [
      ...readSpoken(delta).map(speak),
      ...readCalls(delta).map(callTool),
      ...readForeign(delta).map(([key, value]) => foreign(`choices[0].message.${key}`, value)),
      ...(logprobs === undefined ? [] : [foreign('choices[0].logprobs', logprobs)]),
      ...(reason === undefined ? [] : [finish(reason)]),
    ]);
  };

const count =
  (chunk: JsonObject): Transition =>
  (state) => {
    const usage = readUsage(chunk);
    return { state, events: usage === undefined ? [] : [{ type: 'usage', usage }] };
  };

/**
 * What one chunk means. Pure. Never makes up a `finish`: it comes when the provider gives a reason.
 * @throws GatewayError `upstream_invalid_reply` for tool calls that cannot be
 */
export const stepDecode = (state: DecodeState, chunk: JsonObject): DecodeStep => {
  if (state.phase === 'failed') return { state, events: [] };
  const error = readProviderError(chunk);
  if (error !== undefined) return fail(error.message, error.type)(state);
  const choices = asObjects(chunk['choices']);
  return run(state, [...(choices.length > 0 ? [start(chunk)] : []), ...choices.map(choose), count(chunk)]);
};
