import { GatewayError } from '@claudette/core';
import type { Call, GatewayErrorCode } from '@claudette/core';

import type { CachePolicy } from './cache-policy.js';
import { wantsNew } from './key/sampling.js';

/** Refusals and a budget that show, as a provider's fault does, that no backend could answer in time. */
const outages: readonly GatewayErrorCode[] = [
  'no_backend_available',
  'circuit_open',
  'target_busy',
  'backend_limit_reached',
  'deadline_exceeded',
];

/** Whether an expired answer is better than this error: it is the backends' fault, not the caller's or their wish. */
export const isOutage = (cause: unknown): boolean =>
  cause instanceof GatewayError && (cause.domain === 'provider' || outages.includes(cause.code));

/**
 * How long after its expiry an answer may stand in for a call that failed; 0 never. The client's word counts first; one
 * who wants a new answer gets an old one only if it says so itself. Nothing is served that is not kept any more.
 */
export const maxStaleMsOf = (
  { context }: Call,
  policy: Required<Pick<CachePolicy, 'staleMs' | 'maxStaleMs'>>,
): number => Math.min(context.maxStaleMs ?? (wantsNew(context) ? 0 : policy.maxStaleMs), policy.staleMs);
