import type { AssistantPart, ImagePart, Message, ReasoningPart } from '@claudette/core';

import { compact } from '../json/fields.js';
import type { LossList } from '../loss-list.js';
import { encodeContent, encodeForeign, loseCacheHint } from './encode-parts.js';
import type { WireContent, WireMessage, WireToolCall } from './wire.js';

type Only<R extends Message['role']> = Extract<Message, { role: R }>;

const loseReasoning = (part: ReasoningPart, path: string, losses: LossList): void => {
  const what = part.redactedData === undefined ? 'reasoning of earlier turns' : 'encrypted reasoning';
  losses.add(`${path}.reasoning`, `Chat has no field for ${what}`);
};

const encodeAssistant = (message: Only<'assistant'>, path: string, losses: LossList): WireMessage => {
  const said: Extract<AssistantPart, { type: 'text' | 'foreign' }>[] = [];
  const calls: unknown[] = [];
  const refusals: string[] = [];

  for (const part of message.parts) {
    switch (part.type) {
      case 'text':
        said.push(part);
        break;
      case 'refusal':
        refusals.push(part.text);
        break;
      case 'reasoning':
        loseReasoning(part, path, losses);
        break;
      case 'tool-call': {
        const { id, name, arguments: text } = part;
        const call: WireToolCall = { id, type: 'function', function: { name, arguments: text } };
        calls.push(call);
        loseCacheHint(part, path, losses);
        break;
      }
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

const encodeToolResult = (
  message: Only<'tool'>,
  path: string,
  losses: LossList,
): { readonly result: WireMessage; readonly images: readonly ImagePart[] } => {
  const images = message.parts.filter((part) => part.type === 'image');
  const rest = message.parts.filter((part) => part.type !== 'image');
  if (message.isError === true) losses.add(`${path}.isError`, 'Chat cannot mark a tool result as an error');
  loseCacheHint(message, path, losses);
  const content = encodeContent(rest, path, losses);
  return { result: { role: 'tool', tool_call_id: message.toolCallId, content }, images };
};

/**
 * The conversation on the wire. Tool messages carry text only, so the images of a run of tool results follow it in a user
 * message.
 */
export const encodeMessages = (
  messages: readonly Message[],
  developerRole: boolean,
  losses: LossList,
): WireMessage[] => {
  const encoded: WireMessage[] = [];
  let waiting: ImagePart[] = [];
  const placeWaiting = (): void => {
    if (waiting.length > 0) encoded.push({ role: 'user', content: encodeContent(waiting, 'messages', losses) });
    waiting = [];
  };

  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (message.role === 'tool') {
      const { result, images } = encodeToolResult(message, path, losses);
      encoded.push(result);
      waiting.push(...images);
      continue;
    }
    placeWaiting();
    if (message.role === 'assistant') {
      encoded.push(encodeAssistant(message, path, losses));
      continue;
    }
    const role = message.role === 'developer' && !developerRole ? 'system' : message.role;
    const content: WireContent = encodeContent(message.parts, path, losses);
    encoded.push(message.name === undefined ? { role, content } : { role, content, name: message.name });
  }
  placeWaiting();
  return encoded;
};
