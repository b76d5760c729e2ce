import type { ForeignPart, Message, ReasoningPart, RefusalPart, TextPart, Tool, ToolCallPart } from '@claudette/core';

import type { LossList } from '../loss-list.js';
import { toTextArguments } from '../text-calls.js';
import { encodeForeignPart, encodeSaid, loseCacheHint } from './encode-parts.js';
import { toWireName } from './tool-names.js';
import type { WireInputItem } from './wire-request.js';

/** What items are written for. */
export interface ItemTarget {
  readonly tools: readonly Tool[];
  /** The vendor has tools that take text; otherwise they are functions. */
  readonly textTools: boolean;
  readonly losses: LossList;
}

type SaidPart = TextPart | RefusalPart | ForeignPart;

/** A foreign part that was an item of its own, and not a part of a message. */
const isItem = ({ path }: ForeignPart): boolean => /^input\[\d+\]$/.test(path);

const isPlainText = (part: SaidPart | undefined): part is TextPart =>
  part?.type === 'text' && (part.citations ?? []).length === 0;

const encodeMessage = (parts: readonly SaidPart[], id: string, path: string, losses: LossList): WireInputItem[] => {
  for (const part of parts) if (part.type === 'text') loseCacheHint(part, path, losses);
  const [first] = parts;
  if (parts.length === 1 && isPlainText(first)) return [{ type: 'message', role: 'assistant', content: first.text }];
  const content = parts.flatMap((part): readonly unknown[] =>
    part.type === 'foreign' ? encodeForeignPart(part, losses) : [encodeSaid(part, path, losses)],
  );
  return content.length === 0 ? [] : [{ type: 'message', role: 'assistant', id, status: 'completed', content }];
};

/** The provider takes back only what it has sealed itself. */
const encodeReasoning = ({ text, state }: ReasoningPart, path: string, losses: LossList): WireInputItem[] => {
  if (state?.dialect !== 'openai-responses') {
    if (text !== '') losses.add(`${path}.reasoning`, 'Responses accepts only reasoning that it has sealed');
    return [];
  }
  return [
    {
      type: 'reasoning',
      ...(state.id !== undefined && { id: state.id }),
      summary: text === '' ? [] : [{ type: 'summary_text', text }],
      encrypted_content: state.data,
    },
  ];
};

const encodeCall = (part: ToolCallPart, { tools, textTools }: ItemTarget): WireInputItem => {
  const call = { call_id: part.id, ...toWireName(part.name, tools) };
  if (part.takesText !== true) return { type: 'function_call', ...call, arguments: part.arguments };
  return textTools
    ? { type: 'custom_tool_call', ...call, input: part.arguments }
    : { type: 'function_call', ...call, arguments: toTextArguments(part.arguments) };
};

type AssistantMessage = Extract<Message, { role: 'assistant' }>;

/** The turn of the assistant at `index` as items: words that stand together are one message. */
export const encodeAssistant = (message: AssistantMessage, index: number, target: ItemTarget): readonly unknown[] => {
  const { losses } = target;
  const path = `messages[${index}]`;
  const items: unknown[] = [];
  let said: SaidPart[] = [];
  const endMessage = (): void => {
    if (said.length > 0) items.push(...encodeMessage(said, `msg_${index}_${items.length}`, path, losses));
    said = [];
  };

  for (const part of message.parts) {
    if (part.type === 'text' || part.type === 'refusal' || (part.type === 'foreign' && !isItem(part))) {
      said.push(part);
      continue;
    }
    endMessage();
    switch (part.type) {
      case 'reasoning':
        items.push(...encodeReasoning(part, path, losses));
        break;
      case 'tool-call':
        loseCacheHint(part, path, losses);
        items.push(encodeCall(part, target));
        break;
      case 'foreign':
        items.push(...encodeForeignPart(part, losses));
    }
  }
  endMessage();
  return items;
};
