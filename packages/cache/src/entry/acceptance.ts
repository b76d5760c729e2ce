import type { Call } from '@claudette/core';

import type { Entry } from './entry.js';
import type { Accepts } from '../reply-store.js';

/** A strict client is refused rather than given an answer to half its question. */
const isLossless = ({ losses }: Entry): boolean => losses.length === 0;

const isFresh: Accepts = (entry, nowMs) => nowMs < entry.expiresAtMs;
const isFreshAndLossless: Accepts = (entry, nowMs) => isFresh(entry, nowMs) && isLossless(entry);

/** What answers a call in place of its target. */
export const acceptsFresh = ({ context }: Call): Accepts => {
  const { strict, maxAgeMs } = context;
  const accepts = strict ? isFreshAndLossless : isFresh;
  if (maxAgeMs === undefined) return accepts;
  return (entry, nowMs) => nowMs - entry.storedAtMs < maxAgeMs && accepts(entry, nowMs);
};

/** What stands in for a target that failed: an entry that expired less than `maxStaleMs` ago, or has not yet. */
export const acceptsStale =
  ({ context }: Call, maxStaleMs: number): Accepts =>
  (entry, nowMs) =>
    nowMs < entry.expiresAtMs + maxStaleMs && (!context.strict || isLossless(entry));
