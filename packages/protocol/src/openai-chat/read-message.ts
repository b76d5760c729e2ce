import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText } from '../json/parse-reply.js';

/** A stretch of one kind of words. */
export interface Spoken {
  readonly kind: 'text' | 'reasoning' | 'refusal';
  readonly text: string;
}

/** Mistral's content may be parts: text, or thinking that holds text parts itself. */
const readPart = (part: JsonObject): readonly Spoken[] => {
  if (part['type'] === 'thinking') {
    return asObjects(part['thinking']).flatMap((inner) => speak('reasoning', inner['text']));
  }
  return speak('text', part['text']);
};

const speak = (kind: Spoken['kind'], value: unknown): readonly Spoken[] => {
  const text = asText(value);
  return text === undefined ? [] : [{ kind, text }];
};

/** The words of a message or a delta in the order a model has them: it thinks, then it speaks. */
export const readSpoken = (message: JsonObject): readonly Spoken[] => {
  const { content } = message;
  return [
    ...speak('reasoning', asText(message['reasoning_content']) ?? message['reasoning']),
    ...(Array.isArray(content) ? asObjects(content).flatMap(readPart) : speak('text', content)),
    ...speak('refusal', message['refusal']),
  ];
};

/** A tool call, or a piece of one. */
export interface CallPiece {
  /** Absent where the vendor does not number calls. */
  readonly index?: number;
  readonly id?: string;
  readonly name?: string;
  readonly arguments: string;
}

const readCall = (call: JsonObject): CallPiece => {
  const called = asObject(call['function']);
  const { index } = call;
  const id = asText(call['id']);
  const name = asText(called?.['name']);
  return {
    ...(typeof index === 'number' && { index }),
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    arguments: asText(called?.['arguments']) ?? '',
  };
};

const isFunction = (call: JsonObject): boolean => call['custom'] === undefined;

/** The function calls of a message or a delta. */
export const readCalls = (message: JsonObject): readonly CallPiece[] =>
  asObjects(message['tool_calls']).filter(isFunction).map(readCall);

/** Something a client may be shown, which decides about the commit. A role alone is not. */
export const hasContent = (message: JsonObject): boolean =>
  readSpoken(message).length > 0 ||
  asObjects(message['tool_calls']).length > 0 ||
  asObject(message['function_call']) !== undefined;

const known = ['role', 'content', 'reasoning_content', 'reasoning', 'refusal', 'tool_calls', 'index'];

const isEmpty = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);

/** What only this dialect (or one vendor) knows, by field. */
export const readForeign = (message: JsonObject): readonly (readonly [string, unknown])[] => [
  ...Object.entries(message).filter(([key, value]) => !known.includes(key) && !isEmpty(value)),
  ...asObjects(message['tool_calls'])
    .filter((call) => !isFunction(call))
    .map((call) => ['tool_calls.custom', call] as const),
];
