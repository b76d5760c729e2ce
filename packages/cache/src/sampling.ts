import type { Call } from '@claudette/core';

/** `deterministic`: only requests that ask for temperature 0; `all`: every request. */
export type SamplingRule = 'all' | 'deterministic';

/** Which requests are cached when the client does not say. */
export interface Sampling {
  /** Calls that came without a dialect. */
  readonly native: SamplingRule;
  readonly dialects: SamplingRule;
}

/** Whether the cache takes part in a call: the client's word first, then the rule. */
export const isCacheable = ({ request, original, context }: Call, sampling: Sampling): boolean => {
  if (context.cacheMode === 'off') return false;
  if (context.cacheMode !== 'default') return true;
  const rule = original === undefined ? sampling.native : sampling.dialects;
  return rule === 'all' || request.temperature === 0;
};
