import type { Message, ToolCallPart } from '@claudette/core';

import { asObject } from '../json/parse-reply.js';
import type { LossList } from '../loss-list.js';
import { encodeFunctionResponse } from './encode-function-response.js';
import { encodeParts } from './encode-parts.js';
import { traitsOf } from './model-traits.js';
import type { WireContent } from './wire-request.js';

/** One side's turn while it grows: results first, as Google wants them. */
interface Turn {
  readonly role: WireContent['role'];
  readonly results: unknown[];
  readonly parts: unknown[];
}

const isSystem = ({ role }: Message): boolean => role === 'system' || role === 'developer';

const isCall = (part: Message['parts'][number]): part is ToolCallPart => part.type === 'tool-call';

/** Google's word for calls that another model made: https://ai.google.dev/gemini-api/docs/thought-signatures */
const NOT_SIGNED = 'skip_thought_signature_validator';

/** Since Gemini 3 the first call of a turn must be signed. One signature does for all calls that were made together. */
const signCalls = (parts: readonly unknown[]): readonly unknown[] => {
  const fields = parts.map(asObject);
  if (fields.some((part) => part?.['thoughtSignature'] !== undefined)) return parts;
  const first = fields.findIndex((part) => part?.['functionCall'] !== undefined);
  return parts.map((part, index) => (index === first ? { ...fields[index], thoughtSignature: NOT_SIGNED } : part));
};

/** Marks each text as what a system message says. */
const markSystem = (part: unknown): unknown => {
  const text = asObject(part)?.['text'];
  return typeof text === 'string' ? { text: `<system>${text}</system>` } : part;
};

export interface WireConversation {
  /** Empty when there is no system instruction. */
  readonly system: readonly unknown[];
  /** User and model take turns. */
  readonly contents: readonly WireContent[];
}

/**
 * The conversation on the wire. System messages at its beginning become the system instruction.
 * @throws GatewayError `invalid_request` for tool arguments that are not a JSON object
 */
export const encodeContents = (messages: readonly Message[], model: string, losses: LossList): WireConversation => {
  const { isGeneration3 } = traitsOf(model);
  const firstTurn = messages.findIndex((message) => !isSystem(message));
  // Google refuses a request without contents: of system messages alone, the last one becomes the question.
  const leadingCount = firstTurn < 0 ? messages.length - 1 : firstTurn;
  const names = new Map<string, string>();
  const system: unknown[] = [];
  const turns: Turn[] = [];
  const turnOf = (role: WireContent['role']): Turn => {
    const last = turns.at(-1);
    if (last?.role === role) return last;
    const next: Turn = { role, results: [], parts: [] };
    turns.push(next);
    return next;
  };

  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (message.role === 'tool') {
      const name = names.get(message.toolCallId) ?? message.toolCallId;
      const { response, beside } = encodeFunctionResponse(message, name, path, isGeneration3, losses);
      const turn = turnOf('user');
      turn.results.push(response);
      turn.parts.push(...beside);
      continue;
    }
    if (message.name !== undefined) losses.add(`${path}.name`, 'Gemini messages carry no name');
    const parts = encodeParts(message.parts, `${path}.content`, losses);
    if (parts.length === 0) {
      losses.add(path, 'Gemini refuses a message without content');
      continue;
    }
    if (index < leadingCount) {
      system.push(...parts);
      continue;
    }
    for (const { id, name } of message.parts.filter(isCall)) names.set(id, name);
    if (isSystem(message)) {
      losses.add(`${path}.role`, 'a system message inside the conversation is sent as marked text of the user');
      turnOf('user').parts.push(...parts.map(markSystem));
    } else turnOf(message.role === 'assistant' ? 'model' : 'user').parts.push(...parts);
  }

  const contents = turns.map(({ role, results, parts }): WireContent => {
    if (role === 'user') return { role, parts: [...results, ...parts] };
    return { role, parts: isGeneration3 ? signCalls(parts) : parts };
  });
  return { system, contents };
};
