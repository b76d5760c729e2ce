import type { FinishReason } from '@claudette/core';

import type { WireFinishReason } from './wire.js';

const decoded: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  ['model_length', 'context-length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
]);

/** Reasons by which vendors say that they failed, which is not an end of the answer. */
const faults: readonly unknown[] = ['error', 'insufficient_system_resource'];

/** The vendor gave up in the middle, and says so in place of a finish reason. */
export const isFaultReason = (wire: string): boolean => faults.includes(wire);

/** What is known of an answer beside its reason: vendors say `stop` for several ends. */
export interface AnswerContent {
  readonly hasToolCalls: boolean;
  readonly hasRefusal: boolean;
}

/** A reason of the wire; vendors' own words for an end count as `stop`, since they do say that it is over. */
export const decodeFinishReason = (wire: string, content: AnswerContent): FinishReason => {
  const reason = decoded.get(wire) ?? 'stop';
  // A forced tool choice finishes with `stop`, and so do refusals.
  if (reason === 'stop' && content.hasToolCalls) return 'tool-calls';
  return reason === 'stop' && content.hasRefusal ? 'refusal' : reason;
};

const encoded: Readonly<Record<FinishReason, WireFinishReason>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'stop',
  pause: 'stop',
  'context-length': 'length',
};

/** The reverse. What Chat has no word for becomes the nearest one; see `lossOfFinish`. */
export const encodeFinishReason = (reason: FinishReason): WireFinishReason => encoded[reason];
