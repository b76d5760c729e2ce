import type { Recording } from './recording.js';

interface WireTyped {
  readonly type: string;
}

interface WirePayload {
  readonly type?: string;
  readonly content?: readonly WireTyped[];
  readonly message?: { readonly content: readonly WireTyped[] };
  readonly content_block?: WireTyped;
  readonly index?: number;
  readonly output?: readonly WireTyped[];
  readonly item?: WireTyped;
  readonly output_index?: number;
}

/** What an answer of one dialect can have that answers of the others can have too. */
const shared = [
  'text',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'message',
  'reasoning',
  'function_call',
  'custom_tool_call',
];

const foreignIn = (field: string, parts: readonly WireTyped[] = [], first = 0): string[] =>
  parts.flatMap(({ type }, index) => (shared.includes(type) ? [] : [`${field}[${first + index}]`]));

/**
 * Where a recorded answer has parts that only its provider knows: calls of tools on the server and their results,
 * compacted history, notes about the model that answered. No other dialect has a place for them.
 */
export const foreignPartsOf = ({ payloads }: Recording): string[] =>
  (payloads as readonly WirePayload[]).flatMap((payload) => [
    ...foreignIn('content', payload.content ?? payload.message?.content),
    ...foreignIn('output', payload.output),
    ...(payload.content_block ? foreignIn('content', [payload.content_block], payload.index) : []),
    ...(payload.type === 'response.output_item.done' && payload.item
      ? foreignIn('output', [payload.item], payload.output_index)
      : []),
  ]);
