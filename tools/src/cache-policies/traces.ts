import { agents, assistants } from './llm-traces.js';
import { bursts, loop, zipf, zipfWithDrift, zipfWithScans } from './synthetic-traces.js';
import type { Trace } from './trace.js';

/** The trace on which agents repeat themselves. */
export const repeatingTrace = 'agents';
/** The trace on which LRU saves nothing at all, so that nothing can be a multiple of it. */
export const loopTrace = 'loop';

/**
 * Every kind of traffic that policies are compared on.
 *
 * @param requests of each trace, a multiple of 100; the population grows with it
 * @param seed the same seed makes the same traces
 */
export function createTraces(requests: number, seed: number): readonly Trace[] {
  return [
    ...[0.6, 0.8, 1, 1.1].map((exponent) => zipf(requests, exponent, seed)),
    zipfWithDrift(requests, seed),
    zipfWithScans(requests, seed),
    bursts(requests, seed),
    loop(requests, seed),
    agents(requests, seed),
    assistants(requests, seed),
  ];
}
