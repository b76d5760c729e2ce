import type { ChatRequest, OutputFormat, ReasoningOptions } from '@claudette/core';

import { compact, optional, readArray, readBoolean, readInteger, readNumber, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import type { ForeignFields } from './foreign-fields.js';
import { toJsonSchema } from './json-schema.js';
import { readFields } from './read-fields.js';

const known = [
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'stopSequences',
  'candidateCount',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseLogprobs',
  'logprobs',
  'thinkingConfig',
];

const at = (key: string): string => `generationConfig.${key}`;

const levels = ['minimal', 'low', 'medium', 'high'] as const;

const decodeLevel = (value: unknown, foreign: ForeignFields): ReasoningOptions => {
  const path = at('thinkingConfig.thinkingLevel');
  const word = optional(readString)(value, path) ?? 'THINKING_LEVEL_UNSPECIFIED';
  const effort = levels.find((level) => level === word.toLowerCase());
  if (effort !== undefined) return { effort };
  if (word !== 'THINKING_LEVEL_UNSPECIFIED') foreign.add(path, word);
  return {};
};

/** 0 switches thinking off, -1 leaves it to the model. */
const decodeBudget = (value: unknown): ReasoningOptions => {
  const budgetTokens = optional(readInteger)(value, at('thinkingConfig.thinkingBudget'));
  if (budgetTokens === undefined) return {};
  if (budgetTokens === 0) return { effort: 'none' };
  return budgetTokens < 0 ? { adaptive: true } : { budgetTokens };
};

const decodeThinking = (value: unknown, foreign: ForeignFields): ReasoningOptions | undefined => {
  const config = optional(readFields)(value, at('thinkingConfig')) ?? {};
  foreign.addOthers(config, ['includeThoughts', 'thinkingBudget', 'thinkingLevel'], at('thinkingConfig.'));
  const shows = optional(readBoolean)(config['includeThoughts'], at('thinkingConfig.includeThoughts'));
  const reasoning: ReasoningOptions = {
    ...decodeLevel(config['thinkingLevel'], foreign),
    ...decodeBudget(config['thinkingBudget']),
    ...(shows !== undefined && { summary: shows ? 'auto' : 'none' }),
  };
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
};

/** Only JSON has a place; other types and what belongs to them stay foreign. Plain text goes without saying. */
const decodeFormat = (config: JsonObject, foreign: ForeignFields): OutputFormat | undefined => {
  const { responseSchema, responseJsonSchema } = config;
  const mimeType = optional(readString)(config['responseMimeType'], at('responseMimeType')) ?? 'text/plain';
  if (mimeType !== 'application/json') {
    if (mimeType !== 'text/plain') foreign.add(at('responseMimeType'), mimeType);
    foreign.addOthers(
      { responseSchema: responseSchema ?? null, responseJsonSchema: responseJsonSchema ?? null },
      [],
      at(''),
    );
    return undefined;
  }
  if (responseJsonSchema !== undefined && responseJsonSchema !== null) {
    return { kind: 'json-schema', schema: responseJsonSchema };
  }
  if (responseSchema !== undefined && responseSchema !== null) {
    return { kind: 'json-schema', schema: toJsonSchema(responseSchema) };
  }
  return { kind: 'json' };
};

const decodeLogprobs = (config: JsonObject, foreign: ForeignFields): ChatRequest['logprobs'] => {
  const isAsked = optional(readBoolean)(config['responseLogprobs'], at('responseLogprobs')) ?? false;
  const top = optional(readInteger)(config['logprobs'], at('logprobs'));
  if (isAsked) return { top: top ?? 0 };
  if (top !== undefined) foreign.add(at('logprobs'), top);
  return undefined;
};

/** A seed that a number cannot hold is only safe in the client's own bytes. */
const decodeSeed = (value: unknown, foreign: ForeignFields): number | undefined => {
  const seed = optional(readNumber)(value, at('seed'));
  if (seed === undefined || Number.isSafeInteger(seed)) return seed;
  foreign.add(at('seed'), seed);
  return undefined;
};

const readStrings = (value: unknown, path: string): readonly string[] =>
  readArray(value, path).map((one, index) => readString(one, `${path}[${index}]`));

/** `generationConfig`: how the answer is to be made. */
export const decodeConfig = (value: unknown, foreign: ForeignFields): Partial<ChatRequest> => {
  const config = optional(readFields)(value, 'generationConfig') ?? {};
  foreign.addOthers(config, known, at(''));
  const number = (key: string): number | undefined => optional(readNumber)(config[key], at(key));
  const integer = (key: string): number | undefined => optional(readInteger)(config[key], at(key));
  return compact({
    outputFormat: decodeFormat(config, foreign),
    reasoning: decodeThinking(config['thinkingConfig'], foreign),
    maxOutputTokens: integer('maxOutputTokens'),
    temperature: number('temperature'),
    topP: number('topP'),
    topK: integer('topK'),
    stopSequences: optional(readStrings)(config['stopSequences'], at('stopSequences')),
    seed: decodeSeed(config['seed'], foreign),
    presencePenalty: number('presencePenalty'),
    frequencyPenalty: number('frequencyPenalty'),
    choices: integer('candidateCount'),
    logprobs: decodeLogprobs(config, foreign),
  });
};
