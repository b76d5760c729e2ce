import type { Trace } from './trace.js';

/** A cache as its policy sees it: something is asked for, and is kept or not. */
export interface EvictionPolicy {
  /** Asks for a key and, when it was not there, offers it. True for a hit. */
  access(key: string, bytes: number, worth: number): boolean;
  /** What it holds now: never more than it was created with. */
  readonly bytes: number;
}

/** An empty cache that holds at most `maxBytes`. */
export type CreatePolicy = (maxBytes: number) => EvictionPolicy;

/** What a policy made of a trace. */
export interface Outcome {
  readonly hits: number;
  readonly hitBytes: number;
  /** The worth of all hits. */
  readonly saved: number;
  /** The most it held at any time. */
  readonly peakBytes: number;
}

/** Runs a trace through an empty cache. */
export function runTrace({ requests }: Trace, policy: EvictionPolicy): Outcome {
  let hits = 0;
  let hitBytes = 0;
  let saved = 0;
  let peakBytes = 0;
  for (const { key, bytes, worth } of requests) {
    if (policy.access(key, bytes, worth)) {
      hits += 1;
      hitBytes += bytes;
      saved += worth;
    }
    if (policy.bytes > peakBytes) peakBytes = policy.bytes;
  }
  return { hits, hitBytes, saved, peakBytes };
}
