import { noUsage, totalInputTokens, totalOutputTokens } from '@claudette/core';
import type { Usage } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import type { WireUsage } from './wire.js';

const toCount = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);

/**
 * The usage object of a reply or chunk in disjoint classes; undefined when it says nothing. Chat counts cached tokens
 * inside the prompt and reasoning inside the completion. Some vendors count reasoning beside the completion instead,
 * which their total gives away.
 */
export const decodeUsage = (value: unknown): Usage | undefined => {
  const wire = asObject(value);
  if (wire === undefined || (wire['prompt_tokens'] === undefined && wire['completion_tokens'] === undefined)) {
    return undefined;
  }
  const promptDetails = asObject(wire['prompt_tokens_details']);
  const completionDetails = asObject(wire['completion_tokens_details']);

  const prompt = toCount(wire['prompt_tokens']);
  const read = Math.min(prompt, toCount(promptDetails?.['cached_tokens'] ?? wire['prompt_cache_hit_tokens']));
  const written = Math.min(prompt - read, toCount(promptDetails?.['cache_write_tokens']));

  const completion = toCount(wire['completion_tokens']);
  const thought = toCount(completionDetails?.['reasoning_tokens']);
  const isBeside = thought > 0 && toCount(wire['total_tokens']) === prompt + completion + thought;
  const reasoningTokens = isBeside ? thought : Math.min(completion, thought);

  return {
    ...noUsage,
    inputTokens: prompt - read - written,
    cachedInputTokens: read,
    cacheWriteTokens: written,
    outputTokens: isBeside ? completion : completion - reasoningTokens,
    reasoningTokens,
  };
};

/** The usage of a whole reply or chunk, wherever the vendor puts it. */
export const readUsage = (body: JsonObject): Usage | undefined =>
  decodeUsage(body['usage']) ?? decodeUsage(asObject(body['x_groq'])?.['usage']);

/** The reverse: everything that was sent is the prompt, everything that was written is the completion. */
export const encodeUsage = (usage: Usage): WireUsage => {
  const prompt = totalInputTokens(usage);
  const completion = totalOutputTokens(usage);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
};
