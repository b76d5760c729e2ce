import type { Target } from '@claudette/core';

import { formatUsd, roundMs, roundShare } from './plain-numbers.js';

/** A sum or a distribution before and after, over the exchanges where both are known. */
export interface Compared<T> {
  readonly before: T;
  readonly after: T;
  /** Exchanges that count on both sides. */
  readonly exchanges: number;
  /** Exchanges that count on neither, because it was not known what they took. */
  readonly unknownBefore: number;
  /** Exchanges that count on neither, because nothing tells what they would have taken. */
  readonly unknownAfter: number;
}

/** Latencies: to the first content of streams, to the end of whole replies. Absent: there were none. */
export interface LatencySummary {
  readonly meanMs: number | undefined;
  readonly p95Ms: number | undefined;
}

/** A target's part before and after. */
export interface TargetShare {
  readonly backend: string;
  readonly model: string;
  /** Exchanges it answered, and would have answered. */
  readonly before: number;
  readonly after: number;
  /** Of all exchanges that were replayed, 0 to 1. */
  readonly shareBefore: number;
  readonly shareAfter: number;
}

/** What another routing configuration would have changed: JSON as it is. */
export interface SimulationReport {
  readonly replayed: number;
  /** Of these, answered by another target than then. */
  readonly changed: number;
  /** Of these, answered by nobody: each target of the new plan had failed in this very exchange. */
  readonly unanswered: number;
  /** Left out because no target was asked: hits, shared calls and expired answers. */
  readonly leftOut: number;
  /** What could not be replayed and why, the most frequent first. */
  readonly notReplayed: readonly { readonly reason: string; readonly exchanges: number }[];
  /** The one with the most exchanges after comes first. */
  readonly targets: readonly TargetShare[];
  /** Decimal numbers and their currency. */
  readonly cost: Compared<string>;
  readonly latency: Compared<LatencySummary>;
}

/** What became of one exchange. Unknown values are undefined. */
export interface ReplayedExchange {
  readonly before: Pick<Target, 'backend' | 'model'>;
  /** Undefined: nobody. */
  readonly after: Pick<Target, 'backend' | 'model'> | undefined;
  readonly costNano: Change;
  readonly latencyMs: Change;
}

/** A value then and now. */
export interface Change {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** Sums up what was replayed. */
export function summarize(replayed: readonly ReplayedExchange[]): Omit<SimulationReport, 'leftOut' | 'notReplayed'> {
  const answered = replayed.filter(({ after }) => after !== undefined);
  return {
    replayed: replayed.length,
    changed: answered.filter(({ before, after }) => after !== undefined && !isSame(before, after)).length,
    unanswered: replayed.length - answered.length,
    targets: shareOut(replayed),
    cost: compare(
      answered.map(({ costNano }) => costNano),
      sumUp,
    ),
    latency: compare(
      answered.map(({ latencyMs }) => latencyMs),
      describeLatencies,
    ),
  };
}

type Named = Pick<Target, 'backend' | 'model'>;

/** Whether two targets are the same backend and model. */
export const isSame = (one: Named, other: Named): boolean => one.backend === other.backend && one.model === other.model;

const shareOut = (replayed: readonly ReplayedExchange[]): readonly TargetShare[] => {
  const counts = new Map<string, { readonly target: Named; before: number; after: number }>();
  const countsOf = (target: Named): { before: number; after: number } => {
    const name = JSON.stringify([target.backend, target.model]);
    const found = counts.get(name) ?? { target, before: 0, after: 0 };
    counts.set(name, found);
    return found;
  };
  for (const { before, after } of replayed) {
    countsOf(before).before += 1;
    if (after !== undefined) countsOf(after).after += 1;
  }
  return [...counts.values()]
    .sort((a, b) => b.after - a.after || b.before - a.before)
    .map(({ target: { backend, model }, before, after }) => ({
      backend,
      model,
      before,
      after,
      shareBefore: roundShare(before / replayed.length),
      shareAfter: roundShare(after / replayed.length),
    }));
};

const compare = <T>(changes: readonly Change[], describe: (values: readonly number[]) => T): Compared<T> => {
  const before: number[] = [];
  const after: number[] = [];
  let unknownBefore = 0;
  let unknownAfter = 0;
  for (const change of changes) {
    if (change.before === undefined) unknownBefore += 1;
    if (change.after === undefined) unknownAfter += 1;
    if (change.before === undefined || change.after === undefined) continue;
    before.push(change.before);
    after.push(change.after);
  }
  return {
    before: describe(before),
    after: describe(after),
    exchanges: before.length,
    unknownBefore,
    unknownAfter,
  };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const sumUp = (nanos: readonly number[]): string => formatUsd(sum(nanos));

const describeLatencies = (latencies: readonly number[]): LatencySummary => {
  const sorted = [...latencies].sort((a, b) => a - b);
  return {
    meanMs: sorted.length === 0 ? undefined : roundMs(sum(sorted) / sorted.length),
    p95Ms: roundMs(sorted[Math.ceil(0.95 * sorted.length) - 1]),
  };
};
