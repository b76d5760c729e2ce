import { fieldOf, listOf, textOf } from './json-reading.js';
import { firstRefusal, invalid, isObject } from './refuse.js';
import { missing, refuseFunction, refuseLong, refuseName, refuseStrictSchema } from './refuse-openai.js';
import type { WireError } from './wire.js';

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];
const PART_TYPES = ['text', 'image_url', 'input_audio', 'file', 'refusal'];
const MAX_CALL_ID_LENGTH = 40;

/** The results must follow the calls they belong to, each call answered. */
function findLooseResult(messages: readonly unknown[]): WireError | undefined {
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

const refusePart = (part: unknown, role: unknown, param: string): WireError | undefined => {
  const type = textOf(fieldOf(part, 'type'));
  if (!PART_TYPES.includes(type)) return invalid(`Invalid value: '${type}'.`, `${param}.type`, 'invalid_value');
  const isText = type === 'text' || type === 'refusal';
  return role === 'user' || isText ? undefined : invalid(`Role '${String(role)}' takes no '${type}'.`, `${param}.type`);
};

const refuseMessage = (message: unknown, index: number): WireError | undefined => {
  const param = `messages[${index}]`;
  const role = fieldOf(message, 'role');
  if (!ROLES.includes(textOf(role))) {
    return invalid(`Invalid value: '${String(role)}'. Supported values are: ${ROLES.join(', ')}.`, `${param}.role`);
  }
  const content = fieldOf(message, 'content') ?? undefined;
  const calls = listOf(fieldOf(message, 'tool_calls'));
  const mayBeSilent = role === 'assistant' && (calls.length > 0 || fieldOf(message, 'refusal') !== undefined);
  if (content === undefined && !mayBeSilent) {
    return invalid(`Invalid value for 'content': expected a string, got null.`, `${param}.content`);
  }
  return (
    firstRefusal(listOf(content), (part, at) => refusePart(part, role, `${param}.content[${at}]`)) ??
    firstRefusal(calls, (call, at) =>
      refuseLong(fieldOf(call, 'id'), MAX_CALL_ID_LENGTH, `${param}.tool_calls[${at}].id`),
    )
  );
};

const refuseTool = (tool: unknown, index: number): WireError | undefined => {
  const param = `tools[${index}]`;
  switch (fieldOf(tool, 'type')) {
    case 'function':
      return refuseFunction(fieldOf(tool, 'function'), `${param}.function`);
    case 'custom':
      return refuseName(fieldOf(tool, 'custom', 'name'), `${param}.custom.name`);
    default:
      return invalid(`Invalid value: '${textOf(fieldOf(tool, 'type'))}'.`, `${param}.type`, 'invalid_value');
  }
};

const refuseFormat = (format: unknown): WireError | undefined => {
  if (fieldOf(format, 'type') !== 'json_schema') return undefined;
  const param = 'response_format.json_schema';
  return (
    refuseName(fieldOf(format, 'json_schema', 'name'), `${param}.name`) ??
    (fieldOf(format, 'json_schema', 'strict') === true
      ? refuseStrictSchema(fieldOf(format, 'json_schema', 'schema'), `${param}.schema`)
      : undefined)
  );
};

/** What OpenAI's Chat Completions would refuse. */
export function refuseChat(body: unknown): WireError | undefined {
  if (!isObject(body)) return invalid('We could not parse the JSON body of your request.');
  if (textOf(body['model']) === '') return invalid('you must provide a model parameter');
  const messages = listOf(body['messages']);
  if (messages.length === 0) return missing('messages');
  return (
    firstRefusal(messages, refuseMessage) ??
    findLooseResult(messages) ??
    firstRefusal(listOf(body['tools']), refuseTool) ??
    refuseFormat(body['response_format'])
  );
}
