import type { EvictionPolicy } from '../policy.js';
import { createByPriority } from './by-priority.js';

/** LFU with dynamic ageing (LFU-DA): throws out what was used least often, the age of the cache counted in. */
export function createLfu(maxBytes: number): EvictionPolicy {
  return createByPriority(maxBytes, (uses) => uses);
}
