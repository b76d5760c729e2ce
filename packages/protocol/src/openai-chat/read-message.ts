import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText } from '../json/parse-reply.js';

/** A stretch of one kind of words. */
export interface Spoken {
  readonly kind: 'text' | 'reasoning' | 'refusal';
  readonly text: string;
}

const speak = (kind: Spoken['kind'], value: unknown): readonly Spoken[] => {
  const text = asText(value);
  return text === undefined ? [] : [{ kind, text }];
};

/** Mistral's content may be parts: text, or thinking that holds text parts itself. */
const readPart = (part: JsonObject): readonly Spoken[] => {
  if (part['type'] === 'thinking') {
    return asObjects(part['thinking']).flatMap((inner) => speak('reasoning', inner['text']));
  }
  return speak('text', part['text']);
};

/** What was thought and said, in the order a model does it. */
export const readSpoken = (message: JsonObject): readonly Spoken[] => {
  const { content } = message;
  return [
    ...speak('reasoning', asText(message['reasoning_content']) ?? message['reasoning']),
    ...(Array.isArray(content) ? asObjects(content).flatMap(readPart) : speak('text', content)),
  ];
};

/** How a model declined; it comes after all that it said. */
export const readRefusal = (message: JsonObject): readonly Spoken[] => speak('refusal', message['refusal']);

/** A tool call, or a piece of one. */
export interface CallPiece {
  /** Absent where the vendor does not number calls. */
  readonly index?: number;
  readonly id?: string;
  readonly name?: string;
  /** JSON, or the text for a tool that takes text. */
  readonly arguments: string;
  readonly takesText: boolean;
}

/** Some gateways put an empty `custom` beside each function, so the function decides. */
const readCall = (call: JsonObject): CallPiece => {
  const called = asObject(call['function']);
  const custom = called === undefined ? asObject(call['custom']) : undefined;
  const { index } = call;
  const id = asText(call['id']);
  const name = asText((called ?? custom)?.['name']);
  return {
    ...(typeof index === 'number' && { index }),
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    arguments: asText(called?.['arguments'] ?? custom?.['input']) ?? '',
    takesText: custom !== undefined,
  };
};

/** The tool calls of a message or a delta. */
export const readCalls = (message: JsonObject): readonly CallPiece[] => asObjects(message['tool_calls']).map(readCall);

/** Something a client may be shown, which decides about the commit. A role alone is not. */
export const hasContent = (message: JsonObject): boolean =>
  readSpoken(message).length > 0 ||
  readRefusal(message).length > 0 ||
  asObjects(message['tool_calls']).length > 0 ||
  asObject(message['function_call']) !== undefined;

const known = new Set([
  'role',
  'content',
  'reasoning_content',
  'reasoning',
  'refusal',
  'annotations',
  'tool_calls',
  'index',
]);

/** Null and the empty list are said by vendors that fill in every field. */
export const saysNothing = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);

/** Parts that neither speak nor think, such as Mistral's references. */
const readForeignParts = (content: unknown): readonly (readonly [string, unknown])[] =>
  asObjects(content)
    .filter(({ type }) => type !== 'text' && type !== 'thinking')
    .map((part) => [`content.${String(part['type'])}`, part]);

/** What only this dialect (or one vendor) knows, by field. */
export const readForeign = (message: JsonObject): readonly (readonly [string, unknown])[] => {
  const fields = Object.entries(message).filter(([key, value]) => !known.has(key) && !saysNothing(value));
  return Array.isArray(message['content']) ? [...fields, ...readForeignParts(message['content'])] : fields;
};
