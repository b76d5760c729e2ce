/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** From 0 up to but not including 1. */
  uniform(): number;
  /** A whole number from 0 up to but not including `count`. */
  below(count: number): number;
  /** Log-normal: `median` times e to the power of a normal number with this deviation. */
  logNormal(median: number, sigma: number): number;
}

// Taken out once: a look-up of a global costs more than the call where tests run.
const { cos, exp, floor, imul, log, PI, sqrt } = Math;

/** @param seed any whole number; the generator is mulberry32 */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  // Box-Muller; 1 - uniform() is never 0, of which there is no logarithm.
  const normal = (): number => sqrt(-2 * log(1 - uniform())) * cos(2 * PI * uniform());
  return {
    uniform,
    below: (count) => floor(uniform() * count),
    logNormal: (median, sigma) => median * exp(sigma * normal()),
  };
}

/** Draws ranks from 0 to `count` - 1, rank r with a likelihood in proportion to 1 / (r + 1) ** exponent. */
export function createZipf(count: number, exponent: number, random: Random): () => number {
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) {
    sum += (rank + 1) ** -exponent;
    upTo[rank] = sum;
  }
  return () => {
    const drawn = random.uniform() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(upTo[middle]) > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
