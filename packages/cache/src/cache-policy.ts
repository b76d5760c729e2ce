import type { Principal, Target, Usage } from '@claudette/core';

import type { Sampling } from './key/sampling.js';
import type { Scope } from './key/scope.js';

/** What a gateway decides about caching; a new configuration brings a new one over the same cache. Times are integers. */
export interface CachePolicy {
  /** Who may share answers with a principal, e.g. `toKeyScope`. */
  readonly scopeOf: (principal: Principal) => Scope;
  readonly sampling: Sampling;
  /**
   * What a call cost, in 10^-9 of the currency of all prices; undefined when that is unknown. Entries that save more stay
   * longer. @default every price is unknown
   */
  readonly costOf?: (target: Target, usage: Usage | undefined) => number | undefined;
  /** How long an answer is served. 0 stores nothing. */
  readonly ttlMs: number;
  /** How long after its expiry an answer may stand in when every backend fails, where the client does not say. @default 0 */
  readonly maxStaleMs?: number;
  /** How long after its expiry an answer is kept to stand in: the most that a client can ask for. @default `maxStaleMs` */
  readonly staleMs?: number;
  /** Most milliseconds that a shared upstream call may take, to its last byte. */
  readonly flightTimeoutMs: number;
  /** Lower-case names of client headers that do not change an answer. @default none: every header is part of the question */
  readonly ignoredHeaders?: readonly string[];
}
