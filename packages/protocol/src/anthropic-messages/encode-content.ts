import { GatewayError } from '@claudette/core';
import type { ForeignPart, ImagePart, Message, ReasoningPart, TextPart } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import type { LossList } from '../loss-list.js';

import { encodeCacheHint } from './cache-control.js';
import { encodeProvenCitations } from './citations.js';
import { encodeDocument } from './encode-document.js';
import { toToolUseId } from './tool-use-id.js';
import type {
  WireImage,
  WireMessage,
  WireRedactedThinking,
  WireText,
  WireThinking,
  WireToolResult,
  WireToolUse,
} from './wire.js';

type Part = Message['parts'][number];

/** Notes what cannot be carried. */
export type Lose = LossList['add'];

const encodeText = ({ text, citations = [], state, cacheHint }: TextPart, path: string, lose: Lose): WireText[] => {
  // The provider refuses empty text, and it says nothing.
  if (text === '') return [];
  const proven = encodeProvenCitations(citations, state);
  if (proven.length < citations.length) {
    lose(`${path}.citations`, 'Anthropic accepts only citations that it has made');
  }
  return [{ type: 'text', text, ...(proven.length > 0 && { citations: proven }), ...encodeCacheHint(cacheHint) }];
};

const encodeImage = ({ source, detail, cacheHint }: ImagePart, path: string, lose: Lose): WireImage[] => {
  if (detail !== undefined) lose(`${path}.detail`, 'Anthropic images have no detail setting');
  return [
    {
      type: 'image',
      source:
        source.kind === 'url'
          ? { type: 'url', url: source.url }
          : { type: 'base64', media_type: source.mediaType, data: source.data },
      ...encodeCacheHint(cacheHint),
    },
  ];
};

const encodeReasoning = (
  { text, state }: ReasoningPart,
  path: string,
  lose: Lose,
): (WireThinking | WireRedactedThinking)[] => {
  if (state?.dialect !== 'anthropic-messages') {
    if (text !== '') lose(path, 'reasoning of another provider: Anthropic accepts only what it has signed');
    return [];
  }
  return state.kind === 'encrypted'
    ? [{ type: 'redacted_thinking', data: state.data }]
    : [{ type: 'thinking', thinking: text, signature: state.data }];
};

/** The arguments of a tool call as the object that the dialect wants; undefined when they are not one. */
export const parseArguments = (text: string): JsonObject | undefined => {
  if (text === '') return {};
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
};

const encodeToolCall = (part: Extract<Part, { type: 'tool-call' }>, path: string): WireToolUse[] => {
  const input = part.takesText === true ? { input: part.arguments } : parseArguments(part.arguments);
  if (input === undefined) throw new GatewayError('invalid_request', `${path}.arguments must be a JSON object as text`);
  const { name, cacheHint } = part;
  return [{ type: 'tool_use', id: toToolUseId(part.id), name, input, ...encodeCacheHint(cacheHint) }];
};

const encodeForeign = ({ dialect, path, value }: ForeignPart, lose: Lose): unknown[] => {
  if (dialect === 'anthropic-messages') return [value];
  lose(path, `only ${dialect} knows it`);
  return [];
};

const encodePart = (part: Part, path: string, lose: Lose): readonly unknown[] => {
  switch (part.type) {
    case 'text':
      return encodeText(part, path, lose);
    case 'image':
      return encodeImage(part, path, lose);
    case 'document':
      return encodeDocument(part, path, lose);
    case 'reasoning':
      return encodeReasoning(part, path, lose);
    case 'refusal':
      return encodeText({ type: 'text', text: part.text }, path, lose);
    case 'tool-call':
      return encodeToolCall(part, path);
    case 'foreign':
      return encodeForeign(part, lose);
  }
};

const encodeParts = (parts: readonly Part[], path: string, lose: Lose): readonly unknown[] =>
  parts.flatMap((part, index) => encodePart(part, `${path}[${index}]`, lose));

const encodeToolResult = (message: Extract<Message, { role: 'tool' }>, path: string, lose: Lose): WireToolResult => {
  const content = encodeParts(message.parts, `${path}.content`, lose);
  return {
    type: 'tool_result',
    tool_use_id: toToolUseId(message.toolCallId),
    ...(content.length > 0 && { content }),
    ...(message.isError !== undefined && { is_error: message.isError }),
    ...encodeCacheHint(message.cacheHint),
  };
};

const encodeBlocks = (message: Message, path: string, lose: Lose): readonly unknown[] => {
  if (message.role === 'tool') return [encodeToolResult(message, path, lose)];
  if (message.name !== undefined) lose(`${path}.name`, 'Anthropic messages carry no name');
  const blocks = encodeParts(message.parts, `${path}.content`, lose);
  if (blocks.length === 0) lose(path, 'Anthropic refuses a message without content');
  return blocks;
};

const isSystem = ({ role }: Message): boolean => role === 'system' || role === 'developer';

const isToolResult = (block: unknown): boolean => asObject(block)?.['type'] === 'tool_result';

/** Results answer the calls of the message before; the provider wants them ahead of anything else that the user says. */
const resultsFirst = (blocks: readonly unknown[]): readonly unknown[] => [
  ...blocks.filter((block) => isToolResult(block)),
  ...blocks.filter((block) => !isToolResult(block)),
];

export interface WireConversation {
  /** Blocks of the `system` field; empty when there is none. */
  readonly system: readonly unknown[];
  /** User and assistant take turns. */
  readonly messages: readonly WireMessage[];
}

/** @throws GatewayError `invalid_request` for tool arguments that are not a JSON object */
export const encodeConversation = (messages: readonly Message[], lose: Lose): WireConversation => {
  const firstTurn = messages.findIndex((message) => !isSystem(message));
  // The provider refuses a conversation without messages: of system messages alone, the last one becomes the question.
  const leadingCount = firstTurn < 0 ? messages.length - 1 : firstTurn;
  const system: unknown[] = [];
  const turns: { role: WireMessage['role']; content: readonly unknown[] }[] = [];

  messages.forEach((message, index) => {
    const path = `messages[${index}]`;
    const blocks = encodeBlocks(message, path, lose);
    if (index < leadingCount) {
      system.push(...blocks);
      return;
    }
    if (isSystem(message)) lose(path, 'a system message inside the conversation is sent as user text');
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.content = [...last.content, ...blocks];
    else if (blocks.length > 0) turns.push({ role, content: blocks });
  });

  return {
    system,
    messages: turns.map(({ role, content }) => ({ role, content: role === 'user' ? resultsFirst(content) : content })),
  };
};
