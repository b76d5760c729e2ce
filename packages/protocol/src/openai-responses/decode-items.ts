import type { AssistantPart, ForeignField, Message, OpaqueState, ToolCallPart } from '@claudette/core';

import { compact, optional, readArray, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObject, asText } from '../json/parse-reply.js';
import { readState, splitCallId } from '../opaque-state.js';
import { decodeAssistantContent, decodeSystemContent, decodeUserContent } from './decode-parts.js';
import type { ForeignFields } from './foreign-fields.js';
import { foreignPart } from './foreign-fields.js';
import { joinToolName } from './tool-names.js';

/** What an item of the input becomes: a message of its own, or parts of what the assistant says. */
type Decoded = Message | readonly AssistantPart[];
type ItemDecoder = (item: JsonObject, path: string, foreign: ForeignFields) => Decoded;

/** Which item it is and how far it got: bookkeeping of the provider, which says nothing to a model. */
const bookkeeping = ['type', 'id', 'status'];

const decodeMessage: ItemDecoder = (item, path, foreign) => {
  const { role, content } = item;
  const contentPath = `${path}.content`;
  const known = [...bookkeeping, 'role', 'content'];
  switch (role) {
    case 'system':
    case 'developer':
      foreign.addUnknown(item, known, path);
      return { role, parts: decodeSystemContent(content, contentPath, foreign) };
    case 'user':
      foreign.addUnknown(item, known, path);
      return { role, parts: decodeUserContent(content, contentPath, foreign) };
    case 'assistant':
      foreign.addUnknown(item, known, path);
      // Empty text beside calls says nothing, and other dialects refuse it.
      return decodeAssistantContent(content, contentPath, foreign).filter(
        (part) => part.type !== 'text' || part.text !== '',
      );
    default:
      return [foreignPart(path, item)];
  }
};

const readTexts = (value: unknown, path: string): string =>
  (optional(readArray)(value, path) ?? [])
    .map((one, index) => readString(readObject(one, `${path}[${index}]`)['text'], `${path}[${index}].text`))
    .join('\n\n');

const decodeState = (item: JsonObject, path: string): OpaqueState | undefined => {
  const sealed = asText(optional(readString)(item['encrypted_content'], `${path}.encrypted_content`));
  if (sealed === undefined) return undefined;
  const state = readState(sealed, 'openai-responses', 'encrypted');
  const id = asText(item['id']);
  return state?.dialect === 'openai-responses' && id !== undefined ? { ...state, id } : state;
};

const decodeReasoning: ItemDecoder = (item, path, foreign) => {
  const summary = readTexts(item['summary'], `${path}.summary`);
  const content = readTexts(item['content'], `${path}.content`);
  const state = decodeState(item, path);
  const text = summary === '' ? content : summary;
  // What was thought is with the provider, under the item's id.
  if (text === '' && state === undefined) return [foreignPart(path, item)];
  foreign.addUnknown(item, [...bookkeeping, 'summary', 'content', 'encrypted_content'], path);
  if (text !== content && content !== '') foreign.add(`${path}.content`, item['content']);
  return [compact({ type: 'reasoning' as const, text, state })];
};

/** Calls that a program of the provider made, and not the model, say so. */
const isDirect = (item: JsonObject): boolean => asObject(item['caller'])?.['type'] === 'direct';

const decodeCall =
  (textField: 'arguments' | 'input', takesText: true | undefined): ItemDecoder =>
  (item, path, foreign) => {
    const known = [...bookkeeping, 'call_id', 'name', 'namespace', textField];
    foreign.addUnknown(item, isDirect(item) ? [...known, 'caller'] : known, path);
    const { id, state } = splitCallId(readString(item['call_id'], `${path}.call_id`));
    const namespace = optional(readString)(item['namespace'], `${path}.namespace`);
    const part: ToolCallPart = compact({
      type: 'tool-call' as const,
      id,
      name: joinToolName(namespace, readString(item['name'], `${path}.name`)),
      arguments: readString(item[textField], `${path}.${textField}`),
      takesText,
      state,
    });
    return [part];
  };

const decodeOutput: ItemDecoder = (item, path, foreign) => {
  const known = [...bookkeeping, 'call_id', 'output'];
  foreign.addUnknown(item, isDirect(item) ? [...known, 'caller'] : known, path);
  return {
    role: 'tool',
    toolCallId: splitCallId(readString(item['call_id'], `${path}.call_id`)).id,
    parts: decodeUserContent(item['output'], `${path}.output`, foreign),
  };
};

const decoders: ReadonlyMap<string, ItemDecoder> = new Map([
  ['message', decodeMessage],
  ['reasoning', decodeReasoning],
  ['function_call', decodeCall('arguments', undefined)],
  ['custom_tool_call', decodeCall('input', true)],
  ['function_call_output', decodeOutput],
  ['custom_tool_call_output', decodeOutput],
]);

/** A message may leave its type out. */
const typeOf = (item: JsonObject, path: string): string =>
  item['role'] !== undefined && (item['type'] ?? undefined) === undefined
    ? 'message'
    : readString(item['type'], `${path}.type`);

export interface DecodedInput {
  readonly messages: readonly Message[];
  /** The first item that only its id stands for. */
  readonly reference: ForeignField | undefined;
}

const decodeItems = (items: readonly unknown[], foreign: ForeignFields): DecodedInput => {
  const messages: Message[] = [];
  /** The message of the assistant that is still being put together: its items are many, its turn is one. */
  let said: AssistantPart[] | undefined;
  let reference: ForeignField | undefined;

  for (const [index, value] of items.entries()) {
    const path = `input[${index}]`;
    const item = readObject(value, path);
    const type = typeOf(item, path);
    if (type === 'item_reference') reference ??= { dialect: 'openai-responses', path, value };
    const decoded = decoders.get(type)?.(item, path, foreign) ?? [foreignPart(path, value)];
    if ('role' in decoded) {
      messages.push(decoded);
      said = undefined;
    } else if (decoded.length > 0) {
      if (said === undefined) messages.push({ role: 'assistant', parts: (said = []) });
      said.push(...decoded);
    }
  }
  return { messages, reference };
};

/** The conversation, in order. A string is what the user says. */
export const decodeInput = (value: unknown, foreign: ForeignFields): DecodedInput => {
  if (typeof value !== 'string')
    return decodeItems(readArray(value, 'input', 'a string or an array of items'), foreign);
  return { messages: [{ role: 'user', parts: [{ type: 'text', text: value }] }], reference: undefined };
};
