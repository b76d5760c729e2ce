import type { ChatRequest, ForeignField, Message } from '@claudette/core';

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
import type { FieldReader, JsonObject } from '../json/fields.js';
import { parseBody } from '../json/parse-body.js';
import { holdsSealedState } from '../opaque-state.js';

import { decodeAssistantContent, decodeSystemContent, decodeUserContent } from './decode-content.js';
import { decodeOutputFormat, decodeReasoning } from './decode-controls.js';
import { decodeTools, decodeToolChoice } from './decode-tools.js';
import { createForeignFields } from './foreign-fields.js';
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
  'service_tier',
  'stop_sequences',
  'stream',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
];

/** The limit is what a request for an answer must have and one for a count has not. */
const decodeBody = (bytes: Uint8Array, readLimit: FieldReader<number | undefined>): ChatRequest => {
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
    maxOutputTokens: readLimit(body['max_tokens'], 'max_tokens'),
    temperature: optional(readNumber)(body['temperature'], 'temperature'),
    topP: optional(readNumber)(body['top_p'], 'top_p'),
    topK: optional(readInteger)(body['top_k'], 'top_k'),
    stopSequences: optional(readStrings)(body['stop_sequences'], 'stop_sequences'),
    userId: optional(readString)(metadata['user_id'], 'metadata.user_id'),
    serviceTier: optional(readString)(body['service_tier'], 'service_tier'),
    foreign: foreign.found,
    carriesSealedState: holdsSealedState(bytes) ? true : undefined,
    heldByProvider: foreign.found.find(isContinuedThread),
  });
};

/**
 * A Messages body as a canonical request. Checks what has to be understood, not what only the provider can judge.
 * @throws GatewayError `invalid_request` naming the field
 */
export const decodeRequest = (bytes: Uint8Array): ChatRequest => decodeBody(bytes, readInteger);

/**
 * The same for the body of a token count, which has no `max_tokens`.
 * @throws GatewayError `invalid_request` naming the field
 */
export const decodeCountRequest = (bytes: Uint8Array): ChatRequest => decodeBody(bytes, optional(readInteger));
