import type { ChatEvent } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asText, invalidReply } from '../json/parse-reply.js';

/** A text or refusal of a message. */
export interface PartState {
  readonly kind: 'text' | 'refusal';
  readonly block: number;
  text: string;
  hasLogprobs: boolean;
  annotations: number;
  isDone: boolean;
}

interface Item {
  /** As the provider calls it. */
  readonly type: string;
  isDone: boolean;
}

export interface MessageState extends Item {
  readonly kind: 'message';
  /** By content index; undefined for parts that only this dialect knows. */
  readonly parts: Map<number, PartState | undefined>;
}

export interface ReasoningState extends Item {
  readonly kind: 'reasoning';
  readonly block: number;
  /** What each summary and text said so far. */
  readonly sections: Map<string, string>;
  lastSection: string | undefined;
}

export interface CallState extends Item {
  readonly kind: 'call';
  readonly block: number;
  text: string;
}

export interface ForeignState extends Item {
  readonly kind: 'foreign';
}

export type ItemState = MessageState | ReasoningState | CallState | ForeignState;

/** A reply that is being read; `stepDecode` changes it. */
export interface DecodeState {
  phase: 'waiting' | 'open' | 'over';
  replyId: string;
  nextBlock: number;
  hasToolCalls: boolean;
  hasRefusal: boolean;
  /** By output index: some vendors give one item several ids. */
  readonly items: Map<number, ItemState>;
  /** Foreign content is reported once for each path. */
  readonly foreign: Set<string>;
  /** What the step under way tells. */
  events: ChatEvent[];
}

export const createDecodeState = (): DecodeState => ({
  phase: 'waiting',
  replyId: '',
  nextBlock: 0,
  hasToolCalls: false,
  hasRefusal: false,
  items: new Map(),
  foreign: new Set(),
  events: [],
});

/**
 * What a whole text adds to the pieces that came before it. Usually nothing; all of it where no pieces were sent; and
 * nothing where it reads otherwise, since what was said cannot be taken back.
 */
export const restOf = (whole: unknown, said: string): string =>
  typeof whole === 'string' && whole.startsWith(said) ? whole.slice(said.length) : '';

export const emit = (state: DecodeState, event: ChatEvent): void => {
  state.events.push(event);
};

export const takeBlock = (state: DecodeState): number => {
  state.nextBlock += 1;
  return state.nextBlock - 1;
};

export const emitForeign = (state: DecodeState, path: string, value: unknown): void => {
  if (state.foreign.has(path)) return;
  state.foreign.add(path);
  emit(state, { type: 'foreign', path, value });
};

/** Nulls, empty lists and the usual caller say nothing that could be lost. */
const saysNothing = (value: unknown): boolean =>
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && 'type' in value && value.type === 'direct');

/** The fields of an item or part that the canonical events have no place for. */
export const emitRest = (state: DecodeState, object: JsonObject, known: readonly string[], path: string): void => {
  for (const [key, value] of Object.entries(object)) {
    if (!known.includes(key) && !saysNothing(value)) emitForeign(state, `${path}.${key}`, value);
  }
};

/** A place in an event. */
export const readIndex = (event: JsonObject, field: string): number => {
  const index = event[field];
  return typeof index === 'number' ? index : invalidIndex(event, field);
};

const invalidIndex = (event: JsonObject, field: string): never => {
  throw invalidReply(`${String(event['type'])} has no ${field}`, JSON.stringify(event));
};

/** A piece of what is said; empty where the event has none. */
export const readDelta = (event: JsonObject): string => asText(event['delta']) ?? '';

/**
 * The item that an event goes on with; undefined where its beginning was not told.
 * @throws GatewayError `upstream_invalid_reply` when it is of another kind, or over
 */
export const itemOf = <K extends ItemState['kind']>(
  state: DecodeState,
  event: JsonObject,
  kind: K,
): Extract<ItemState, { kind: K }> | undefined => {
  const index = readIndex(event, 'output_index');
  const item = state.items.get(index);
  if (item === undefined) return undefined;
  if (item.kind !== kind || item.isDone) {
    const what = item.isDone ? 'is over' : `is of the type ${item.type}`;
    throw invalidReply(`output[${index}] ${what} but goes on`, JSON.stringify(event));
  }
  return item as Extract<ItemState, { kind: K }>;
};

/** The same where the event alone tells enough to begin the item. */
export const itemOrNew = <K extends ItemState['kind']>(
  state: DecodeState,
  event: JsonObject,
  kind: K,
  open: () => Extract<ItemState, { kind: K }>,
): Extract<ItemState, { kind: K }> => {
  const item = itemOf(state, event, kind) ?? open();
  state.items.set(readIndex(event, 'output_index'), item);
  return item;
};
