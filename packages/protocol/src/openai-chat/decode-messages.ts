import type {
  AssistantPart,
  DocumentPart,
  ForeignPart,
  ImagePart,
  Message,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
  UserPart,
} from '@claudette/core';

import { compact, optional, readArray, readObject, readOneOf, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObject, asText } from '../json/parse-reply.js';
import { readCallId } from './call-id.js';
import { decodeAnnotation } from './citations.js';
import {
  decodeContent,
  decodeFilePart,
  decodeImagePart,
  decodeRefusalPart,
  decodeTextPart,
  decodeThinkingPart,
} from './decode-parts.js';
import type { ForeignFields } from './foreign-fields.js';
import { foreignPart } from './foreign-fields.js';

const readRole = readOneOf(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

const textOnly = { text: decodeTextPart };
const textAndMedia = { text: decodeTextPart, image_url: decodeImagePart, file: decodeFilePart };
const spoken = { text: decodeTextPart, refusal: decodeRefusalPart, thinking: decodeThinkingPart };

const decodeUserContent = (content: unknown, path: string, foreign: ForeignFields): UserPart[] =>
  decodeContent<TextPart | ImagePart | DocumentPart | ForeignPart>(content, path, textAndMedia, foreign);

/** A call, and the reasoning that its id brought back. */
interface DecodedCall {
  readonly reasoning: readonly ReasoningPart[];
  readonly call: AssistantPart;
}

const decodeToolCall = (value: unknown, path: string, foreign: ForeignFields): DecodedCall => {
  const wire = readObject(value, path);
  const type = wire['type'] ?? 'function';
  if (type !== 'function' && type !== 'custom') return { reasoning: [], call: foreignPart(path, value) };
  const called = readObject(wire[type], `${path}.${type}`);
  const argumentsKey = type === 'function' ? 'arguments' : 'input';
  foreign.addUnknown(wire, ['id', 'type', 'index', type], path);
  const { id, state, reasoning } = readCallId(readString(wire['id'], `${path}.id`));
  const call: ToolCallPart = {
    type: 'tool-call',
    id,
    name: readString(called['name'], `${path}.${type}.name`),
    arguments: readString(called[argumentsKey], `${path}.${type}.${argumentsKey}`),
    ...(type === 'custom' && { takesText: true }),
    ...(state && { state }),
  };
  return { reasoning, call };
};

const says = (part: AssistantPart): boolean => part.type !== 'text' || part.text !== '';

/** The message's own reasoning, without what the ids of its calls bring back: clients may return both. */
const decodeReasoning = (message: JsonObject, restored: readonly ReasoningPart[]): ReasoningPart[] => {
  const whole = asText(message['reasoning_content'] ?? message['reasoning']) ?? '';
  const text = restored.reduce((rest, part) => rest.replace(part.text, ''), whole);
  return text === '' ? [] : [{ type: 'reasoning', text }];
};

/** `annotations`, which point into the one text of the message; of any other shape they are foreign. */
const decodeCitations = (
  message: JsonObject,
  said: readonly AssistantPart[],
  path: string,
  foreign: ForeignFields,
): AssistantPart[] => {
  const annotations = optional(readArray)(message['annotations'], `${path}.annotations`) ?? [];
  if (annotations.length === 0) return [...said];
  const citations = annotations.flatMap((one) => decodeAnnotation(asObject(one) ?? {}, 0) ?? []);
  const texts = said.filter(({ type }) => type === 'text');
  if (citations.length < annotations.length || texts.length !== 1) {
    foreign.add(`${path}.annotations`, annotations);
    return [...said];
  }
  return said.map((part) => (part.type === 'text' ? { ...part, citations } : part));
};

const decodeAssistantParts = (message: JsonObject, path: string, foreign: ForeignFields): AssistantPart[] => {
  const content = message['content'] ?? '';
  const all = decodeContent<TextPart | RefusalPart | ReasoningPart>(content, `${path}.content`, spoken, foreign);
  // An empty string beside tool calls says nothing, and other dialects refuse empty text.
  const said = decodeCitations(message, all.filter(says), path, foreign);
  const refusal = optional(readString)(message['refusal'], `${path}.refusal`) ?? '';

  const wireCalls = optional(readArray)(message['tool_calls'], `${path}.tool_calls`) ?? [];
  const calls = wireCalls.map((call, index) => decodeToolCall(call, `${path}.tool_calls[${index}]`, foreign));
  const restored = calls.flatMap(({ reasoning }) => reasoning);
  return [
    ...decodeReasoning(message, restored),
    // What led to the first call was thought before anything was said, and its provider wants it there.
    ...(calls[0]?.reasoning ?? []),
    ...said,
    ...(refusal === '' ? [] : [{ type: 'refusal' as const, text: refusal }]),
    ...calls.flatMap(({ reasoning, call }, index) => (index === 0 ? [call] : [...reasoning, call])),
  ];
};

const common = ['role', 'content', 'name'];
const assistantFields = [...common, 'refusal', 'tool_calls', 'annotations', 'reasoning_content', 'reasoning'];

/** One message; undefined for those that only this dialect knows, which are then among the foreign fields. */
const decodeMessage = (value: unknown, path: string, foreign: ForeignFields): Message | undefined => {
  const message = readObject(value, path);
  const role = readRole(message['role'], `${path}.role`);
  const content = message['content'];
  const name = optional(readString)(message['name'], `${path}.name`);

  switch (role) {
    case 'system':
    case 'developer': {
      foreign.addUnknown(message, common, path);
      return compact({ role, parts: decodeContent(content, `${path}.content`, textOnly, foreign), name });
    }
    case 'user':
      foreign.addUnknown(message, common, path);
      return compact({ role, parts: decodeUserContent(content, `${path}.content`, foreign), name });
    case 'assistant':
      foreign.addUnknown(message, assistantFields, path);
      return compact({ role, parts: decodeAssistantParts(message, path, foreign), name });
    case 'tool':
      foreign.addUnknown(message, [...common, 'tool_call_id'], path);
      return {
        role,
        toolCallId: readCallId(readString(message['tool_call_id'], `${path}.tool_call_id`)).id,
        parts: decodeUserContent(content, `${path}.content`, foreign),
      };
    case 'function':
      foreign.add(path, value);
      return undefined;
  }
};

/** The conversation, in order. */
export const decodeMessages = (value: unknown, foreign: ForeignFields): Message[] =>
  readArray(value, 'messages').flatMap((message, index) => decodeMessage(message, `messages[${index}]`, foreign) ?? []);
