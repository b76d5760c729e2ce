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
import type { JsonObject } from '../json/fields.js';
import { parseBody } from '../json/parse-body.js';
import { holdsSealedState } from '../opaque-state.js';
import { decodeMessages } from './decode-messages.js';
import { decodeOutputFormat, decodeToolChoice, decodeTools } from './decode-tools.js';
import { collectForeignFields } from './foreign-fields.js';
import type { ForeignFields } from './foreign-fields.js';

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
const verbosities = ['low', 'medium', 'high'] as const;

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
  'logprobs',
  'top_logprobs',
  'metadata',
  'service_tier',
  'prompt_cache_key',
  'verbosity',
];

/** Vendors have further words, which are foreign. */
const decodeWord = <const T extends string>(
  body: JsonObject,
  key: string,
  words: readonly T[],
  foreign: ForeignFields,
): T | undefined => {
  const word = optional(readString)(body[key], key);
  const known = words.find((one) => one === word);
  if (word !== undefined && known === undefined) foreign.add(key, word);
  return known;
};

const decodeReasoning = (body: JsonObject, foreign: ForeignFields): ReasoningOptions | undefined => {
  const effort = decodeWord(body, 'reasoning_effort', efforts, foreign);
  return effort === undefined ? undefined : { effort };
};

/** Alternatives without `logprobs` are for the provider to refuse. */
const decodeLogprobs = (body: JsonObject, foreign: ForeignFields): ChatRequest['logprobs'] => {
  const top = optional(readInteger)(body['top_logprobs'], 'top_logprobs');
  if (optional(readBoolean)(body['logprobs'], 'logprobs') === true) return { top: top ?? 0 };
  if (top !== undefined) foreign.add('top_logprobs', top);
  return undefined;
};

const isLabels = (metadata: JsonObject): metadata is Readonly<Record<string, string>> =>
  Object.values(metadata).every((value) => typeof value === 'string');

const decodeMetadata = (value: unknown, foreign: ForeignFields): ChatRequest['metadata'] => {
  const metadata = optional(readObject)(value, 'metadata');
  if (metadata === undefined || isLabels(metadata)) return metadata;
  foreign.add('metadata', metadata);
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
    reasoning: decodeReasoning(body, foreign),
    maxOutputTokens: integer('max_completion_tokens') ?? maxTokens,
    temperature: number('temperature'),
    topP: number('top_p'),
    stopSequences: decodeStop(body['stop']),
    seed: decodeSeed(body['seed'], foreign),
    presencePenalty: number('presence_penalty'),
    frequencyPenalty: number('frequency_penalty'),
    choices: integer('n'),
    userId: string('safety_identifier') ?? user,
    logprobs: decodeLogprobs(body, foreign),
    metadata: decodeMetadata(body['metadata'], foreign),
    serviceTier: string('service_tier'),
    promptCacheKey: string('prompt_cache_key'),
    verbosity: decodeWord(body, 'verbosity', verbosities, foreign),
    foreign: foreign.all,
    carriesSealedState: holdsSealedState(bytes) ? true : undefined,
  });
};
