import type { DialectId } from '@claudette/core';

import { fieldOf, listOf, textOf } from './json-reading.js';
import type { WireError } from './wire.js';

const invalid = (message: string, param?: string): WireError => ({
  status: 400,
  message,
  ...(param !== undefined && { param }),
});

/** The results must follow the calls they belong to, each call answered: both vendors insist on it. */
function findLooseChatResult(messages: readonly unknown[]): WireError | undefined {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (fieldOf(message, 'role') === 'tool') {
      if (open.delete(textOf(fieldOf(message, 'tool_call_id')))) continue;
      const why = "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'.";
      return invalid(why, `messages.[${index}].role`);
    }
    if (open.size > 0) return invalid(`No tool message answers ${[...open].join(', ')}.`, `messages.[${index}].role`);
    open = new Set(listOf(fieldOf(message, 'tool_calls')).map((call) => textOf(fieldOf(call, 'id'))));
  }
  return open.size > 0 ? invalid(`No tool message answers ${[...open].join(', ')}.`, 'messages') : undefined;
}

const blocksOf = (message: unknown, type: string): readonly unknown[] =>
  listOf(fieldOf(message, 'content')).filter((block) => fieldOf(block, 'type') === type);

function findLooseToolResult(messages: readonly unknown[]): WireError | undefined {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (fieldOf(message, 'role') === 'system') continue;
    for (const result of blocksOf(message, 'tool_result')) {
      if (open.delete(textOf(fieldOf(result, 'tool_use_id')))) continue;
      return invalid(`messages.${index}: unexpected tool_use_id found in tool_result blocks`);
    }
    if (open.size > 0) return invalid(`messages.${index}: tool_use ids were found without tool_result blocks`);
    open = new Set(blocksOf(message, 'tool_use').map((block) => textOf(fieldOf(block, 'id'))));
  }
  return undefined;
}

function refuseChat(body: unknown): WireError | undefined {
  if (typeof body !== 'object' || body === null) return invalid('We could not parse the JSON body of your request.');
  if (textOf(fieldOf(body, 'model')) === '') return invalid('you must provide a model parameter');
  const messages = listOf(fieldOf(body, 'messages'));
  if (messages.length === 0) return invalid("Missing required parameter: 'messages'.", 'messages');
  return findLooseChatResult(messages);
}

function refuseMessages(body: unknown, version: string | undefined): WireError | undefined {
  if (version === undefined) return invalid('anthropic-version: header is required');
  if (typeof body !== 'object' || body === null) return invalid('The request body is not valid JSON.');
  if (textOf(fieldOf(body, 'model')) === '') return invalid('model: Field required');
  const maxTokens = fieldOf(body, 'max_tokens');
  if (maxTokens === undefined) return invalid('max_tokens: Field required');
  if (typeof maxTokens !== 'number' || maxTokens < 1) return invalid('max_tokens: must be greater than or equal to 1');
  const messages = listOf(fieldOf(body, 'messages'));
  if (messages.length === 0) return invalid('messages: at least one message is required');
  // The calls of a continued thread are not in the request.
  const continued = fieldOf(body, 'thread', 'previous_message_id') !== undefined;
  return continued ? undefined : findLooseToolResult(messages);
}

/**
 * What the real provider would refuse, and the gateway could get wrong. A model whose name contains `missing` does not
 * exist.
 */
export function refuseRequest(dialect: DialectId, body: unknown, version: string | undefined): WireError | undefined {
  const refusal = dialect === 'openai-chat' ? refuseChat(body) : refuseMessages(body, version);
  if (refusal !== undefined) return refusal;
  const model = textOf(fieldOf(body, 'model'));
  if (!model.includes('missing')) return undefined;
  const message = dialect === 'openai-chat' ? `The model \`${model}\` does not exist.` : `model: ${model}`;
  return { status: 404, message };
}
