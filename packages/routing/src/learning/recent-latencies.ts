/** The latest latencies of one kind of reply, and what they tell. */
export interface RecentLatencies {
  add(latencyMs: number): void;
  /** Moving average; the mean of the first ones, as long as there are few. Undefined before the first. */
  readonly averageMs: number | undefined;
  /** Undefined before the first. */
  readonly fastestMs: number | undefined;
  /** What so great a share of them, 0 to 1, does not exceed. Undefined while there are too few to say. */
  percentile(share: number): number | undefined;
}

const WINDOW = 64;

/** Of fewer, a high percentile is nothing but the slowest one. */
const MIN_SAMPLES = 20;

/** Creates an empty window over the last 64 latencies, kept in order of size, so that every question is one look. */
export function createRecentLatencies(smoothing: number): RecentLatencies {
  const arrived = new Float64Array(WINDOW);
  const sorted = new Float64Array(WINDOW);
  let count = 0;
  let next = 0;
  let seen = 0;
  let average = 0;

  const remove = (value: number): void => {
    const place = sorted.indexOf(value);
    sorted.copyWithin(place, place + 1, count);
    count -= 1;
  };

  const insert = (value: number): void => {
    let place = count;
    while (place > 0 && Number(sorted[place - 1]) > value) {
      sorted[place] = Number(sorted[place - 1]);
      place -= 1;
    }
    sorted[place] = value;
    count += 1;
  };

  return {
    add(latencyMs) {
      if (count === WINDOW) remove(Number(arrived[next]));
      arrived[next] = latencyMs;
      next = (next + 1) % WINDOW;
      insert(latencyMs);
      seen += 1;
      average += Math.max(smoothing, 1 / seen) * (latencyMs - average);
    },
    get averageMs() {
      return seen === 0 ? undefined : average;
    },
    get fastestMs() {
      return count === 0 ? undefined : sorted[0];
    },
    percentile(share) {
      return count < MIN_SAMPLES ? undefined : sorted[Math.max(0, Math.ceil(share * count) - 1)];
    },
  };
}
