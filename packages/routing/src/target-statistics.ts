import { errorCatalog, targetName } from '@claudette/core';
import type { Observation, Observe, Target } from '@claudette/core';

/** What attempts have shown about a target. */
export interface TargetStatistic {
  /** Moving average of the time to first content. Undefined until content came once: a failure has no latency. */
  readonly latencyMs: number | undefined;
  /** Moving average of successes, 0 to 1. */
  readonly successRate: number;
}

/** Learns from attempts. Holds numbers only; no timer, nothing to close. */
export interface TargetStatistics {
  /** Feed it every observation; it takes the ends of attempts. */
  readonly observe: Observe;
  /** Undefined before the first finished attempt. */
  of(target: Target): TargetStatistic | undefined;
}

export interface TargetStatisticsOptions {
  /** How much the newest attempt counts, 0 to 1. @default 0.2 */
  readonly smoothing?: number;
  /** Most targets to remember; the one that was first seen earliest is forgotten. Clients can name models freely. @default 1000 */
  readonly maxTargets?: number;
}

/**
 * Exponentially weighted averages per target. A success is a complete reply; a failure is one that the provider caused.
 * Abandoned attempts, faults of the caller and the gateway's own limits say nothing about a target.
 */
export function createTargetStatistics(options: TargetStatisticsOptions = {}): TargetStatistics {
  const { smoothing = 0.2, maxTargets = 1000 } = options;
  const known = new Map<string, TargetStatistic>();
  const average = (before: number, value: number): number => before + smoothing * (value - before);

  const forgetOldest = (): void => {
    for (const name of known.keys()) {
      if (known.size <= maxTargets) return;
      known.delete(name);
    }
  };

  return {
    of: (target) => known.get(targetName(target)),
    observe(observation) {
      if (observation.kind !== 'attempt-end' || !isTelling(observation)) return;
      const name = targetName(observation.target);
      const before = known.get(name);
      const { outcome, firstContentMs } = observation;
      known.set(name, {
        latencyMs:
          firstContentMs === undefined
            ? before?.latencyMs
            : average(before?.latencyMs ?? firstContentMs, firstContentMs),
        successRate: average(before?.successRate ?? 1, outcome === 'complete' ? 1 : 0),
      });
      if (before === undefined) forgetOldest();
    },
  };
}

const isTelling = ({ outcome, errorCode }: Extract<Observation, { kind: 'attempt-end' }>): boolean => {
  if (outcome === 'abandoned') return false;
  return outcome === 'complete' || errorCode === undefined || errorCatalog[errorCode].domain === 'provider';
};
