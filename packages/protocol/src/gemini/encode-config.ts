import type { ChatRequest, OutputFormat } from '@claudette/core';

import { compact } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import type { LossList } from '../loss-list.js';
import { encodeThinking } from './encode-thinking.js';

const MAX_STOP_SEQUENCES = 5;
const SEED_RANGE = 2 ** 31;

const encodeFormat = (format: OutputFormat | undefined, losses: LossList): JsonObject => {
  if (format === undefined) return {};
  if (format.kind === 'json') return { responseMimeType: 'application/json' };
  if (format.description !== undefined) {
    losses.add('outputFormat.description', 'a Gemini schema has no description beside it');
  }
  if (format.strict === false) losses.add('outputFormat.strict', 'Gemini always enforces the schema');
  return { responseMimeType: 'application/json', responseJsonSchema: format.schema };
};

const encodeStop = (sequences: readonly string[] = [], losses: LossList): readonly string[] | undefined => {
  if (sequences.length > MAX_STOP_SEQUENCES) {
    losses.add('stopSequences', `Gemini takes ${MAX_STOP_SEQUENCES}; only the first of them are sent`);
  }
  return sequences.length === 0 ? undefined : sequences.slice(0, MAX_STOP_SEQUENCES);
};

const encodeSeed = (seed: number | undefined, losses: LossList): number | undefined => {
  if (seed === undefined || (seed >= -SEED_RANGE && seed < SEED_RANGE)) return seed;
  losses.add('seed', 'Gemini takes seeds of 32 bits');
  return undefined;
};

/** What Gemini has no field for. */
const loseUnknown = (request: ChatRequest, losses: LossList): void => {
  const { userId, metadata, serviceTier, promptCacheKey, verbosity } = request;
  for (const [path, value] of Object.entries({ userId, metadata, serviceTier, promptCacheKey, verbosity })) {
    if (value !== undefined) losses.add(path, 'Gemini has nothing like it');
  }
  if ((request.choices ?? 1) > 1) losses.add('choices', 'only one answer is translated');
};

/** `generationConfig`; undefined when there is nothing to say. */
export const encodeConfig = (request: ChatRequest, model: string, losses: LossList): JsonObject | undefined => {
  const { logprobs } = request;
  loseUnknown(request, losses);
  const config = compact({
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    maxOutputTokens: request.maxOutputTokens,
    stopSequences: encodeStop(request.stopSequences, losses),
    seed: encodeSeed(request.seed, losses),
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    ...encodeFormat(request.outputFormat, losses),
    responseLogprobs: logprobs === undefined ? undefined : true,
    logprobs: logprobs?.top,
    thinkingConfig: encodeThinking(request.reasoning, model, losses),
  });
  return Object.keys(config).length === 0 ? undefined : config;
};
