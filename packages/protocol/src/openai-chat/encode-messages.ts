import type { AssistantPart, Message, ReasoningPart, TextPart, ToolCallPart } from '@claudette/core';

import type { DialectOptions } from '../codec.js';
import { compact } from '../json/fields.js';
import type { LossList } from '../loss-list.js';
import { toTextArguments } from '../text-calls.js';
import { encodeContent, encodeForeign, encodeParts, loseCacheHint } from './encode-parts.js';
import { hasTextTools } from './encode-tools.js';
import type { WireContent, WireMessage, WirePart, WireToolCall } from './wire.js';

type Only<R extends Message['role']> = Extract<Message, { role: R }>;

/** What only its provider could read is of no use here, so that nothing is lost without it. */
const loseReasoning = ({ text }: ReasoningPart, path: string, losses: LossList): void => {
  if (text !== '') losses.add(`${path}.reasoning`, 'Chat has no field for reasoning of earlier turns');
};

const loseCitations = ({ citations = [] }: TextPart, path: string, losses: LossList): void => {
  if (citations.length > 0) losses.add(`${path}.citations`, 'Chat has no field for citations of earlier turns');
};

const encodeToolCall = ({ id, name, arguments: text, takesText }: ToolCallPart, textTools: boolean): WireToolCall => {
  if (takesText !== true) return { id, type: 'function', function: { name, arguments: text } };
  return textTools
    ? { id, type: 'custom', custom: { name, input: text } }
    : { id, type: 'function', function: { name, arguments: toTextArguments(text) } };
};

const encodeAssistant = (
  message: Only<'assistant'>,
  path: string,
  textTools: boolean,
  losses: LossList,
): WireMessage => {
  const said: Extract<AssistantPart, { type: 'text' | 'foreign' }>[] = [];
  const calls: unknown[] = [];
  const refusals: string[] = [];

  for (const part of message.parts) {
    switch (part.type) {
      case 'text':
        loseCitations(part, path, losses);
        said.push(part);
        break;
      case 'refusal':
        refusals.push(part.text);
        break;
      case 'reasoning':
        loseReasoning(part, path, losses);
        break;
      case 'tool-call':
        loseCacheHint(part, path, losses);
        calls.push(encodeToolCall(part, textTools));
        break;
      case 'foreign':
        if (part.path.includes('.tool_calls[')) calls.push(...encodeForeign(part, losses));
        else said.push(part);
    }
  }
  const content = encodeContent(said, path, losses);
  const isSilent = content === '' && (calls.length > 0 || refusals.length > 0);
  return compact({
    role: 'assistant' as const,
    content: isSilent ? null : content,
    name: message.name,
    refusal: refusals.length === 0 ? undefined : refusals.join(''),
    tool_calls: calls.length === 0 ? undefined : calls,
  });
};

const isMedia = ({ type }: { readonly type: string }): boolean => type === 'image' || type === 'document';

/** Images and documents of a tool's result, with a line that says where they come from. */
const encodeMedia = ({ parts, toolCallId }: Only<'tool'>, path: string, losses: LossList): readonly unknown[] => {
  const media = encodeParts(parts.filter(isMedia), path, losses, parts);
  const heading: WirePart = { type: 'text', text: `From the result of the tool call ${toolCallId}:` };
  return media.length === 0 ? [] : [heading, ...media];
};

const encodeToolResult = (message: Only<'tool'>, path: string, losses: LossList): WireMessage => {
  if (message.isError === true) losses.add(`${path}.isError`, 'Chat cannot mark a tool result as an error');
  loseCacheHint(message, path, losses);
  const rest = message.parts.filter((part) => !isMedia(part));
  return { role: 'tool', tool_call_id: message.toolCallId, content: encodeContent(rest, path, losses) };
};

/**
 * The conversation on the wire. Tool messages carry text only, so the images and documents of a run of tool results
 * follow it in a user message.
 */
export const encodeMessages = (
  messages: readonly Message[],
  options: DialectOptions,
  losses: LossList,
): WireMessage[] => {
  const developerRole = options.developerRole ?? true;
  const textTools = hasTextTools(options);
  const encoded: WireMessage[] = [];
  let waiting: unknown[] = [];
  const placeWaiting = (): void => {
    if (waiting.length > 0) encoded.push({ role: 'user', content: waiting });
    waiting = [];
  };

  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (message.role === 'tool') {
      encoded.push(encodeToolResult(message, path, losses));
      waiting.push(...encodeMedia(message, path, losses));
      continue;
    }
    placeWaiting();
    if (message.role === 'assistant') {
      encoded.push(encodeAssistant(message, path, textTools, losses));
      continue;
    }
    const role = message.role === 'developer' && !developerRole ? 'system' : message.role;
    const content: WireContent = encodeContent(message.parts, path, losses);
    encoded.push(message.name === undefined ? { role, content } : { role, content, name: message.name });
  }
  placeWaiting();
  return encoded;
};
