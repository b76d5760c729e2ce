import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText } from '../json/parse-reply.js';
import { readState } from '../opaque-state.js';
import { emit, emitRest, itemOrNew, readDelta, restOf, takeBlock } from './decode-state.js';
import type { DecodeState, ReasoningState } from './decode-state.js';

export const openReasoning = (state: DecodeState): ReasoningState => {
  const block = takeBlock(state);
  emit(state, { type: 'reasoning-start', block });
  return { kind: 'reasoning', type: 'reasoning', isDone: false, block, sections: new Map(), lastSection: undefined };
};

/** Summaries and texts are one block; a blank line stands between them. */
const think = (state: DecodeState, reasoning: ReasoningState, section: string, text: string): void => {
  if (text === '') return;
  const { block, lastSection } = reasoning;
  if (lastSection !== undefined && lastSection !== section)
    emit(state, { type: 'reasoning-delta', block, text: '\n\n' });
  emit(state, { type: 'reasoning-delta', block, text });
  reasoning.sections.set(section, said(reasoning, section) + text);
  reasoning.lastSection = section;
};

const said = ({ sections }: ReasoningState, section: string): string => sections.get(section) ?? '';

const sectionOf = (event: JsonObject): string =>
  event['summary_index'] === undefined
    ? `content[${String(event['content_index'])}]`
    : `summary[${String(event['summary_index'])}]`;

const reasoningOf = (state: DecodeState, event: JsonObject): ReasoningState =>
  itemOrNew(state, event, 'reasoning', () => openReasoning(state));

/** The `.delta` of a summary or text. */
export const continueReasoning = (state: DecodeState, event: JsonObject): void =>
  think(state, reasoningOf(state, event), sectionOf(event), readDelta(event));

/** The `.done` of a summary, of a text, or of the part that holds it. */
export const completeReasoning = (state: DecodeState, event: JsonObject): void => {
  const reasoning = reasoningOf(state, event);
  const section = sectionOf(event);
  const whole = event['text'] ?? asObject(event['part'])?.['text'];
  think(state, reasoning, section, restOf(whole, said(reasoning, section)));
};

const reasoningFields = ['id', 'type', 'status', 'summary', 'content', 'encrypted_content'];

/** What a whole item has that was not told piece by piece; then its end. */
export const finishReasoning = (
  state: DecodeState,
  reasoning: ReasoningState,
  wire: JsonObject,
  path: string,
): void => {
  for (const field of ['summary', 'content']) {
    asObjects(wire[field]).forEach((part, index) => {
      const section = `${field}[${index}]`;
      think(state, reasoning, section, restOf(part['text'], said(reasoning, section)));
    });
  }
  emitRest(state, wire, reasoningFields, path);
  endReasoning(state, reasoning, wire);
};

/** Ends the block, with the content that only OpenAI can read. */
export const endReasoning = (state: DecodeState, reasoning: ReasoningState, wire: JsonObject): void => {
  const { block } = reasoning;
  const sealed = readState(asText(wire['encrypted_content']) ?? '', 'openai-responses', 'encrypted');
  const id = asText(wire['id']);
  reasoning.isDone = true;
  const isBound = sealed?.dialect === 'openai-responses' && id !== undefined;
  emit(state, { type: 'reasoning-end', block, ...(sealed && { state: isBound ? { ...sealed, id } : sealed }) });
};
