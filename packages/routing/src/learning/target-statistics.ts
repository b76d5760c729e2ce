import { errorCatalog } from '@claudette/core';
import type { Clock, Observation, Observe, Target } from '@claudette/core';

import { createRecentLatencies } from './recent-latencies.js';
import { createTargetMap } from './target-map.js';

/**
 * What attempts have shown about a target, for one kind of reply: streams, or whole ones. The latency of a stream is the
 * time to its first content, of a whole reply the time to its end. Live: it changes as attempts end.
 */
export interface TargetStatistic {
  /** Moving average. Undefined until content came once: a failure has no latency. */
  readonly latencyMs: number | undefined;
  /** What 95 % of the recent latencies do not exceed. Undefined before there are 20. */
  readonly p95Ms: number | undefined;
  /** The fastest of the recent latencies. Undefined until content came once. */
  readonly fastestMs: number | undefined;
  /** Moving average of successes, 0 to 1, of both kinds of replies together; 1 at first. */
  readonly successRate: number;
  /** Finished attempts that said something about the target. */
  readonly attempts: number;
  /** When the last of them finished, on the clock's `now()`; -Infinity before the first. */
  readonly lastAttemptAtMs: number;
  /** What so great a share of the recent latencies, 0 to 1, does not exceed. Undefined before there are 20. */
  percentile(share: number): number | undefined;
}

/** Learns from attempts. Holds numbers only; no timer, nothing to close. */
export interface TargetStatistics {
  /** Feed it every observation; it takes the ends of attempts. */
  readonly observe: Observe;
  /** Undefined before the first finished attempt of either kind. */
  of(target: Target, stream: boolean): TargetStatistic | undefined;
}

export interface TargetStatisticsOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** How much the newest attempt counts, 0 to 1, once there were enough for a mean. @default 0.05 */
  readonly smoothing?: number;
  /** Most targets to remember; the one that was first seen earliest is forgotten. Clients can name models freely. @default 1000 */
  readonly maxTargets?: number;
}

/**
 * Creates statistics that know nothing. A success is a complete reply; a failure is one that the provider caused.
 * Abandoned attempts, hedges that lost, faults of the caller and the gateway's own limits say nothing about a target.
 */
export function createTargetStatistics(options: TargetStatisticsOptions): TargetStatistics {
  const { clock, smoothing = 0.05, maxTargets = 1000 } = options;
  const known = createTargetMap<Learner>(maxTargets);

  return {
    of: (target, stream) => known.get(target)?.of(stream),
    observe(observation) {
      if (observation.kind !== 'attempt-end' || !isTelling(observation)) return;
      let learner = known.get(observation.target);
      if (learner === undefined) {
        learner = createLearner(smoothing);
        known.add(observation.target, learner);
      }
      learner.learn(observation, clock.now());
    },
  };
}

type AttemptEnd = Extract<Observation, { kind: 'attempt-end' }>;

const isTelling = ({ outcome, errorCode }: AttemptEnd): boolean => {
  if (outcome === 'abandoned') return false;
  return outcome === 'complete' || errorCode === undefined || errorCatalog[errorCode].domain === 'provider';
};

/** A stream that broke after its first content has shown how fast it was; a whole reply has to be complete. */
const latencyOf = ({ stream, outcome, durationMs, firstContentMs }: AttemptEnd): number | undefined => {
  if (stream) return firstContentMs;
  return outcome === 'complete' ? durationMs : undefined;
};

interface Learner {
  learn(end: AttemptEnd, nowMs: number): void;
  of(stream: boolean): TargetStatistic;
}

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

/** Statistics are read far more often than they are learned: ten times for each call. So they are plain values. */
const createLearner = (smoothing: number): Learner => {
  const createKind = (): { readonly statistic: Mutable<TargetStatistic>; learn: Learner['learn'] } => {
    const latencies = createRecentLatencies(smoothing);
    const statistic: Mutable<TargetStatistic> = {
      latencyMs: undefined,
      p95Ms: undefined,
      fastestMs: undefined,
      successRate: 1,
      attempts: 0,
      lastAttemptAtMs: -Infinity,
      percentile: latencies.percentile,
    };
    return {
      statistic,
      learn(end, nowMs) {
        statistic.attempts += 1;
        statistic.lastAttemptAtMs = nowMs;
        const latencyMs = latencyOf(end);
        if (latencyMs === undefined) return;
        latencies.add(latencyMs);
        statistic.latencyMs = latencies.averageMs;
        statistic.fastestMs = latencies.fastestMs;
        statistic.p95Ms = latencies.percentile(0.95);
      },
    };
  };

  const streams = createKind();
  const whole = createKind();
  return {
    learn(end, nowMs) {
      const { successRate } = whole.statistic;
      const next = successRate + smoothing * ((end.outcome === 'complete' ? 1 : 0) - successRate);
      streams.statistic.successRate = next;
      whole.statistic.successRate = next;
      (end.stream ? streams : whole).learn(end, nowMs);
    },
    of: (stream) => (stream ? streams : whole).statistic,
  };
};
