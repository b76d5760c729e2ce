import { createEvictQuarter } from './baselines/evict-quarter.js';
import { createGdsf } from './baselines/gdsf.js';
import { createLfu } from './baselines/lfu.js';
import { createLru } from './baselines/lru.js';
import { createS3Fifo } from './baselines/s3-fifo.js';
import { createSieve } from './baselines/sieve.js';
import { createWTinyLfu } from './baselines/w-tiny-lfu.js';
import { createOurs } from './ours.js';
import type { CreatePolicy } from './policy.js';

/** The product's store and what it is compared with. */
export const policies = {
  ours: createOurs,
  LRU: createLru,
  'evict-25%': createEvictQuarter,
  LFU: createLfu,
  GDSF: createGdsf,
  SIEVE: createSieve,
  'S3-FIFO': createS3Fifo,
  'W-TinyLFU': createWTinyLfu,
} as const satisfies Record<string, CreatePolicy>;

/** The name of a policy. */
export type PolicyName = keyof typeof policies;

/** All names, ours first. */
export const policyNames = Object.keys(policies) as readonly PolicyName[];
