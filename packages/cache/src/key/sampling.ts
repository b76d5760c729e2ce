import type { Call, CallContext } from '@claudette/core';

/** `deterministic`: only requests that ask for temperature 0; `all`: every request. */
export type SamplingRule = 'all' | 'deterministic';

/** Which requests are cached when the client does not say. */
export interface Sampling {
  /** Calls that came without a dialect. */
  readonly native: SamplingRule;
  readonly dialects: SamplingRule;
}

/**
 * Whether the cache takes part in a call: the client's word first, then the rule. What goes on from something that the
 * provider holds is cached only on the client's word: it may change there, or be meant to.
 */
export const isCacheable = ({ request, original, context }: Call, sampling: Sampling): boolean => {
  if (context.cacheMode === 'off') return false;
  if (context.cacheMode !== 'default') return true;
  if (request.heldByProvider !== undefined) return false;
  const rule = original === undefined ? sampling.native : sampling.dialects;
  return rule === 'all' || request.temperature === 0;
};

/** Whether only an answer that is made for this call will do. Who wants a stored one or none does not want a new one. */
export const wantsNew = ({ cacheMode, maxAgeMs }: CallContext): boolean =>
  cacheMode === 'refresh' || (maxAgeMs === 0 && cacheMode !== 'only');
