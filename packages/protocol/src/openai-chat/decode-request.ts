import type { ChatRequest, ReasoningOptions } from '@claudette/core';

import {
  compact,
  optional,
  readArray,
  readBoolean,
  readInteger,
  readNumber,
  readObject,
  readString,
} from '../json/fields.js';
import { parseBody } from '../json/parse-body.js';
import { decodeMessages } from './decode-messages.js';
import { decodeOutputFormat, decodeToolChoice, decodeTools } from './decode-tools.js';
import { collectForeignFields } from './foreign-fields.js';
import type { ForeignFields } from './foreign-fields.js';

type Effort = NonNullable<ReasoningOptions['effort']>;

const efforts: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

const known = [
  'model',
  'messages',
  'stream',
  'stream_options',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'reasoning_effort',
  'max_completion_tokens',
  'max_tokens',
  'temperature',
  'top_p',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'n',
  'user',
  'safety_identifier',
];

/** Vendors have further words for the effort, which are foreign. */
const decodeReasoning = (value: unknown, foreign: ForeignFields): ReasoningOptions | undefined => {
  const word = optional(readString)(value, 'reasoning_effort');
  if (word === undefined) return undefined;
  const effort = efforts.find((one) => one === word);
  if (effort !== undefined) return { effort };
  foreign.add('reasoning_effort', word);
  return undefined;
};

const decodeStop = (value: unknown): readonly string[] | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return [value];
  return readArray(value, 'stop', 'a string or an array of strings').map((one, index) =>
    readString(one, `stop[${index}]`),
  );
};

/** Seeds may have 64 bits, more than a number can hold; such a seed is only safe in the client's own bytes. */
const decodeSeed = (value: unknown, foreign: ForeignFields): number | undefined => {
  const seed = optional(readNumber)(value, 'seed');
  if (seed === undefined || Number.isSafeInteger(seed)) return seed;
  foreign.add('seed', seed);
  return undefined;
};

const decodeStreamUsage = (value: unknown, foreign: ForeignFields): boolean => {
  const options = optional(readObject)(value, 'stream_options') ?? {};
  foreign.addUnknown(options, ['include_usage'], 'stream_options');
  return optional(readBoolean)(options['include_usage'], 'stream_options.include_usage') ?? false;
};

/** See `Codec.decodeRequest`. */
export const decodeRequest = (bytes: Uint8Array): ChatRequest => {
  const body = parseBody(bytes);
  const foreign = collectForeignFields();
  foreign.addUnknown(body, known, '');
  const integer = (key: string): number | undefined => optional(readInteger)(body[key], key);
  const number = (key: string): number | undefined => optional(readNumber)(body[key], key);
  const string = (key: string): string | undefined => optional(readString)(body[key], key);
  const boolean = (key: string): boolean | undefined => optional(readBoolean)(body[key], key);

  const maxTokens = integer('max_tokens');
  const user = string('user');
  return compact({
    model: readString(body['model'], 'model'),
    messages: decodeMessages(body['messages'], foreign),
    stream: boolean('stream') ?? false,
    streamUsage: decodeStreamUsage(body['stream_options'], foreign),
    tools: decodeTools(body['tools'], foreign),
    toolChoice: decodeToolChoice(body['tool_choice'], foreign),
    parallelToolCalls: boolean('parallel_tool_calls'),
    outputFormat: decodeOutputFormat(body['response_format'], foreign),
    reasoning: decodeReasoning(body['reasoning_effort'], foreign),
    maxOutputTokens: integer('max_completion_tokens') ?? maxTokens,
    temperature: number('temperature'),
    topP: number('top_p'),
    stopSequences: decodeStop(body['stop']),
    seed: decodeSeed(body['seed'], foreign),
    presencePenalty: number('presence_penalty'),
    frequencyPenalty: number('frequency_penalty'),
    choices: integer('n'),
    userId: string('safety_identifier') ?? user,
    foreign: foreign.all,
  });
};
