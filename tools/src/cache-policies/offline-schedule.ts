import { costChances } from './offline-bound.js';
import type { Chances } from './offline-bound.js';

// Taken out once: a look-up of a global costs more than the call where tests run.
const { max } = Math;

/** How full the cache is after each request. */
interface Occupancy {
  /** The most that is taken at any time of a span, its end not included. */
  highest(from: number, until: number): number;
  add(from: number, until: number, bytes: number): void;
}

/** A segment tree: each node holds what was added to all of its span, and the highest of its halves. Both are O(log n). */
function createOccupancy(length: number): Occupancy {
  const width = 2 ** Math.ceil(Math.log2(max(length, 2)));
  const added = new Float64Array(2 * width);
  const most = new Float64Array(2 * width);

  const highest = (node: number, start: number, end: number, from: number, until: number): number => {
    if (until <= start || end <= from) return 0;
    if (from <= start && end <= until) return most[node] as number;
    const middle = (start + end) / 2;
    const left = highest(2 * node, start, middle, from, until);
    const right = highest(2 * node + 1, middle, end, from, until);
    return max(left, right) + (added[node] as number);
  };
  const add = (node: number, start: number, end: number, from: number, until: number, bytes: number): void => {
    if (until <= start || end <= from) return;
    if (from <= start && end <= until) {
      added[node] = (added[node] as number) + bytes;
      most[node] = (most[node] as number) + bytes;
      return;
    }
    const middle = (start + end) / 2;
    add(2 * node, start, middle, from, until, bytes);
    add(2 * node + 1, middle, end, from, until, bytes);
    most[node] = max(most[2 * node] as number, most[2 * node + 1] as number) + (added[node] as number);
  };

  return {
    highest: (from, until) => highest(1, 0, width, from, until),
    add: (from, until, bytes) => add(1, 0, width, from, until, bytes),
  };
}

/** Of a nano-dollar: keeps what costs nothing finite. */
const smallestCost = 1e-9;

/**
 * What one who knows all requests beforehand does save, by taking the chances that bring most for their price as long as
 * they fit: a choice that could be made, so the truth lies between this and the upper bound.
 */
export function scheduleOffline(chances: Chances, maxBytes: number, prices: Float64Array): number {
  const { count, requests, from, until, bytes, worth } = chances;
  const costs = costChances(chances, prices);
  const meritOf = (index: number): number => (worth[index] as number) / ((costs[index] as number) + smallestCost);
  const merits = Float64Array.from({ length: count }, (_, index) => meritOf(index));
  const order = Array.from({ length: count }, (_, index) => index);
  order.sort((one, other) => (merits[other] as number) - (merits[one] as number));

  const occupancy = createOccupancy(requests);
  let saved = 0;
  for (const index of order) {
    const first = from[index] as number;
    const end = until[index] as number;
    const size = bytes[index] as number;
    if (occupancy.highest(first, end) + size > maxBytes) continue;
    occupancy.add(first, end, size);
    saved += worth[index] as number;
  }
  return saved;
}
