import type { OpaqueState } from '@claudette/core';

import { noProof, sealState, writeState } from '../opaque-state.js';
import { addItem, itemDone } from './output.js';
import type { Output } from './output.js';
import type { WireEvent, WireReasoningItem, WireSummaryPart } from './wire-reply.js';

/** A reasoning item that is being written; its text becomes one summary. */
export interface OpenReasoning {
  readonly kind: 'reasoning';
  readonly id: string;
  readonly outputIndex: number;
  text: string;
}

/** Begins a reasoning item. */
export const openReasoning = (output: Output): { readonly reasoning: OpenReasoning; readonly event: WireEvent } => {
  const { event, ...place } = addItem(output, 'rs', (id): WireReasoningItem => ({
    type: 'reasoning',
    id,
    summary: [],
  }));
  return { reasoning: { kind: 'reasoning', ...place, text: '' }, event };
};

const placeOf = ({
  id,
  outputIndex,
}: OpenReasoning): { readonly item_id: string; readonly output_index: number; readonly summary_index: 0 } => ({
  item_id: id,
  output_index: outputIndex,
  summary_index: 0,
});

const toSummary = (text: string): WireSummaryPart => ({ type: 'summary_text', text });

/** A piece of the reasoning. The summary opens with its first words. */
export const writeReasoning = (reasoning: OpenReasoning, delta: string): readonly WireEvent[] => {
  if (delta === '') return [];
  const place = placeOf(reasoning);
  const isFirst = reasoning.text === '';
  reasoning.text += delta;
  return [
    ...(isFirst ? [{ type: 'response.reasoning_summary_part.added' as const, ...place, part: toSummary('') }] : []),
    { type: 'response.reasoning_summary_text.delta', ...place, delta },
  ];
};

/**
 * OpenAI's own encrypted content is bound to the id of its item, which here is another one: then both travel sealed
 * together.
 */
const toEncrypted = (state: OpaqueState | undefined): string => {
  // Without any, a client would name an item that OpenAI has never seen.
  if (state === undefined) return noProof('openai-responses', 'encrypted');
  return state.id === undefined ? writeState(state, 'openai-responses') : sealState(state);
};

/** Ends a reasoning item. */
export const closeReasoning = (
  output: Output,
  reasoning: OpenReasoning,
  state: OpaqueState | undefined,
): readonly WireEvent[] => {
  const { id, outputIndex, text } = reasoning;
  const place = placeOf(reasoning);
  const summary = text === '' ? [] : [toSummary(text)];
  const item: WireReasoningItem = {
    type: 'reasoning',
    id,
    summary,
    encrypted_content: toEncrypted(state),
  };
  return [
    ...summary.flatMap((part): WireEvent[] => [
      { type: 'response.reasoning_summary_text.done', ...place, text },
      { type: 'response.reasoning_summary_part.done', ...place, part },
    ]),
    itemDone(output, outputIndex, item),
  ];
};
