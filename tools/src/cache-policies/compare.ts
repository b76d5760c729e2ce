import { boundOffline, findChances } from './offline-bound.js';
import { scheduleOffline } from './offline-schedule.js';
import { policies, policyNames } from './policies.js';
import type { PolicyName } from './policies.js';
import { runTrace } from './policy.js';
import { footprintOf } from './trace.js';
import type { Trace } from './trace.js';

/** The budgets, as shares of a trace's footprint. */
export const budgetShares = [0.01, 0.05, 0.2] as const;

/** What a policy made of a trace; all are shares from 0 to 1 of what an endless run of hits would be. */
export interface Ratios {
  /** Requests that were hits. */
  readonly hits: number;
  /** Bytes that came from the cache. */
  readonly hitBytes: number;
  /** Worth that was saved. */
  readonly saved: number;
}

/** All policies on one trace with one budget. */
export interface Comparison {
  readonly trace: string;
  readonly budgetShare: number;
  readonly maxBytes: number;
  readonly ratios: Readonly<Record<PolicyName, Ratios>>;
  /** No policy saves a larger share. */
  readonly bound: number;
  /** The share that a schedule made beforehand does save: so much of the bound can be reached. */
  readonly scheduled: number;
}

/**
 * Runs every policy on every trace with every budget.
 *
 * @param rounds of the search for each bound
 * @throws Error when a policy exceeds its budget, or saves more than is possible
 */
export function compareAll(traces: readonly Trace[], rounds: number): readonly Comparison[] {
  return budgetShares.flatMap((share) => traces.map((trace) => compare(trace, share, rounds)));
}

function compare(trace: Trace, budgetShare: number, rounds: number): Comparison {
  const maxBytes = Math.floor(footprintOf(trace) * budgetShare);
  let allBytes = 0;
  let allWorth = 0;
  for (const { bytes, worth } of trace.requests) {
    allBytes += bytes;
    allWorth += worth;
  }
  const chances = findChances(trace, maxBytes);
  const { upper, prices } = boundOffline(chances, maxBytes, rounds);

  const ratiosOf = (name: PolicyName): Ratios => {
    const { hits, hitBytes, saved, peakBytes } = runTrace(trace, policies[name](maxBytes));
    if (peakBytes > maxBytes || saved > upper) {
      throw new Error(`${name} cheats on ${trace.name}: ${peakBytes} of ${maxBytes} bytes, ${saved} of ${upper} saved`);
    }
    return { hits: hits / trace.requests.length, hitBytes: hitBytes / allBytes, saved: saved / allWorth };
  };
  return {
    trace: trace.name,
    budgetShare,
    maxBytes,
    ratios: Object.fromEntries(policyNames.map((name) => [name, ratiosOf(name)])) as Record<PolicyName, Ratios>,
    bound: upper / allWorth,
    scheduled: scheduleOffline(chances, maxBytes, prices) / allWorth,
  };
}
