import { Counter, Gauge, Registry } from 'prom-client';

import { createDurationHistogram } from './duration-histogram.js';
import type { DurationHistogram } from './duration-histogram.js';
import { metricCatalog } from './metric-catalog.js';
import type { LabelValues, MetricNameOf } from './metric-catalog.js';
import { createSeriesSet } from './series-set.js';
import type { SeriesSet } from './series-set.js';

/** The metrics of the catalogue, ready to be fed. Label values come in the catalogue's order. */
export interface Instruments {
  readonly contentType: string;
  /** Adds to a counter. What is not a positive, finite number is left out. Cheap: it stands in the path of every request. */
  count<Name extends MetricNameOf<'counter'>>(name: Name, amount: number, ...labels: LabelValues<Name>): void;
  /** Adds a duration to a histogram. */
  time<Name extends MetricNameOf<'histogram'>>(name: Name, durationMs: number, ...labels: LabelValues<Name>): void;
  /** Sets a gauge. */
  set<Name extends MetricNameOf<'gauge'>>(name: Name, value: number, ...labels: LabelValues<Name>): void;
  /** Forgets all values of a gauge. */
  reset(name: MetricNameOf<'gauge'>): void;
  /** Everything in the exposition format. */
  text(): Promise<string>;
  /** Sets everything back to nothing. */
  clear(): void;
}

/** What was counted since the last text. */
interface Pending {
  amount: number;
}

const nothingPending = (): Pending => ({ amount: 0 });

/**
 * Creates one instrument per row of the catalogue, in a registry of its own. prom-client hashes all labels whenever it
 * counts; so counts are gathered here and handed over when the text is made.
 */
export function createInstruments(): Instruments {
  const registry = new Registry();
  const counters = new Map<string, { readonly counter: Counter; readonly series: SeriesSet<Pending> }>();
  const histograms = new Map<string, DurationHistogram>();
  const gauges = new Map<string, Gauge>();

  for (const [name, row] of Object.entries(metricCatalog)) {
    const { type, help, labels } = row;
    const common = { name, help, labelNames: labels, registers: [registry] };
    if (type === 'counter') {
      counters.set(name, { counter: new Counter(common), series: createSeriesSet(labels, nothingPending) });
    } else if (type === 'gauge') gauges.set(name, new Gauge(common));
    else histograms.set(name, createDurationHistogram({ name, help, labels, buckets: row.buckets, registry }));
  }

  return {
    contentType: registry.contentType,
    count(name, amount, ...values) {
      if (!(amount > 0 && Number.isFinite(amount))) return;
      const pending = counters.get(name)?.series.find(values);
      if (pending !== undefined) pending.amount += amount;
    },
    time(name, durationMs, ...values) {
      if (Number.isFinite(durationMs)) histograms.get(name)?.observe(durationMs / 1000, values);
    },
    set(name, value, ...values) {
      const labels = metricCatalog[name].labels.map((label, index) => [label, String(values[index])]);
      if (Number.isFinite(value)) gauges.get(name)?.set(Object.fromEntries(labels), value);
    },
    reset: (name) => gauges.get(name)?.reset(),
    text() {
      for (const { counter, series } of counters.values()) {
        for (const { labels, count: pending } of series.all()) {
          counter.inc(labels, pending.amount);
          pending.amount = 0;
        }
      }
      return registry.metrics();
    },
    clear() {
      for (const { series } of counters.values()) series.clear();
      registry.resetMetrics();
    },
  };
}
