import type { EvictionPolicy } from '../policy.js';
import { createByPriority } from './by-priority.js';

/** Greedy-Dual-Size-Frequency: throws out what saved least for its size, the age of the cache counted in. */
export function createGdsf(maxBytes: number): EvictionPolicy {
  return createByPriority(maxBytes, (uses, bytes, worth) => (uses * worth) / bytes);
}
