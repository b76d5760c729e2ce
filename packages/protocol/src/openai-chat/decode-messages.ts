import type { AssistantPart, ImagePart, Message, RefusalPart, TextPart, ToolCallPart, UserPart } from '@claudette/core';

import { compact, optional, readArray, readObject, readOneOf, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { decodeContent, decodeImagePart, decodeRefusalPart, decodeTextPart } from './decode-parts.js';
import type { ForeignFields } from './foreign-fields.js';
import { foreignPart } from './foreign-fields.js';

const readRole = readOneOf(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

const textOnly = { text: decodeTextPart };
const textAndImages = { text: decodeTextPart, image_url: decodeImagePart };
const textAndRefusals = { text: decodeTextPart, refusal: decodeRefusalPart };

const decodeUserContent = (content: unknown, path: string, foreign: ForeignFields): UserPart[] =>
  decodeContent<TextPart | ImagePart>(content, path, textAndImages, foreign);

const decodeToolCall = (value: unknown, path: string, foreign: ForeignFields): AssistantPart => {
  const call = readObject(value, path);
  if ((call['type'] ?? 'function') !== 'function') return foreignPart(path, value);
  const called = readObject(call['function'], `${path}.function`);
  foreign.addUnknown(call, ['id', 'type', 'index', 'function'], path);
  const part: ToolCallPart = {
    type: 'tool-call',
    id: readString(call['id'], `${path}.id`),
    name: readString(called['name'], `${path}.function.name`),
    arguments: readString(called['arguments'], `${path}.function.arguments`),
  };
  return part;
};

const says = (part: AssistantPart): boolean => part.type !== 'text' || part.text !== '';

const decodeAssistantParts = (message: JsonObject, path: string, foreign: ForeignFields): AssistantPart[] => {
  const parts: AssistantPart[] = [];
  const reasoning = message['reasoning_content'] ?? message['reasoning'];
  if (typeof reasoning === 'string' && reasoning !== '') parts.push({ type: 'reasoning', text: reasoning });

  const content = message['content'] ?? '';
  const said = decodeContent<TextPart | RefusalPart>(content, `${path}.content`, textAndRefusals, foreign);
  // An empty string beside tool calls says nothing, and other dialects refuse empty text.
  parts.push(...said.filter(says));

  const refusal = optional(readString)(message['refusal'], `${path}.refusal`) ?? '';
  if (refusal !== '') parts.push({ type: 'refusal', text: refusal });

  const calls = optional(readArray)(message['tool_calls'], `${path}.tool_calls`) ?? [];
  return [...parts, ...calls.map((call, index) => decodeToolCall(call, `${path}.tool_calls[${index}]`, foreign))];
};

const common = ['role', 'content', 'name'];
const assistantFields = [...common, 'refusal', 'tool_calls', 'reasoning_content', 'reasoning'];

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
        toolCallId: readString(message['tool_call_id'], `${path}.tool_call_id`),
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
