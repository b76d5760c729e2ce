import type { FakeCall } from './fake-call.js';
import { fieldOf, listOf, numberOf, textOf } from './json-reading.js';
import type { ProviderMemory } from './provider-memory.js';
import { firstRefusal, invalid, isObject } from './refuse.js';
import type { WireError } from './wire.js';

const ROLES = ['user', 'assistant', 'system'];
const LEAST_THINKING_BUDGET = 1024;
const namePattern = /^[a-zA-Z0-9_-]{1,128}$/;
const idPattern = /^[a-zA-Z0-9_-]+$/;

const blocksOf = (message: unknown, type: string): readonly unknown[] =>
  listOf(fieldOf(message, 'content')).filter((block) => fieldOf(block, 'type') === type);

/** The results must follow the calls they belong to, each call answered. */
function findLooseResult(messages: readonly unknown[]): WireError | undefined {
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

const refuseThinking = (block: unknown, place: string, memory: ProviderMemory): WireError | undefined => {
  const signature = fieldOf(block, 'signature');
  if (signature === undefined) return invalid(`${place}.thinking.signature: Field required`);
  const isMine = memory.handedOut('thinking', textOf(signature), textOf(fieldOf(block, 'thinking')));
  return isMine ? undefined : invalid(`${place}: Invalid \`signature\` in \`thinking\` block`);
};

const refuseToolUse = (block: unknown, place: string): WireError | undefined => {
  if (!idPattern.test(textOf(fieldOf(block, 'id')))) {
    return invalid(`${place}.tool_use.id: String should match pattern '${idPattern.source}'`);
  }
  return isObject(fieldOf(block, 'input'))
    ? undefined
    : invalid(`${place}.tool_use.input: Input should be a valid dictionary`);
};

function refuseBlock(block: unknown, place: string, memory: ProviderMemory): WireError | undefined {
  switch (fieldOf(block, 'type')) {
    case undefined:
      return invalid(`${place}.type: Field required`);
    case 'text':
      return textOf(fieldOf(block, 'text')) === ''
        ? invalid(`${place}: text content blocks must be non-empty`)
        : undefined;
    case 'thinking':
      return refuseThinking(block, place, memory);
    case 'redacted_thinking':
      return memory.handedOut('redacted', textOf(fieldOf(block, 'data')), '')
        ? undefined
        : invalid(`${place}: Invalid \`data\` in \`redacted_thinking\` block`);
    case 'tool_use':
      return refuseToolUse(block, place);
    default:
      return undefined;
  }
}

const refuseMessage =
  (memory: ProviderMemory) =>
  (message: unknown, index: number): WireError | undefined => {
    const place = `messages.${index}`;
    if (!ROLES.includes(textOf(fieldOf(message, 'role')))) {
      return invalid(`${place}.role: Input should be 'user' or 'assistant'`);
    }
    const content = fieldOf(message, 'content');
    if (typeof content !== 'string' && !Array.isArray(content)) return invalid(`${place}.content: Field required`);
    return firstRefusal(listOf(content), (block, at) => refuseBlock(block, `${place}.content.${at}`, memory));
  };

const refuseTool = (tool: unknown, index: number): WireError | undefined => {
  const place = `tools.${index}`;
  const name = textOf(fieldOf(tool, 'name'));
  const type = fieldOf(tool, 'type') ?? 'custom';
  if (type !== 'custom') return undefined;
  if (!namePattern.test(name)) return invalid(`${place}.custom.name: String should match '${namePattern.source}'`);
  return isObject(fieldOf(tool, 'input_schema')) ? undefined : invalid(`${place}.custom.input_schema: Field required`);
};

function refuseBudget(body: unknown, maxTokens: number | undefined): WireError | undefined {
  if (fieldOf(body, 'thinking', 'type') !== 'enabled') return undefined;
  const budget = numberOf(fieldOf(body, 'thinking', 'budget_tokens')) ?? 0;
  if (budget < LEAST_THINKING_BUDGET) {
    return invalid('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024');
  }
  return maxTokens !== undefined && maxTokens <= budget
    ? invalid('`max_tokens` must be greater than `thinking.budget_tokens`')
    : undefined;
}

function refuseMaxTokens(maxTokens: unknown): WireError | undefined {
  if (maxTokens === undefined) return invalid('max_tokens: Field required');
  if (typeof maxTokens === 'number' && maxTokens >= 1) return undefined;
  return invalid('max_tokens: must be greater than or equal to 1');
}

/** What Anthropic's Messages API would refuse; of a count of tokens it does not want to know `max_tokens`. */
export function refuseMessages(
  { json: body, headers, operation }: Pick<FakeCall, 'json' | 'headers' | 'operation'>,
  memory: ProviderMemory,
): WireError | undefined {
  if (headers['anthropic-version'] === undefined) return invalid('anthropic-version: header is required');
  if (!isObject(body)) return invalid('The request body is not valid JSON.');
  if (textOf(body['model']) === '') return invalid('model: Field required');
  const limit = operation === 'count' ? undefined : refuseMaxTokens(body['max_tokens']);
  if (limit !== undefined) return limit;
  const messages = listOf(body['messages']);
  if (messages.length === 0) return invalid('messages: at least one message is required');
  // The calls of a continued thread are not in the request.
  const continued = fieldOf(body, 'thread', 'previous_message_id') !== undefined;
  return (
    firstRefusal(messages, refuseMessage(memory)) ??
    (continued ? undefined : findLooseResult(messages)) ??
    firstRefusal(listOf(body['tools']), refuseTool) ??
    refuseBudget(body, numberOf(body['max_tokens']))
  );
}
