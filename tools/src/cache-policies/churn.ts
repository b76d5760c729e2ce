import { createValueStore } from '@claudette/cache';
import type { ValueStore } from '@claudette/cache';

import { createRandom } from './random.js';

/** What was left after everything came and went. */
export interface Churned {
  /** What the store says it holds. */
  readonly counted: { readonly entries: number; readonly bytes: number };
  /** What it does hold. */
  readonly found: { readonly entries: number; readonly bytes: number };
  /** Memory that is in use and was not before, after a collection. */
  readonly usedBytes: number;
  /** How much larger the process became. */
  readonly grownBytes: number;
  readonly maxBytes: number;
  /** Of processor time. */
  readonly entriesPerSecond: number;
}

/** What stands for the data of an entry: an object, so that one that is never let go shows. */
interface Data {
  readonly bytes: number;
}

/** The least an entry counts for: its key, its place and its data take about as much. */
const leastBytes = 350;
const spreadBytes = 300;

/**
 * Lets entries come and go. Four of five have a new key and the others replace one of the last 100,000; for every second
 * one such a key is looked up, and for every tenth one is removed.
 */
function fill(store: ValueStore<Data>, entries: number): void {
  const random = createRandom(1);
  const recent = (newest: number): string => `churned-${newest - random.below(100_000)}`;
  for (let index = 0; index < entries; index += 1) {
    const data = { bytes: leastBytes + random.below(spreadBytes) };
    const key = index % 5 === 0 ? recent(index) : `churned-${index}`;
    store.set(key, data, { bytes: data.bytes, worth: random.below(1000) });
    if (index % 2 === 0) store.get(recent(index));
    if (index % 10 === 0) store.delete(recent(index));
  }
}

/**
 * Churns one store to the end, and before that another one to a tenth, which is emptied: so that what the engine keeps
 * for itself, as soon as anything comes and goes, is not taken for growth.
 *
 * @param entries how many come
 * @param collectGarbage node's `gc`, of `--expose-gc`
 */
export function churn(entries: number, maxBytes: number, collectGarbage: () => void): Churned {
  const measure = (): { readonly used: number; readonly resident: number } => {
    collectGarbage();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { used: heapUsed + external, resident: rss };
  };
  const warm = createValueStore<Data>({ maxBytes, maxEntries: Infinity });
  fill(warm, entries / 10);
  warm.clear();

  const before = measure();
  const store = createValueStore<Data>({ maxBytes, maxEntries: Infinity });
  const startedAt = process.cpuUsage();
  fill(store, entries);
  const { user, system } = process.cpuUsage(startedAt);
  const after = measure();

  const found = { entries: 0, bytes: 0 };
  for (const [, data] of store.entries()) {
    found.entries += 1;
    found.bytes += data.bytes;
  }
  return {
    counted: { entries: store.size, bytes: store.bytes },
    found,
    usedBytes: after.used - before.used,
    grownBytes: after.resident - before.resident,
    maxBytes,
    entriesPerSecond: (entries * 1e6) / (user + system),
  };
}
