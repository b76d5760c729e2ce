import type { OpaqueState, ReasoningPart } from '@claudette/core';

import { joinCallId, splitCallId } from '../opaque-state.js';

/** A tool call's id as its provider made it, and what other providers' state rode on it. */
export interface CallId {
  readonly id: string;
  /** State of the call itself. */
  readonly state?: OpaqueState;
  /** The reasoning that led to the call, in order. */
  readonly reasoning: readonly ReasoningPart[];
}

/** Chat has no place for opaque state but the ids of tool calls, which clients keep as they are. */
export const writeCallId = (id: string, states: readonly OpaqueState[]): string =>
  states.reduce<string>((joined, state) => joinCallId(joined, state), id);

/** The parts of `writeCallId`. State that has a text is reasoning's. */
export const readCallId = (joined: string): CallId => {
  const reasoning: ReasoningPart[] = [];
  let own: OpaqueState | undefined;
  let rest = splitCallId(joined);
  while (rest.state !== undefined) {
    const { text, ...state } = rest.state;
    if (text === undefined) own = state;
    else reasoning.unshift({ type: 'reasoning', text, state });
    rest = splitCallId(rest.id);
  }
  return { id: rest.id, reasoning, ...(own && { state: own }) };
};
