import type { Trace } from './trace.js';

// Taken out once: a look-up of a global costs more than the call where tests run.
const { max, min } = Math;

/**
 * Every chance of a hit, in parallel arrays: to keep an item from one request for it until the next. A chance takes
 * `bytes` after each request from `from` up to but not including `until`.
 */
export interface Chances {
  readonly count: number;
  /** How many requests there are in all. */
  readonly requests: number;
  readonly from: Int32Array;
  readonly until: Int32Array;
  readonly bytes: Float64Array;
  readonly worth: Float64Array;
}

/** What somebody who knows all requests beforehand could save. */
export interface Bound {
  /** No policy with this budget saves more. */
  readonly upper: number;
  /** The price of a byte after each request at which `upper` was found. */
  readonly prices: Float64Array;
}

/** The chances of a trace, but for those of items that are larger than the whole budget. */
export function findChances({ requests }: Trace, maxBytes: number): Chances {
  const from = new Int32Array(requests.length);
  const until = new Int32Array(requests.length);
  const bytes = new Float64Array(requests.length);
  const worth = new Float64Array(requests.length);
  const lastRequests = new Map<string, number>();
  let count = 0;
  for (const [index, item] of requests.entries()) {
    const last = lastRequests.get(item.key);
    lastRequests.set(item.key, index);
    if (last === undefined || item.bytes > maxBytes) continue;
    from[count] = last;
    until[count] = index;
    bytes[count] = item.bytes;
    worth[count] = item.worth;
    count += 1;
  }
  return { count, requests: requests.length, from, until, bytes, worth };
}

/**
 * What all bytes of a chance cost together is its bytes times the difference of two of these sums.
 *
 * @param sums is written to: at each place the sum of all prices before it
 */
function sumPrices(prices: Float64Array, sums: Float64Array): void {
  let sum = 0;
  for (let index = 0; index < prices.length; index += 1) {
    sums[index] = sum;
    sum += prices[index] as number;
  }
  sums[prices.length] = sum;
}

/** What each chance costs at these prices. */
export function costChances({ count, from, until, bytes }: Chances, prices: Float64Array): Float64Array {
  const sums = new Float64Array(prices.length + 1);
  sumPrices(prices, sums);
  const costs = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const span = (sums[until[index] as number] as number) - (sums[from[index] as number] as number);
    costs[index] = (bytes[index] as number) * span;
  }
  return costs;
}

/** One price for all times, at which the best chances would fill the budget on average; more than 0 in any case. */
function averagePrice({ count, requests, from, until, bytes, worth }: Chances, maxBytes: number): number {
  const chances = Array.from({ length: count }, (_, index) => {
    const space = (bytes[index] as number) * ((until[index] as number) - (from[index] as number));
    return { space, density: (worth[index] as number) / space };
  }).sort((one, other) => other.density - one.density);
  let room = maxBytes * requests;
  let price = 0;
  for (const { space, density } of chances) {
    price = density;
    room -= space;
    if (room < 0) break;
  }
  return price;
}

/**
 * The offline problem (which chances to take, so that their bytes never exceed the budget) as a linear program, in which
 * a part of a chance may be taken; its value is never below that of the best whole choice. It is bounded from above
 * through its dual: let every byte have a price at every time. What the budget costs, plus what the chances that are
 * worth more than their bytes cost bring beyond that, is an upper bound of the program at any prices whatever. So the
 * search for the prices with the lowest bound (raise them where more is wanted than there is room for, lower them
 * elsewhere) can stop at any time and remain right; {@link scheduleOffline} shows how much it may have left.
 *
 * @param rounds of the search; each passes over the trace once
 */
export function boundOffline(chances: Chances, maxBytes: number, rounds: number): Bound {
  const { count, requests, from, until, bytes, worth } = chances;
  const prices = new Float64Array(requests).fill(averagePrice(chances, maxBytes));
  const sums = new Float64Array(requests + 1);
  const changes = new Float64Array(requests + 1);
  const everything = worth.reduce((sum, gain) => sum + gain, 0);
  let best: Bound = { upper: everything, prices: new Float64Array(requests) };

  for (let round = 0; round <= rounds; round += 1) {
    // Chances that are nearly worth their price are wanted in part, ever less of them: else all would flip at once.
    const softness = 0.5 * 0.05 ** (round / rounds);
    const step = 0.3 * 0.1 ** (round / rounds);
    sumPrices(prices, sums);
    changes.fill(0);
    let upper = maxBytes * (sums[requests] as number);
    for (let index = 0; index < count; index += 1) {
      const first = from[index] as number;
      const end = until[index] as number;
      const size = bytes[index] as number;
      const gain = worth[index] as number;
      const surplus = gain - size * ((sums[end] as number) - (sums[first] as number));
      if (surplus > 0) upper += surplus;
      const wanted = size * min(max(surplus / (softness * gain) + 0.5, 0), 1);
      changes[first] = (changes[first] as number) + wanted;
      changes[end] = (changes[end] as number) - wanted;
    }
    if (upper < best.upper) best = { upper, prices: prices.slice() };

    let wanted = 0;
    for (let index = 0; index < requests; index += 1) {
      wanted += changes[index] as number;
      const excess = min(wanted / maxBytes - 1, 1);
      prices[index] = (prices[index] as number) * (1 + step * excess);
    }
  }
  return best;
}
