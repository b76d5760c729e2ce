import type { Metric, Registry } from 'prom-client';

import { createSeriesSet } from './series-set.js';

/** A histogram of durations, which forgets everything when its registry does. */
export interface DurationHistogram {
  /** Counts a duration under label values in the order of the label names. */
  observe(seconds: number, labelValues: readonly string[]): void;
}

export interface DurationHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds in seconds, ascending; what is above the last one counts too. */
  readonly buckets: readonly number[];
  /** Asks for the counts whenever it makes a text. */
  readonly registry: Registry;
}

interface Durations {
  /** How many fell into each bucket, and at the end those above the last bound. */
  readonly perBucket: number[];
  sumSeconds: number;
}

/**
 * Creates a histogram that a registry of prom-client shows. prom-client's own puts a text together from all labels for each
 * duration, to find its series by: some 4 microseconds, four times in every request.
 */
export function createDurationHistogram(options: DurationHistogramOptions): DurationHistogram {
  const { name, help, labels, buckets, registry } = options;
  const series = createSeriesSet(labels, (): Durations => ({
    perBucket: new Array<number>(buckets.length + 1).fill(0),
    sumSeconds: 0,
  }));

  const bucketOf = (seconds: number): number => {
    let bucket = 0;
    while (bucket < buckets.length && seconds > (buckets[bucket] as number)) bucket += 1;
    return bucket;
  };

  const read = () =>
    series.all().flatMap(({ labels: own, count: { perBucket, sumSeconds } }) => {
      let upToHere = 0;
      const counts = perBucket.map((count, bucket) => {
        upToHere += count;
        return { metricName: `${name}_bucket`, labels: { le: buckets[bucket] ?? '+Inf', ...own }, value: upToHere };
      });
      return [
        ...counts,
        { metricName: `${name}_sum`, labels: own, value: sumSeconds },
        { metricName: `${name}_count`, labels: own, value: upToHere },
      ];
    });

  const metric = {
    name,
    get: () => Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values: read() }),
    reset: series.clear,
  };
  // The registry's type names prom-client's classes; of a metric it uses what is here.
  registry.registerMetric(metric as unknown as Metric);

  return {
    observe(seconds, labelValues) {
      const durations = series.find(labelValues);
      const bucket = bucketOf(seconds);
      durations.perBucket[bucket] = (durations.perBucket[bucket] as number) + 1;
      durations.sumSeconds += seconds;
    },
  };
}
