import { Counter, Gauge, Histogram, Registry } from 'prom-client';

import { metricCatalog } from './metric-catalog.js';
import type { LabelValues, MetricName, MetricNameOf } from './metric-catalog.js';

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

type Labels = Record<string, string>;

/** Faster than a join of the few values that there are. */
const keyOf = (values: readonly string[]): string => {
  let key = '';
  for (const value of values) key += `${value}\n`;
  return key;
};

/** Counted since the last text. */
interface Tally {
  readonly labels: Labels;
  pending: number;
}

/**
 * Creates one instrument per row of the catalogue, in a registry of its own. prom-client hashes all labels whenever it
 * counts; so counts are gathered here, under one short key, and handed over when the text is made.
 */
export function createInstruments(): Instruments {
  const registry = new Registry();
  const counters = new Map<string, { readonly counter: Counter; readonly tallies: Map<string, Tally> }>();
  const histograms = new Map<string, { readonly histogram: Histogram; readonly labels: Map<string, Labels> }>();
  const gauges = new Map<string, Gauge>();

  for (const [name, row] of Object.entries(metricCatalog)) {
    const common = { name, help: row.help, labelNames: row.labels, registers: [registry] };
    if (row.type === 'counter') counters.set(name, { counter: new Counter(common), tallies: new Map() });
    else if (row.type === 'gauge') gauges.set(name, new Gauge(common));
    else
      histograms.set(name, { histogram: new Histogram({ ...common, buckets: [...row.buckets] }), labels: new Map() });
  }

  const labelsOf = (name: MetricName, values: readonly string[]): Labels =>
    Object.fromEntries(metricCatalog[name].labels.map((label, index) => [label, String(values[index])]));

  return {
    contentType: registry.contentType,
    count(name, amount, ...values) {
      if (!(amount > 0 && Number.isFinite(amount))) return;
      const tallies = counters.get(name)?.tallies;
      const key = keyOf(values);
      const tally = tallies?.get(key);
      if (tally === undefined) tallies?.set(key, { labels: labelsOf(name, values), pending: amount });
      else tally.pending += amount;
    },
    time(name, durationMs, ...values) {
      const known = histograms.get(name);
      if (known === undefined || !Number.isFinite(durationMs)) return;
      const key = keyOf(values);
      let labels = known.labels.get(key);
      if (labels === undefined) known.labels.set(key, (labels = labelsOf(name, values)));
      known.histogram.observe(labels, durationMs / 1000);
    },
    set(name, value, ...values) {
      if (Number.isFinite(value)) gauges.get(name)?.set(labelsOf(name, values), value);
    },
    reset: (name) => gauges.get(name)?.reset(),
    text() {
      for (const { counter, tallies } of counters.values()) {
        for (const tally of tallies.values()) {
          counter.inc(tally.labels, tally.pending);
          tally.pending = 0;
        }
      }
      return registry.metrics();
    },
    clear() {
      for (const { tallies } of counters.values()) tallies.clear();
      registry.resetMetrics();
    },
  };
}
