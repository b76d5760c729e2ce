import type { FinishReason } from '@claudette/core';

import type { WireStopReason } from './wire.js';

const finishReasons: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool-calls',
  refusal: 'refusal',
  pause_turn: 'pause',
  model_context_window_exceeded: 'context-length',
} satisfies Record<WireStopReason, FinishReason>;

const stopReasons: Readonly<Record<FinishReason, WireStopReason>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  'context-length': 'model_context_window_exceeded',
};

/** Undefined for a reason that this dialect did not have when this was written. */
export const decodeStopReason = (reason: string): FinishReason | undefined =>
  Object.hasOwn(finishReasons, reason) ? finishReasons[reason] : undefined;

/** The dialect knows one word for a withheld answer and for a declined one. */
export const encodeStopReason = (reason: FinishReason, stopSequence: string | undefined): WireStopReason =>
  reason === 'stop' && stopSequence !== undefined ? 'stop_sequence' : stopReasons[reason];
