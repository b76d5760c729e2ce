import type { Call, Target } from '@claudette/core';

import { digestRequest, digestWithHeaders, keyFor } from './cache-key.js';
import { isCacheable } from './sampling.js';
import type { Scope } from './scope.js';
import type { CachePolicy } from '../cache-policy.js';

/** A call that the cache takes part in. */
export interface Question {
  readonly call: Call;
  readonly scope: Scope;
  /** What is asked. */
  readonly digest: string;
  /** What is asked of a target that speaks the client's own dialect, and so gets its headers too. */
  readonly ownDigest: string;
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
    const { original } = call;
    const targets = call.plan?.candidates.map(({ target }) => target) ?? (call.target ? [call.target] : []);
    if (targets.length === 0) return undefined;
    try {
      const scope = scopeOf(call.context.principal);
      const digest = digestRequest(call, scope);
      const ownDigest = original === undefined ? digest : digestWithHeaders(digest, original.headers, ignored);
      const keys = targets.map((target) => keyFor(target.dialect === original?.dialect ? ownDigest : digest, target));
      return { call, scope, digest, ownDigest, targets, keys };
    } catch (thrown) {
      // Nested more deeply than the stack allows: such a request is answered, not cached.
      if (thrown instanceof RangeError) return undefined;
      throw thrown;
    }
  };
};

/** The question as it is asked of a target. */
export const digestFor = ({ call, digest, ownDigest }: Question, { dialect }: Target): string =>
  dialect === call.original?.dialect ? ownDigest : digest;

/** Calls share only what each of them could have got alone: an answer from a target of its own plan. */
export const toFlightKey = ({ keys, call }: Question): string =>
  `${call.context.strict ? 'strict ' : ''}${keys.length === 1 ? keys[0] : [...keys].sort().join(' ')}`;
