import { noUsage } from '@claudette/core';
import type { Usage } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';

import type { WireUsage } from './wire.js';

/** A count that is missing, null or nonsense counts nothing: an odd number must not cost the client its answer. */
const count = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.trunc(value) : 0);

/**
 * The usage reported so far together with a later report of the same message. Later counts are totals and replace
 * earlier ones; what the later report leaves out, or says is null, stays.
 */
export const mergeUsage = (earlier: JsonObject | undefined, later: unknown): JsonObject | undefined => {
  const report = asObject(later);
  if (report === undefined) return earlier;
  const said = Object.entries(report).filter(([, value]) => value !== null);
  return { ...earlier, ...Object.fromEntries(said) };
};

/** Anthropic's counts in disjoint classes. Its input, cache reads and cache writes are disjoint already. */
export const decodeUsage = (usage: JsonObject): Usage => {
  const lifetimes = asObject(usage['cache_creation']);
  const writes1h = count(lifetimes?.['ephemeral_1h_input_tokens']);
  const writes =
    usage['cache_creation_input_tokens'] === undefined
      ? writes1h + count(lifetimes?.['ephemeral_5m_input_tokens'])
      : count(usage['cache_creation_input_tokens']);
  const output = count(usage['output_tokens']);
  const thinking = Math.min(output, count(asObject(usage['output_tokens_details'])?.['thinking_tokens']));
  const cacheWrite1hTokens = Math.min(writes, writes1h);
  return {
    inputTokens: count(usage['input_tokens']),
    cachedInputTokens: count(usage['cache_read_input_tokens']),
    cacheWriteTokens: writes - cacheWrite1hTokens,
    cacheWrite1hTokens,
    outputTokens: output - thinking,
    reasoningTokens: thinking,
    source: 'measured',
  };
};

/** The dialect requires numbers: where nothing was counted they are 0. */
export const encodeUsage = (usage: Usage = noUsage): WireUsage => ({
  input_tokens: usage.inputTokens,
  cache_creation_input_tokens: usage.cacheWriteTokens + usage.cacheWrite1hTokens,
  cache_read_input_tokens: usage.cachedInputTokens,
  cache_creation: {
    ephemeral_5m_input_tokens: usage.cacheWriteTokens,
    ephemeral_1h_input_tokens: usage.cacheWrite1hTokens,
  },
  output_tokens: usage.outputTokens + usage.reasoningTokens,
  ...(usage.reasoningTokens > 0 && { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }),
});
