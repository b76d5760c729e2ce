import type { ChatEvent } from '@claudette/core';

import type { AnswerContent } from './finish-reason.js';
import type { Spoken } from './read-message.js';

export interface OpenCall {
  readonly block: number;
  readonly id: string;
  readonly arguments: string;
  readonly takesText: boolean;
  /** Its arguments are whole: its block has ended. */
  readonly ended: boolean;
}

/**
 * | phase   | chunk                     | events                                  | next    |
 * |---------|---------------------------|-----------------------------------------|---------|
 * | waiting | first with a choice       | `start`, then as below                  | open    |
 * | open    | words                     | ends words of another kind; start, delta| open    |
 * | open    | citations, logprobs       | `text-citation`, `text-logprobs`        | open    |
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
  /** `start`: where the block begins in the text of the whole message. */
  readonly spoken: { readonly kind: Spoken['kind']; readonly block: number; readonly start: number } | undefined;
  /** UTF-16 code units of text so far. */
  readonly textLength: number;
  /** By the provider's index. */
  readonly calls: ReadonlyMap<number, OpenCall>;
  readonly content: AnswerContent;
  /** What vendors repeat in each chunk and is reported once: foreign content by its path, sources by their URL. */
  readonly reported: ReadonlySet<string>;
}

export const initialDecodeState: DecodeState = {
  phase: 'waiting',
  replyId: '',
  nextBlock: 0,
  spoken: undefined,
  textLength: 0,
  calls: new Map(),
  content: { hasToolCalls: false, hasRefusal: false },
  reported: new Set(),
};

export interface DecodeStep {
  readonly state: DecodeState;
  readonly events: readonly ChatEvent[];
}

/** A part of what a chunk means, from one state to the next. */
export type Transition = (state: DecodeState) => DecodeStep;

export const run = (state: DecodeState, transitions: readonly Transition[]): DecodeStep => {
  const events: ChatEvent[] = [];
  let current = state;
  for (const transition of transitions) {
    const step = transition(current);
    for (const event of step.events) events.push(event);
    current = step.state;
  }
  return { state: current, events };
};

/** After more text. Field by field, because a spread for each delta would cost a seventh of reading it. */
export const addText = (state: DecodeState, text: string): DecodeState => {
  const { phase, replyId, nextBlock, spoken, textLength, calls, content, reported } = state;
  return { phase, replyId, nextBlock, spoken, textLength: textLength + text.length, calls, content, reported };
};

/** An event that is told once for each key. */
export const reportOnce =
  (key: string, event: ChatEvent): Transition =>
  (state) =>
    state.reported.has(key)
      ? { state, events: [] }
      : { state: { ...state, reported: new Set([...state.reported, key]) }, events: [event] };

/** Content that no other dialect knows. */
export const reportForeign = (path: string, value: unknown): Transition =>
  reportOnce(path, { type: 'foreign', path, value });

export const endSpoken: Transition = (state) => {
  const { spoken } = state;
  if (spoken === undefined) return { state, events: [] };
  return { state: { ...state, spoken: undefined }, events: [{ type: `${spoken.kind}-end`, block: spoken.block }] };
};
