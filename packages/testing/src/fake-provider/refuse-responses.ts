import { fieldOf, listOf, numberOf, textOf } from './json-reading.js';
import type { ProviderMemory } from './provider-memory.js';
import { itemsOf, LEAST_MAX_OUTPUT_TOKENS } from './read-responses-prompt.js';
import { firstRefusal, invalid, isObject } from './refuse.js';
import { missing, refuseFunction, refuseLong, refuseName, refuseStrictSchema } from './refuse-openai.js';
import type { WireError } from './wire.js';

const MAX_CALL_ID_LENGTH = 64;
const ROLES = ['user', 'assistant', 'system', 'developer'];
const INPUT_PARTS = ['input_text', 'input_image', 'input_file', 'input_audio'];
const OUTPUT_PARTS = ['output_text', 'refusal'];

/** What an item's own id begins with, for the items that clients write. */
const idPrefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
};
/** Items of OpenAI's own tools: known, and not looked into. */
const hostedItem =
  /^(?:(?:web_search|file_search|computer|image_generation|code_interpreter|local_shell|shell|apply_patch|mcp|tool_search)_(?:call|output|call_output|list_tools|approval_request|approval_response)|compaction|additional_tools)$/;

const refusePart = (part: unknown, role: unknown, param: string): WireError | undefined => {
  const type = textOf(fieldOf(part, 'type'));
  const allowed = role === 'assistant' ? OUTPUT_PARTS : INPUT_PARTS;
  if (allowed.includes(type)) return undefined;
  const message = `Invalid value: '${type}'. Supported values are: ${allowed.join(', ')}.`;
  return invalid(message, `${param}.type`, 'invalid_value');
};

const refuseMessage = (item: unknown, param: string): WireError | undefined => {
  const role = textOf(fieldOf(item, 'role'));
  if (!ROLES.includes(role)) return invalid(`Invalid value: '${role}'.`, `${param}.role`, 'invalid_value');
  const content = fieldOf(item, 'content') ?? undefined;
  if (content === undefined) return missing(`${param}.content`);
  return firstRefusal(listOf(content), (part, at) => refusePart(part, role, `${param}.content[${at}]`));
};

const refuseReasoning = (item: unknown, param: string, memory: ProviderMemory): WireError | undefined => {
  if (!Array.isArray(fieldOf(item, 'summary'))) return missing(`${param}.summary`);
  const id = fieldOf(item, 'id');
  const encrypted = fieldOf(item, 'encrypted_content') ?? undefined;
  if (encrypted === undefined) {
    if (id === undefined || memory.knowsItem(textOf(id))) return undefined;
    return { ...invalid(`Item with id '${textOf(id)}' not found.`, 'input'), status: 404 };
  }
  if (memory.handedOut('encrypted', textOf(encrypted), textOf(id))) return undefined;
  const message = `The encrypted content for item ${textOf(id)} could not be verified.`;
  return invalid(message, undefined, 'invalid_encrypted_content');
};

const refuseCall = (item: unknown, field: string, param: string): WireError | undefined =>
  refuseName(fieldOf(item, 'name'), `${param}.name`) ??
  (typeof fieldOf(item, field) === 'string' ? undefined : missing(`${param}.${field}`));

const refuseOutput = (item: unknown, param: string): WireError | undefined => {
  const output = fieldOf(item, 'output') ?? undefined;
  if (output === undefined) return missing(`${param}.output`);
  return firstRefusal(listOf(output), (part, at) => refusePart(part, 'user', `${param}.output[${at}]`));
};

function refuseKind(item: unknown, type: string, param: string, memory: ProviderMemory): WireError | undefined {
  switch (type) {
    case 'message':
      return refuseMessage(item, param);
    case 'reasoning':
      return refuseReasoning(item, param, memory);
    case 'function_call':
      return refuseCall(item, 'arguments', param);
    case 'custom_tool_call':
      return refuseCall(item, 'input', param);
    case 'function_call_output':
    case 'custom_tool_call_output':
      return refuseOutput(item, param);
    case 'item_reference': {
      const id = textOf(fieldOf(item, 'id'));
      return memory.knowsItem(id) ? undefined : { ...invalid(`Item with id '${id}' not found.`, 'input'), status: 404 };
    }
    default:
      return hostedItem.test(type) ? undefined : invalid(`Invalid value: '${type}'.`, `${param}.type`, 'invalid_value');
  }
}

const refuseId = (item: unknown, type: string, param: string): WireError | undefined => {
  const id = fieldOf(item, 'id') ?? undefined;
  const prefix = idPrefixes[type];
  if (id === undefined || prefix === undefined || textOf(id).startsWith(prefix)) return undefined;
  const message = `Invalid '${param}.id': '${textOf(id)}'. Expected an ID that begins with '${prefix}'.`;
  return invalid(message, `${param}.id`, 'invalid_value');
};

const refuseItem =
  (memory: ProviderMemory) =>
  (item: unknown, index: number): WireError | undefined => {
    const param = `input[${index}]`;
    const type = textOf(fieldOf(item, 'type') ?? 'message');
    return (
      refuseKind(item, type, param, memory) ??
      refuseId(item, type, param) ??
      refuseLong(fieldOf(item, 'call_id'), MAX_CALL_ID_LENGTH, `${param}.call_id`)
    );
  };

/** Every result has its call in front of it, and every call its result behind it. */
function findLooseOutput(items: readonly unknown[]): WireError | undefined {
  const open = new Set<string>();
  for (const item of items) {
    const type = textOf(fieldOf(item, 'type'));
    const id = textOf(fieldOf(item, 'call_id'));
    if (type === 'function_call' || type === 'custom_tool_call') open.add(id);
    if (type !== 'function_call_output' && type !== 'custom_tool_call_output') continue;
    if (!open.delete(id)) return invalid(`No tool call found for function call output with call_id ${id}.`, 'input');
  }
  const [unanswered] = open;
  return unanswered === undefined
    ? undefined
    : invalid(`No tool output found for function call ${unanswered}.`, 'input');
}

const refuseTool = (tool: unknown, index: number): WireError | undefined => {
  const param = `tools[${index}]`;
  switch (fieldOf(tool, 'type')) {
    case 'function':
      return refuseFunction(tool, param);
    case 'custom':
      return refuseName(fieldOf(tool, 'name'), `${param}.name`);
    case 'namespace':
      return (
        refuseName(fieldOf(tool, 'name'), `${param}.name`) ?? firstRefusal(listOf(fieldOf(tool, 'tools')), refuseTool)
      );
    default:
      return fieldOf(tool, 'type') === undefined ? missing(`${param}.type`) : undefined;
  }
};

const refuseFormat = (format: unknown): WireError | undefined => {
  if (fieldOf(format, 'type') !== 'json_schema') return undefined;
  return (
    refuseName(fieldOf(format, 'name'), 'text.format.name') ??
    (fieldOf(format, 'strict') === true
      ? refuseStrictSchema(fieldOf(format, 'schema'), 'text.format.schema')
      : undefined)
  );
};

function refuseLimit(limit: unknown): WireError | undefined {
  const value = numberOf(limit);
  if (value === undefined || value >= LEAST_MAX_OUTPUT_TOKENS) return undefined;
  const param = 'max_output_tokens';
  const message = `Invalid '${param}': integer below minimum value. Expected a value >= ${LEAST_MAX_OUTPUT_TOKENS}.`;
  return invalid(message, param, 'integer_below_min_value');
}

/** What OpenAI's Responses would refuse. */
export function refuseResponses(body: unknown, memory: ProviderMemory): WireError | undefined {
  if (!isObject(body)) return invalid('We could not parse the JSON body of your request.');
  if (textOf(body['model']) === '') return missing('model');
  const input = itemsOf(body['input']);
  if (input.length === 0) return missing('input');
  const previous = body['previous_response_id'] ?? undefined;
  const recalled = previous === undefined ? [] : memory.recallResponse(textOf(previous));
  if (recalled === undefined) {
    const param = 'previous_response_id';
    return invalid(`Previous response with id '${String(previous)}' not found.`, param, 'previous_response_not_found');
  }
  return (
    firstRefusal(input, refuseItem(memory)) ??
    findLooseOutput([...recalled, ...input]) ??
    firstRefusal(listOf(body['tools']), refuseTool) ??
    refuseFormat(fieldOf(body, 'text', 'format')) ??
    refuseLimit(body['max_output_tokens'])
  );
}
