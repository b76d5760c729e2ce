/** Guesses how often keys were seen lately; never too low but for the halving, seldom too high. */
export interface FrequencySketch {
  /** Counts one more of this hash, up to 15. */
  add(hash: number): void;
  countOf(hash: number): number;
  /** Halves all counts, so that what is long ago counts less. */
  halve(): void;
}

// Taken out once: a look-up of a global costs more than the call where tests run.
const { imul, min } = Math;

const rows = 4;
const mostCounted = 15;
const multipliers = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

/** A count-min sketch with conservative update. @param width counters in each of four rows, a power of two */
export function createFrequencySketch(width: number): FrequencySketch {
  const counters = new Uint8Array(rows * width);
  const shift = 32 - Math.log2(width);
  const placeOf = (hash: number, row: number): number =>
    row * width + (imul(hash ^ (hash >>> 15), multipliers[row] ?? 1) >>> shift);
  const countOf = (hash: number): number => {
    let least = mostCounted;
    for (let row = 0; row < rows; row += 1) least = min(least, counters[placeOf(hash, row)] ?? 0);
    return least;
  };

  return {
    countOf,
    add(hash) {
      const count = countOf(hash);
      if (count === mostCounted) return;
      for (let row = 0; row < rows; row += 1) {
        const place = placeOf(hash, row);
        if (counters[place] === count) counters[place] = count + 1;
      }
    },
    halve() {
      for (let place = 0; place < counters.length; place += 1) counters[place] = (counters[place] ?? 0) >> 1;
    },
  };
}

/** 32 bits of a text (FNV-1a). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
