import { Counter, Gauge, Histogram, Registry } from 'prom-client';

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

/**
 * Creates one instrument per row of the catalogue, in a registry of its own. prom-client hashes all labels whenever it
 * counts; so counts are gathered here and handed over when the text is made.
 */
export function createInstruments(): Instruments {
  const registry = new Registry();
  const counters = new Map<string, { readonly counter: Counter; readonly series: SeriesSet }>();
  const histograms = new Map<string, { readonly histogram: Histogram; readonly series: SeriesSet }>();
  const gauges = new Map<string, Gauge>();

  for (const [name, row] of Object.entries(metricCatalog)) {
    const common = { name, help: row.help, labelNames: row.labels, registers: [registry] };
    const series = createSeriesSet(row.labels);
    if (row.type === 'counter') counters.set(name, { counter: new Counter(common), series });
    else if (row.type === 'gauge') gauges.set(name, new Gauge(common));
    else histograms.set(name, { histogram: new Histogram({ ...common, buckets: [...row.buckets] }), series });
  }

  return {
    contentType: registry.contentType,
    count(name, amount, ...values) {
      if (!(amount > 0 && Number.isFinite(amount))) return;
      const series = counters.get(name)?.series.find(values);
      if (series !== undefined) series.pending += amount;
    },
    time(name, durationMs, ...values) {
      const known = histograms.get(name);
      if (known === undefined || !Number.isFinite(durationMs)) return;
      known.histogram.observe(known.series.find(values).labels, durationMs / 1000);
    },
    set(name, value, ...values) {
      const labels = metricCatalog[name].labels.map((label, index) => [label, String(values[index])]);
      if (Number.isFinite(value)) gauges.get(name)?.set(Object.fromEntries(labels), value);
    },
    reset: (name) => gauges.get(name)?.reset(),
    text() {
      for (const { counter, series } of counters.values()) {
        for (const one of series.all()) {
          counter.inc(one.labels, one.pending);
          one.pending = 0;
        }
      }
      return registry.metrics();
    },
    clear() {
      for (const { series } of [...counters.values(), ...histograms.values()]) series.clear();
      registry.resetMetrics();
    },
  };
}
