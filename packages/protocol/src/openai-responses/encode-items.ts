import type { Message } from '@claudette/core';

import type { LossList } from '../loss-list.js';
import { encodeAssistant } from './encode-assistant.js';
import type { ItemTarget } from './encode-assistant.js';
import { encodeContent, loseCacheHint } from './encode-parts.js';
import type { WireInputItem } from './wire-request.js';

export interface EncodedInput {
  readonly instructions?: string;
  readonly input: readonly unknown[];
}

/**
 * What a leading system message says, where `instructions` can say it. Something has to be left for the input, which the
 * provider wants not to be empty.
 */
const readInstructions = ([first, ...rest]: readonly Message[]): string | undefined => {
  if (first?.role !== 'system' || first.parts.length === 0 || rest.length === 0) return undefined;
  const texts = first.parts.flatMap((part) => (part.type === 'text' ? part.text : []));
  return texts.length === first.parts.length ? texts.join('\n\n') : undefined;
};

/** The calls of tools that take text: their results are written as such too. */
const textCallIds = (messages: readonly Message[]): ReadonlySet<string> => {
  const ids = new Set<string>();
  for (const { parts } of messages) {
    for (const part of parts) if (part.type === 'tool-call' && part.takesText === true) ids.add(part.id);
  }
  return ids;
};

type ToolMessage = Extract<Message, { role: 'tool' }>;

const encodeOutput = (message: ToolMessage, isText: boolean, path: string, losses: LossList): WireInputItem => {
  if (message.isError === true) losses.add(`${path}.isError`, 'Responses cannot mark a tool result as an error');
  loseCacheHint(message, path, losses);
  return {
    type: isText ? 'custom_tool_call_output' : 'function_call_output',
    call_id: message.toolCallId,
    output: encodeContent(message.parts, path, losses),
  };
};

/** The conversation as items, and the first system message apart from them. */
export const encodeInput = (messages: readonly Message[], target: ItemTarget): EncodedInput => {
  const { losses } = target;
  const textCalls = target.textTools ? textCallIds(messages) : new Set<string>();
  const instructions = readInstructions(messages);

  const encodeMessage = (message: Message, index: number): readonly unknown[] => {
    const path = `messages[${index}]`;
    if (message.role === 'tool') return [encodeOutput(message, textCalls.has(message.toolCallId), path, losses)];
    if (message.name !== undefined) losses.add(`${path}.name`, 'Responses messages carry no name');
    if (message.role === 'assistant') return encodeAssistant(message, index, target);
    const content = encodeContent(message.parts, path, losses);
    return [{ type: 'message', role: message.role, content } satisfies WireInputItem];
  };

  const items = messages.map(encodeMessage);
  return instructions === undefined ? { input: items.flat() } : { instructions, input: items.slice(1).flat() };
};
