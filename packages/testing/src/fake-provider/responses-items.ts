import type { Answer, FakeCitation, FakeToolCall } from './answer.js';
import { ARGUMENTS_DELTA_CHARACTERS, callIdOf } from './openai-platform.js';
import { endingOf } from './responses-object.js';
import { logprobOf, logprobsOf, openaiLogprob } from './token-logprobs.js';
import { splitEvery, wireId } from './wire.js';
import type { Piece } from './wire.js';

/** An event inside an item; the number, the item and its index are added when it is written. */
export interface ItemEvent {
  readonly role: Piece['role'];
  readonly type: string;
  readonly fields: object;
}

/** One item of a Response's output, and how it comes about in a stream. */
export interface OutputItem {
  readonly id: string;
  /** As it is announced. */
  readonly added: object;
  /** That announcement alone is something to show. */
  readonly startsAsContent: boolean;
  readonly events: readonly ItemEvent[];
  /** As it is in the end. */
  readonly done: object;
}

const preamble = (type: string, fields: object): ItemEvent => ({ role: 'preamble', type, fields });
const content = (type: string, fields: object): ItemEvent => ({ role: 'content', type, fields });
/** Makes deltas all the same length, against those who guess at what they say. */
const obfuscated = (delta: string): object => ({ delta, obfuscation: 'x'.repeat(16).slice(delta.length % 16) });

function reasoningItem(answer: Answer): OutputItem {
  const id = wireId('rs_', 48, answer.number);
  const text = answer.reasoning.join('');
  const at = { summary_index: 0 };
  const part = { type: 'summary_text', text };
  const summary = answer.showsReasoning ? [part] : [];
  // The real one differs from event to event too; each of them is good.
  const encrypted = (place: string): object =>
    answer.encryptsReasoning ? { encrypted_content: answer.seal('encrypted', place, id) } : {};
  return {
    id,
    added: { id, type: 'reasoning', ...encrypted('added'), summary: [] },
    startsAsContent: false,
    events: answer.showsReasoning
      ? [
          preamble('response.reasoning_summary_part.added', { ...at, part: { ...part, text: '' } }),
          ...answer.reasoning.map((delta) =>
            content('response.reasoning_summary_text.delta', { ...at, ...obfuscated(delta) }),
          ),
          content('response.reasoning_summary_text.done', { ...at, text }),
          content('response.reasoning_summary_part.done', { ...at, part }),
        ]
      : [],
    done: { id, type: 'reasoning', ...encrypted('done'), summary },
  };
}

const annotationOf = (citation: FakeCitation, text: string): object => ({
  type: 'url_citation',
  start_index: citation.startIndex ?? 0,
  end_index: citation.endIndex ?? text.length,
  title: citation.title,
  url: citation.url,
});

interface ContentPart {
  readonly begun: object;
  readonly events: readonly ItemEvent[];
  readonly whole: object;
}

function textPart(answer: Answer): ContentPart {
  const text = answer.text.join('');
  const at = { content_index: 0 };
  const annotations = answer.citations.map((citation) => annotationOf(citation, text));
  const logprobs = (logprobsOf(answer.text, answer.topLogprobs) ?? []).map(openaiLogprob);
  return {
    begun: { type: 'output_text', annotations: [], logprobs: [], text: '' },
    events: [
      ...answer.text.map((delta, index) =>
        content('response.output_text.delta', {
          ...at,
          ...obfuscated(delta),
          logprobs:
            answer.topLogprobs === undefined ? [] : [openaiLogprob(logprobOf(delta, index, answer.topLogprobs))],
        }),
      ),
      ...annotations.map((annotation, annotation_index) =>
        content('response.output_text.annotation.added', { ...at, annotation_index, annotation }),
      ),
      content('response.output_text.done', { ...at, text, logprobs }),
    ],
    whole: { type: 'output_text', annotations, logprobs, text },
  };
}

function refusalPart(answer: Answer): ContentPart {
  const refusal = answer.refusal.join('');
  const at = { content_index: 0 };
  return {
    begun: { type: 'refusal', refusal: '' },
    events: [
      ...answer.refusal.map((delta) => content('response.refusal.delta', { ...at, ...obfuscated(delta) })),
      content('response.refusal.done', { ...at, refusal }),
    ],
    whole: { type: 'refusal', refusal },
  };
}

export const messageIdOf = (answer: Answer, position: number): string => wireId('msg_', 48, answer.number, position);

function messageItem(answer: Answer, part: ContentPart, position: number): OutputItem {
  const id = messageIdOf(answer, position);
  const { status } = endingOf(answer);
  const at = { content_index: 0 };
  const message = { id, type: 'message', role: 'assistant' };
  return {
    id,
    added: { ...message, status: 'in_progress', content: [] },
    startsAsContent: false,
    events: [
      preamble('response.content_part.added', { ...at, part: part.begun }),
      ...part.events,
      content('response.content_part.done', { ...at, part: part.whole }),
    ],
    done: { ...message, status: status === 'incomplete' ? status : 'completed', content: [part.whole] },
  };
}

function callItem(answer: Answer, call: FakeToolCall, index: number): OutputItem {
  const takesText = call.takesText === true;
  const [type, field, event] = takesText
    ? (['custom_tool_call', 'input', 'custom_tool_call_input'] as const)
    : (['function_call', 'arguments', 'function_call_arguments'] as const);
  const id = wireId(takesText ? 'ctc_' : 'fc_', 48, answer.number, index);
  const item = (status: string, text: string): object => ({
    id,
    type,
    status,
    [field]: text,
    call_id: callIdOf(answer, index),
    name: call.name,
    ...(call.namespace !== undefined && { namespace: call.namespace }),
  });
  return {
    id,
    added: item('in_progress', ''),
    startsAsContent: true,
    events: [
      ...splitEvery(call.arguments, ARGUMENTS_DELTA_CHARACTERS).map((delta) =>
        content(`response.${event}.delta`, obfuscated(delta)),
      ),
      content(`response.${event}.done`, { [field]: call.arguments }),
    ],
    done: item('completed', call.arguments),
  };
}

/** What the model says, as the items of a Response: reasoning first, then messages, then calls. */
export const outputItems = (answer: Answer): OutputItem[] => [
  ...(answer.reasoning.length > 0 ? [reasoningItem(answer)] : []),
  ...(answer.text.length > 0 ? [messageItem(answer, textPart(answer), 0)] : []),
  ...(answer.refusal.length > 0 ? [messageItem(answer, refusalPart(answer), 1)] : []),
  ...answer.toolCalls.map((call, index) => callItem(answer, call, index)),
];
