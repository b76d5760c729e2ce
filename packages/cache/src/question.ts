import type { Call, Target } from '@claudette/core';

import { digestRequest, keyFor } from './cache-key.js';
import { isCacheable } from './sampling.js';
import type { CachePolicy } from './cache-policy.js';

/** A call that the cache takes part in. */
export interface Question {
  readonly call: Call;
  readonly digest: string;
  /** In the plan's order. */
  readonly keys: readonly string[];
  readonly targets: readonly Target[];
}

/** Tells the questions of a policy; undefined where the cache takes no part. */
export const createQuestions = ({
  scopeOf,
  sampling,
  ignoredHeaders,
}: Pick<CachePolicy, 'scopeOf' | 'sampling' | 'ignoredHeaders'>): ((call: Call) => Question | undefined) => {
  const ignored = new Set(ignoredHeaders);
  return (call) => {
    if (!isCacheable(call, sampling)) return undefined;
    const targets = call.plan?.candidates.map(({ target }) => target) ?? (call.target ? [call.target] : []);
    if (targets.length === 0) return undefined;
    try {
      const digest = digestRequest(call, scopeOf(call.context.principal), ignored);
      return { call, digest, targets, keys: targets.map((target) => keyFor(digest, target)) };
    } catch (thrown) {
      // Nested more deeply than the stack allows: such a request is answered, not cached.
      if (thrown instanceof RangeError) return undefined;
      throw thrown;
    }
  };
};

/** Calls share only what each of them could have got alone: an answer from a target of its own plan. */
export const toFlightKey = ({ keys, call }: Question): string =>
  `${call.context.strict ? 'strict ' : ''}${keys.length === 1 ? keys[0] : [...keys].sort().join(' ')}`;
