import type { ChatRequest, ForeignField, Message, ReasoningOptions } from '@claudette/core';

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
import { asText } from '../json/parse-reply.js';
import { holdsSealedState } from '../opaque-state.js';
import { decodeInput } from './decode-items.js';
import type { DecodedInput } from './decode-items.js';
import { decodeOutputFormat, decodeToolChoice, decodeTools } from './decode-tools.js';
import { collectForeignFields } from './foreign-fields.js';
import type { ForeignFields } from './foreign-fields.js';

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
const summaries = ['auto', 'concise', 'detailed'] as const;
const verbosities = ['low', 'medium', 'high'] as const;

const known = [
  'model',
  'input',
  'instructions',
  'stream',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
  'include',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'user',
  'safety_identifier',
  'metadata',
  'service_tier',
  'prompt_cache_key',
];

/** What asks for no more than every dialect does anyway. */
const customary: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['background', false],
  ['store', false],
  ['truncation', 'disabled'],
]);

/** Fields that refer to what only the provider holds, or leave the answer with it. */
const heldFields = ['previous_response_id', 'conversation', 'prompt', 'background'];

/** One of the known words; further ones are foreign. */
const decodeWord = <const T extends string>(
  value: unknown,
  path: string,
  words: readonly T[],
  foreign: ForeignFields,
): T | undefined => {
  const word = optional(readString)(value, path);
  const found = words.find((one) => one === word);
  if (word !== undefined && found === undefined) foreign.add(path, word);
  return found;
};

const decodeReasoning = (value: unknown, foreign: ForeignFields): ReasoningOptions | undefined => {
  const wire = optional(readObject)(value, 'reasoning') ?? {};
  foreign.addUnknown(wire, ['effort', 'summary', 'generate_summary'], 'reasoning');
  // The older name for the same.
  const summaryField = (wire['summary'] ?? undefined) === undefined ? 'generate_summary' : 'summary';
  const reasoning: ReasoningOptions = compact({
    effort: decodeWord(wire['effort'], 'reasoning.effort', efforts, foreign),
    summary: decodeWord(wire[summaryField], `reasoning.${summaryField}`, summaries, foreign),
  });
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
};

const LOGPROBS = 'message.output_text.logprobs';
const STATE = 'reasoning.encrypted_content';

/** State comes with every reply that is translated, so that asking for it is no loss. */
const includedAnyway = [LOGPROBS, STATE];

/** What a reply of the provider has or lacks only when it is asked for. */
const decodeReplyOptions = (body: JsonObject): readonly string[] | undefined => {
  const included = optional(readArray)(body['include'], 'include') ?? [];
  const options = [...(body['store'] === false ? ['store: false'] : []), ...(included.includes(STATE) ? [STATE] : [])];
  return options.length === 0 ? undefined : options;
};

const decodeLogprobs = (body: JsonObject, foreign: ForeignFields): ChatRequest['logprobs'] => {
  const included = optional(readArray)(body['include'], 'include') ?? [];
  for (const [index, one] of included.entries()) {
    const path = `include[${index}]`;
    if (!includedAnyway.includes(readString(one, path))) foreign.add(path, one);
  }
  const top = optional(readInteger)(body['top_logprobs'], 'top_logprobs') ?? 0;
  return top > 0 || included.includes(LOGPROBS) ? { top } : undefined;
};

const isLabels = (metadata: JsonObject): metadata is Readonly<Record<string, string>> =>
  Object.values(metadata).every((value) => typeof value === 'string');

const decodeMetadata = (value: unknown, foreign: ForeignFields): ChatRequest['metadata'] => {
  const metadata = optional(readObject)(value, 'metadata');
  if (metadata === undefined || isLabels(metadata)) return metadata;
  foreign.add('metadata', metadata);
  return undefined;
};

const decodeUserId = (body: JsonObject, foreign: ForeignFields): string | undefined => {
  const user = optional(readString)(body['user'], 'user');
  const identifier = optional(readString)(body['safety_identifier'], 'safety_identifier');
  if (identifier !== undefined && user !== undefined && user !== identifier) foreign.add('user', user);
  return identifier ?? user;
};

const findHeld = (fields: readonly ForeignField[]): ForeignField | undefined =>
  fields.find(({ path }) => heldFields.includes(path));

/** Without anything that the provider holds, there has to be an input. */
const decodeConversation = (body: JsonObject, isHeld: boolean, foreign: ForeignFields): DecodedInput => {
  const { input } = body;
  if (isHeld && (input ?? undefined) === undefined) return { messages: [], reference: undefined };
  return decodeInput(input, foreign);
};

/** The instructions are a system message ahead of the conversation. */
const decodeInstructions = (body: JsonObject): readonly Message[] => {
  const text = asText(optional(readString)(body['instructions'], 'instructions'));
  return text === undefined ? [] : [{ role: 'system', parts: [{ type: 'text', text }] }];
};

/** See `Codec.decodeRequest`. */
export const decodeRequest = (bytes: Uint8Array): ChatRequest => {
  const body = parseBody(bytes);
  const foreign = collectForeignFields();
  const unsaid = [...customary].flatMap(([key, value]) => (body[key] === value ? key : []));
  foreign.addUnknown(body, [...known, ...unsaid], '');
  const held = findHeld(foreign.all);
  const conversation = decodeConversation(body, held !== undefined, foreign);
  const text = optional(readObject)(body['text'], 'text') ?? {};
  foreign.addUnknown(text, ['format', 'verbosity'], 'text');

  const number = (key: string): number | undefined => optional(readNumber)(body[key], key);
  const string = (key: string): string | undefined => optional(readString)(body[key], key);
  return compact({
    model: readString(body['model'], 'model'),
    messages: [...decodeInstructions(body), ...conversation.messages],
    stream: optional(readBoolean)(body['stream'], 'stream') ?? false,
    streamUsage: true,
    tools: decodeTools(body['tools'], foreign),
    toolChoice: decodeToolChoice(body['tool_choice'], foreign),
    parallelToolCalls: optional(readBoolean)(body['parallel_tool_calls'], 'parallel_tool_calls'),
    outputFormat: decodeOutputFormat(text['format'], foreign),
    reasoning: decodeReasoning(body['reasoning'], foreign),
    maxOutputTokens: optional(readInteger)(body['max_output_tokens'], 'max_output_tokens'),
    temperature: number('temperature'),
    topP: number('top_p'),
    userId: decodeUserId(body, foreign),
    logprobs: decodeLogprobs(body, foreign),
    metadata: decodeMetadata(body['metadata'], foreign),
    serviceTier: string('service_tier'),
    promptCacheKey: string('prompt_cache_key'),
    verbosity: decodeWord(text['verbosity'], 'text.verbosity', verbosities, foreign),
    foreign: foreign.all,
    replyOptions: decodeReplyOptions(body),
    carriesSealedState: holdsSealedState(bytes) ? true : undefined,
    heldByProvider: held ?? conversation.reference,
  });
};
