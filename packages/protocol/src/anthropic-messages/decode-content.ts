import type {
  AssistantPart,
  DocumentPart,
  ForeignPart,
  ImagePart,
  Message,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultContent,
  UserPart,
} from '@claudette/core';

import { compact, optional, readArray, readBoolean, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { splitCallId } from '../opaque-state.js';

import { decodeCacheHint } from './cache-control.js';
import { citationFields, decodeCitation, toCitationState } from './citations.js';
import type { ProvenCitation } from './citations.js';
import { decodeDocument, mediaSource } from './decode-document.js';
import type { ForeignFields } from './foreign-fields.js';
import { decodeState } from './own-state.js';

type ToolMessage = Extract<Message, { role: 'tool' }>;
type BlockReader<T> = (block: JsonObject, path: string, foreign: ForeignFields) => T;

const foreignPart: BlockReader<ForeignPart> = (value, path) => ({
  type: 'foreign',
  dialect: 'anthropic-messages',
  path,
  value,
});

/** Those with a URL; the others stay foreign. */
const readCitations = (value: unknown, path: string, foreign: ForeignFields): readonly ProvenCitation[] =>
  readArray(value, path).flatMap((one, index) => {
    const place = `${path}[${index}]`;
    const wire = readObject(one, place);
    const proven = decodeCitation(wire);
    if (proven === undefined) foreign.add(place, wire);
    else foreign.addOthers(wire, citationFields, `${place}.`);
    return proven ?? [];
  });

const textPart: BlockReader<TextPart> = (block, path, foreign) => {
  foreign.addOthers(block, ['type', 'text', 'citations', 'cache_control'], `${path}.`);
  const proven = readCitations(block['citations'] ?? [], `${path}.citations`, foreign);
  return compact({
    type: 'text' as const,
    text: readString(block['text'], `${path}.text`),
    citations: proven.length === 0 ? undefined : proven.map(({ citation }) => citation),
    state: toCitationState(proven.map(({ proof }) => proof)),
    cacheHint: decodeCacheHint(block, path, foreign),
  });
};

const imagePart: BlockReader<ImagePart | ForeignPart> = (block, path, foreign) => {
  const source = mediaSource(readObject(block['source'], `${path}.source`), `${path}.source`);
  if (source === undefined) return foreignPart(block, path, foreign);
  foreign.addOthers(block, ['type', 'source', 'cache_control'], `${path}.`);
  return compact({ type: 'image' as const, source, cacheHint: decodeCacheHint(block, path, foreign) });
};

const documentPart: BlockReader<DocumentPart | ForeignPart> = (block, path, foreign) =>
  decodeDocument(block, path, foreign) ?? foreignPart(block, path, foreign);

const toolCallPart: BlockReader<ToolCallPart> = (block, path, foreign) => {
  const caller = block['caller'] ?? {};
  const known = ['type', 'id', 'name', 'input', 'cache_control'];
  const isDirect = readObject(caller, `${path}.caller`)['type'] === 'direct';
  foreign.addOthers(block, isDirect ? [...known, 'caller'] : known, `${path}.`);
  return compact({
    type: 'tool-call' as const,
    ...splitCallId(readString(block['id'], `${path}.id`)),
    name: readString(block['name'], `${path}.name`),
    arguments: JSON.stringify(readObject(block['input'], `${path}.input`)),
    cacheHint: decodeCacheHint(block, path, foreign),
  });
};

const thinkingPart: BlockReader<ReasoningPart> = (block, path, foreign) => {
  foreign.addOthers(block, ['type', 'thinking', 'signature'], `${path}.`);
  return compact({
    type: 'reasoning' as const,
    text: readString(block['thinking'], `${path}.thinking`),
    state: decodeState(optional(readString)(block['signature'], `${path}.signature`), 'signature'),
  });
};

const redactedThinkingPart: BlockReader<ReasoningPart> = (block, path, foreign) => {
  foreign.addOthers(block, ['type', 'data'], `${path}.`);
  const state = decodeState(readString(block['data'], `${path}.data`), 'encrypted');
  return compact({ type: 'reasoning' as const, text: '', state });
};

/** Content is a string or blocks; each block goes to the reader of its type, or stays foreign. */
const readBlocks = <T>(
  readers: Readonly<Record<string, BlockReader<T>>>,
  content: unknown,
  path: string,
  foreign: ForeignFields,
): (T | TextPart | ForeignPart)[] => {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return readArray(content, path).map((value, index) => {
    const blockPath = `${path}[${index}]`;
    const block = readObject(value, blockPath);
    const type = readString(block['type'], `${blockPath}.type`);
    const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
    return (read ?? foreignPart)(block, blockPath, foreign);
  });
};

const systemReaders = { text: textPart };

/** The `system` field, and messages of the roles `system` and `developer`. */
export const decodeSystemContent = (
  content: unknown,
  path: string,
  foreign: ForeignFields,
): (TextPart | ForeignPart)[] => readBlocks(systemReaders, content, path, foreign);

const assistantReaders: Readonly<Record<string, BlockReader<AssistantPart>>> = {
  text: textPart,
  tool_use: toolCallPart,
  thinking: thinkingPart,
  redacted_thinking: redactedThinkingPart,
};

export const decodeAssistantContent = (content: unknown, path: string, foreign: ForeignFields): AssistantPart[] =>
  readBlocks(assistantReaders, content, path, foreign);

const resultReaders: Readonly<Record<string, BlockReader<ToolResultContent>>> = {
  text: textPart,
  image: imagePart,
  document: documentPart,
};

const toolMessage: BlockReader<ToolMessage> = (block, path, foreign) => {
  foreign.addOthers(block, ['type', 'tool_use_id', 'content', 'is_error', 'cache_control'], `${path}.`);
  return compact({
    role: 'tool' as const,
    toolCallId: splitCallId(readString(block['tool_use_id'], `${path}.tool_use_id`)).id,
    parts: readBlocks(resultReaders, block['content'] ?? [], `${path}.content`, foreign),
    isError: optional(readBoolean)(block['is_error'], `${path}.is_error`),
    cacheHint: decodeCacheHint(block, path, foreign),
  });
};

const userReaders: Readonly<Record<string, BlockReader<UserPart | ToolMessage>>> = {
  text: textPart,
  image: imagePart,
  document: documentPart,
  tool_result: toolMessage,
};

/** One user message of the wire: its tool results become messages of their own, in order with the content around them. */
export const decodeUserContent = (content: unknown, path: string, foreign: ForeignFields): Message[] => {
  const messages: Message[] = [];
  let parts: UserPart[] = [];
  const flush = (): void => {
    if (parts.length > 0) messages.push({ role: 'user', parts });
    parts = [];
  };
  for (const entry of readBlocks(userReaders, content, path, foreign)) {
    if ('type' in entry) parts.push(entry);
    else {
      flush();
      messages.push(entry);
    }
  }
  flush();
  return messages.length === 0 ? [{ role: 'user', parts: [] }] : messages;
};
