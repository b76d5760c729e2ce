import { noUsage, totalInputTokens, totalOutputTokens } from '@claudette/core';
import type { Usage } from '@claudette/core';

import { asObject } from '../json/parse-reply.js';
import type { WireUsage } from './wire-reply.js';

const toCount = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.trunc(value) : 0);

/**
 * The usage of a response in disjoint classes; undefined when it says nothing. Responses counts cached tokens inside the
 * input and reasoning inside the output.
 */
export const decodeUsage = (value: unknown): Usage | undefined => {
  const wire = asObject(value);
  if (wire === undefined) return undefined;
  const inputDetails = asObject(wire['input_tokens_details']);
  const input = toCount(wire['input_tokens']);
  const read = Math.min(input, toCount(inputDetails?.['cached_tokens']));
  const written = Math.min(input - read, toCount(inputDetails?.['cache_write_tokens']));
  const output = toCount(wire['output_tokens']);
  const thought = Math.min(output, toCount(asObject(wire['output_tokens_details'])?.['reasoning_tokens']));
  return {
    ...noUsage,
    inputTokens: input - read - written,
    cachedInputTokens: read,
    cacheWriteTokens: written,
    outputTokens: output - thought,
    reasoningTokens: thought,
  };
};

/** The reverse: everything that was sent is the input, everything that was written is the output. */
export const encodeUsage = (usage: Usage): WireUsage => {
  const input = totalInputTokens(usage);
  const output = totalOutputTokens(usage);
  return {
    input_tokens: input,
    input_tokens_details: {
      cache_write_tokens: usage.cacheWriteTokens + usage.cacheWrite1hTokens,
      cached_tokens: usage.cachedInputTokens,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: input + output,
  };
};
