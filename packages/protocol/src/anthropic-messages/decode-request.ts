import type {
  ChatRequest,
  ForeignField,
  Message,
  OutputFormat,
  ReasoningOptions,
  Tool,
  ToolChoice,
} from '@claudette/core';

import {
  compact,
  optional,
  readArray,
  readBoolean,
  readInteger,
  readNumber,
  readObject,
  readOneOf,
  readString,
} from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { parseBody } from '../json/parse-body.js';

import { decodeAssistantContent, decodeSystemContent, decodeUserContent } from './decode-content.js';
import { createForeignFields, decodeCacheHint } from './foreign-fields.js';
import type { ForeignFields } from './foreign-fields.js';

const readStrings = (value: unknown, path: string): readonly string[] =>
  readArray(value, path).map((one, index) => readString(one, `${path}[${index}]`));

const readRole = readOneOf(['user', 'assistant', 'system', 'developer']);

const decodeMessage = (value: unknown, path: string, foreign: ForeignFields): readonly Message[] => {
  const message = readObject(value, path);
  const role = readRole(message['role'], `${path}.role`);
  foreign.addOthers(message, ['role', 'content'], `${path}.`);
  const content = message['content'];
  const contentPath = `${path}.content`;
  if (role === 'user') return decodeUserContent(content, contentPath, foreign);
  if (role === 'assistant') return [{ role, parts: decodeAssistantContent(content, contentPath, foreign) }];
  return [{ role, parts: decodeSystemContent(content, contentPath, foreign) }];
};

const decodeMessages = (body: JsonObject, foreign: ForeignFields): readonly Message[] => {
  const system = body['system'] ?? [];
  const leading = decodeSystemContent(system, 'system', foreign);
  const conversation = readArray(body['messages'], 'messages').flatMap((message, index) =>
    decodeMessage(message, `messages[${index}]`, foreign),
  );
  return leading.length === 0 ? conversation : [{ role: 'system', parts: leading }, ...conversation];
};

/** Undefined for what the provider itself runs: web search, code execution and the like. */
const decodeTool = (value: unknown, path: string, foreign: ForeignFields): Tool | undefined => {
  const tool = readObject(value, path);
  const type = optional(readString)(tool['type'], `${path}.type`) ?? 'custom';
  if (type !== 'custom') {
    foreign.add(path, value);
    return undefined;
  }
  foreign.addOthers(tool, ['type', 'name', 'description', 'input_schema', 'strict', 'cache_control'], `${path}.`);
  return compact({
    name: readString(tool['name'], `${path}.name`),
    description: optional(readString)(tool['description'], `${path}.description`),
    parameters: optional(readObject)(tool['input_schema'], `${path}.input_schema`),
    strict: optional(readBoolean)(tool['strict'], `${path}.strict`),
    cacheHint: decodeCacheHint(tool, path, foreign),
  });
};

const decodeTools = (body: JsonObject, foreign: ForeignFields): readonly Tool[] =>
  readArray(body['tools'] ?? [], 'tools').flatMap((tool, index) => decodeTool(tool, `tools[${index}]`, foreign) ?? []);

const readChoice = readOneOf(['auto', 'any', 'tool', 'none']);

const decodeToolChoice = (
  body: JsonObject,
  foreign: ForeignFields,
): { toolChoice: ToolChoice | undefined; parallelToolCalls: boolean | undefined } => {
  const choice = optional(readObject)(body['tool_choice'], 'tool_choice');
  if (choice === undefined) return { toolChoice: undefined, parallelToolCalls: undefined };
  foreign.addOthers(choice, ['type', 'name', 'disable_parallel_tool_use'], 'tool_choice.');
  const path = 'tool_choice.disable_parallel_tool_use';
  const isSerial = optional(readBoolean)(choice['disable_parallel_tool_use'], path);
  const type = readChoice(choice['type'], 'tool_choice.type');
  return {
    toolChoice:
      type === 'tool'
        ? { kind: 'tool', name: readString(choice['name'], 'tool_choice.name') }
        : { kind: type === 'any' ? 'required' : type },
    parallelToolCalls: isSerial === undefined ? undefined : !isSerial,
  };
};

const decodeThinking = (body: JsonObject, foreign: ForeignFields): ReasoningOptions => {
  const thinking = optional(readObject)(body['thinking'], 'thinking');
  if (thinking === undefined) return {};
  const others = (...known: string[]): void => foreign.addOthers(thinking, ['type', ...known], 'thinking.');
  switch (readString(thinking['type'], 'thinking.type')) {
    case 'enabled':
      others('budget_tokens');
      return { budgetTokens: readInteger(thinking['budget_tokens'], 'thinking.budget_tokens') };
    case 'adaptive':
      others();
      return { adaptive: true };
    case 'disabled':
      others();
      return { effort: 'none' };
    default:
      foreign.add('thinking', thinking);
      return {};
  }
};

const efforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

const decodeReasoning = (
  body: JsonObject,
  outputConfig: JsonObject,
  foreign: ForeignFields,
): ReasoningOptions | undefined => {
  const thinking = decodeThinking(body, foreign);
  const path = 'output_config.effort';
  const wanted = optional(readString)(outputConfig['effort'], path);
  const effort = efforts.find((one) => one === wanted);
  // Thinking that is switched off has no canonical effort beside it, and a new word for one is not a caller's fault.
  if (wanted !== undefined && (effort === undefined || thinking.effort === 'none')) foreign.add(path, wanted);
  const reasoning: ReasoningOptions = { ...(effort !== undefined && { effort }), ...thinking };
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
};

const decodeFormat = (value: unknown, path: string, foreign: ForeignFields): OutputFormat | undefined => {
  const format = optional(readObject)(value, path);
  if (format === undefined) return undefined;
  if (format['type'] !== 'json_schema') {
    foreign.add(path, format);
    return undefined;
  }
  foreign.addOthers(format, ['type', 'schema'], `${path}.`);
  return { kind: 'json-schema', schema: readObject(format['schema'], `${path}.schema`) };
};

const decodeOutputFormat = (
  body: JsonObject,
  outputConfig: JsonObject,
  foreign: ForeignFields,
): OutputFormat | undefined => {
  const format = decodeFormat(outputConfig['format'], 'output_config.format', foreign);
  if (format === undefined) return decodeFormat(body['output_format'], 'output_format', foreign);
  foreign.addOthers({ output_format: body['output_format'] ?? null }, [], '');
  return format;
};

/** A thread's earlier turns are with Anthropic, under the id of its last message. */
const isContinuedThread = ({ path, value }: ForeignField): boolean =>
  path === 'thread' && typeof value === 'object' && value !== null && 'previous_message_id' in value;

const knownFields = [
  'model',
  'messages',
  'system',
  'max_tokens',
  'metadata',
  'output_config',
  'output_format',
  'stop_sequences',
  'stream',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
];

/**
 * A Messages body as a canonical request. Checks what has to be understood, not what only the provider can judge.
 * @throws GatewayError `invalid_request` naming the field
 */
export const decodeRequest = (bytes: Uint8Array): ChatRequest => {
  const body = parseBody(bytes);
  const foreign = createForeignFields();
  const metadata = optional(readObject)(body['metadata'], 'metadata') ?? {};
  const outputConfig = optional(readObject)(body['output_config'], 'output_config') ?? {};
  foreign.addOthers(body, knownFields, '');
  foreign.addOthers(metadata, ['user_id'], 'metadata.');
  foreign.addOthers(outputConfig, ['effort', 'format'], 'output_config.');

  return compact({
    model: readString(body['model'], 'model'),
    messages: decodeMessages(body, foreign),
    stream: optional(readBoolean)(body['stream'], 'stream') ?? false,
    streamUsage: true,
    tools: decodeTools(body, foreign),
    ...decodeToolChoice(body, foreign),
    outputFormat: decodeOutputFormat(body, outputConfig, foreign),
    reasoning: decodeReasoning(body, outputConfig, foreign),
    maxOutputTokens: readInteger(body['max_tokens'], 'max_tokens'),
    temperature: optional(readNumber)(body['temperature'], 'temperature'),
    topP: optional(readNumber)(body['top_p'], 'top_p'),
    topK: optional(readInteger)(body['top_k'], 'top_k'),
    stopSequences: optional(readStrings)(body['stop_sequences'], 'stop_sequences'),
    userId: optional(readString)(metadata['user_id'], 'metadata.user_id'),
    foreign: foreign.found,
    heldByProvider: foreign.found.find(isContinuedThread),
  });
};
