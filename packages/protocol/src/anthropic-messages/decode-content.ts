import type {
  AssistantPart,
  ForeignPart,
  ImagePart,
  MediaSource,
  Message,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultContent,
  UserPart,
} from '@claudette/core';

import { compact, optional, readArray, readBoolean, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';

import { decodeCacheHint } from './foreign-fields.js';
import type { ForeignFields } from './foreign-fields.js';

type ToolMessage = Extract<Message, { role: 'tool' }>;
type BlockReader<T> = (block: JsonObject, path: string, foreign: ForeignFields) => T;

const foreignPart: BlockReader<ForeignPart> = (value, path) => ({
  type: 'foreign',
  dialect: 'anthropic-messages',
  path,
  value,
});

const textPart: BlockReader<TextPart> = (block, path, foreign) => {
  foreign.addOthers(block, ['type', 'text', 'cache_control'], `${path}.`);
  const text = readString(block['text'], `${path}.text`);
  return compact({ type: 'text' as const, text, cacheHint: decodeCacheHint(block, path, foreign) });
};

const mediaSource = (source: JsonObject, path: string): MediaSource | undefined => {
  if (source['type'] === 'url') return { kind: 'url', url: readString(source['url'], `${path}.url`) };
  if (source['type'] !== 'base64') return undefined;
  return {
    kind: 'base64',
    mediaType: readString(source['media_type'], `${path}.media_type`),
    data: readString(source['data'], `${path}.data`),
  };
};

const imagePart: BlockReader<ImagePart | ForeignPart> = (block, path, foreign) => {
  const source = mediaSource(readObject(block['source'], `${path}.source`), `${path}.source`);
  if (source === undefined) return foreignPart(block, path, foreign);
  foreign.addOthers(block, ['type', 'source', 'cache_control'], `${path}.`);
  return compact({ type: 'image' as const, source, cacheHint: decodeCacheHint(block, path, foreign) });
};

const toolCallPart: BlockReader<ToolCallPart> = (block, path, foreign) => {
  const caller = block['caller'] ?? {};
  const known = ['type', 'id', 'name', 'input', 'cache_control'];
  const isDirect = readObject(caller, `${path}.caller`)['type'] === 'direct';
  foreign.addOthers(block, isDirect ? [...known, 'caller'] : known, `${path}.`);
  return compact({
    type: 'tool-call' as const,
    id: readString(block['id'], `${path}.id`),
    name: readString(block['name'], `${path}.name`),
    arguments: JSON.stringify(readObject(block['input'], `${path}.input`)),
    cacheHint: decodeCacheHint(block, path, foreign),
  });
};

const thinkingPart: BlockReader<ReasoningPart> = (block, path, foreign) => {
  foreign.addOthers(block, ['type', 'thinking', 'signature'], `${path}.`);
  const signature = optional(readString)(block['signature'], `${path}.signature`);
  return compact({
    type: 'reasoning' as const,
    text: readString(block['thinking'], `${path}.thinking`),
    // Encoders write an empty one for reasoning that no Anthropic model wrote.
    signature: signature === '' ? undefined : signature,
  });
};

const redactedThinkingPart: BlockReader<ReasoningPart> = (block, path, foreign) => {
  foreign.addOthers(block, ['type', 'data'], `${path}.`);
  return { type: 'reasoning', text: '', redactedData: readString(block['data'], `${path}.data`) };
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

const resultReaders: Readonly<Record<string, BlockReader<ToolResultContent>>> = { text: textPart, image: imagePart };

const toolMessage: BlockReader<ToolMessage> = (block, path, foreign) => {
  foreign.addOthers(block, ['type', 'tool_use_id', 'content', 'is_error', 'cache_control'], `${path}.`);
  return compact({
    role: 'tool' as const,
    toolCallId: readString(block['tool_use_id'], `${path}.tool_use_id`),
    parts: readBlocks(resultReaders, block['content'] ?? [], `${path}.content`, foreign),
    isError: optional(readBoolean)(block['is_error'], `${path}.is_error`),
    cacheHint: decodeCacheHint(block, path, foreign),
  });
};

const userReaders: Readonly<Record<string, BlockReader<UserPart | ToolMessage>>> = {
  text: textPart,
  image: imagePart,
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
