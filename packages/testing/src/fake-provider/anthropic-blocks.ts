import type { Answer, FakeCitation, FakeToolCall } from './answer.js';
import { parseJson } from './json-reading.js';
import { splitEvery, wireId } from './wire.js';
import type { Typed } from './wire.js';

const INPUT_DELTA_CHARACTERS = 8;

/** A content block, whole and as it comes about in a stream. */
export interface Block {
  readonly start: object;
  readonly deltas: readonly Typed[];
  readonly whole: object;
  /** Its start alone is something to show. */
  readonly startsAsContent: boolean;
}

const citationOf = (citation: FakeCitation): object => ({
  type: 'web_search_result_location',
  cited_text: citation.citedText ?? '',
  url: citation.url,
  title: citation.title,
  encrypted_index: Buffer.from(citation.url).toString('base64'),
});

const textBlock = (deltas: readonly string[], cited: readonly FakeCitation[] = []): Block => {
  const citations = cited.map(citationOf);
  const cites = citations.length > 0;
  return {
    start: { type: 'text', text: '', ...(cites && { citations: [] }) },
    deltas: [
      ...citations.map((citation) => ({ type: 'citations_delta', citation })),
      ...deltas.map((text) => ({ type: 'text_delta', text })),
    ],
    whole: { type: 'text', text: deltas.join(''), ...(cites && { citations }) },
    startsAsContent: false,
  };
};

const thinkingBlock = (answer: Answer): Block => {
  const deltas = answer.showsReasoning ? answer.reasoning : [];
  const thinking = deltas.join('');
  const signature = answer.seal('thinking', '0', thinking);
  return {
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...deltas.map((text) => ({ type: 'thinking_delta', thinking: text })),
      { type: 'signature_delta', signature },
    ],
    whole: { type: 'thinking', thinking, signature },
    startsAsContent: false,
  };
};

const redactedBlock = (answer: Answer): Block => {
  const whole = { type: 'redacted_thinking', data: answer.seal('redacted', '0', '') };
  return { start: whole, deltas: [], whole, startsAsContent: false };
};

const toolUseBlock = (answer: Answer, call: FakeToolCall, index: number): Block => {
  const named = {
    type: 'tool_use',
    id: wireId('toolu_01', 22, answer.number, index),
    name: call.name,
    caller: { type: 'direct' },
  };
  return {
    start: { ...named, input: {} },
    deltas: ['', ...splitEvery(call.arguments, INPUT_DELTA_CHARACTERS)].map((partial_json) => ({
      type: 'input_json_delta',
      partial_json,
    })),
    whole: { ...named, input: parseJson(call.arguments) ?? {} },
    startsAsContent: true,
  };
};

/** What the model says, as the blocks of a message. */
export const blocksOf = (answer: Answer): Block[] => [
  ...(answer.reasoning.length > 0 ? [thinkingBlock(answer)] : []),
  ...(answer.redacts ? [redactedBlock(answer)] : []),
  ...(answer.text.length > 0 ? [textBlock(answer.text, answer.citations)] : []),
  ...(answer.refusal.length > 0 ? [textBlock(answer.refusal)] : []),
  ...answer.toolCalls.map((call, index) => toolUseBlock(answer, call, index)),
];
