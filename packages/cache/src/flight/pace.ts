import type { Clock } from '@claudette/core';

/** When the pieces of a stream came. */
export interface Pace {
  /** A piece came just now. */
  add(bytes: number): void;
  /** Bytes and whole milliseconds in turn: how many came, and how long after the ones before (the first: after the start). */
  readonly pairs: readonly number[];
}

/** Two numbers each. */
const MAX_PAIRS = 2_000;

/** Notes pieces, those of one millisecond as one; of very many, two neighbours as one that came with the later. */
export function createPace(clock: Pick<Clock, 'now'>, startedAtMs: number): Pace {
  let lastMs = 0;

  // A plain field: see `createSharedBytes`.
  const pace: { add: Pace['add']; pairs: number[] } = {
    add(bytes) {
      const { pairs } = pace;
      const atMs = Math.floor(clock.now() - startedAtMs);
      if (atMs === lastMs && pairs.length > 0) {
        const last = pairs.length - 2;
        pairs[last] = (pairs[last] as number) + bytes;
        return;
      }
      if (pairs.length === 2 * MAX_PAIRS) pace.pairs = halve(pairs);
      pace.pairs.push(bytes, atMs - lastMs);
      lastMs = atMs;
    },
    pairs: [],
  };
  return pace;
}

const halve = (pairs: readonly number[]): number[] => {
  const merged: number[] = [];
  for (let at = 0; at < pairs.length; at += 4) {
    const [bytes = 0, ms = 0, nextBytes = 0, nextMs = 0] = pairs.slice(at, at + 4);
    merged.push(bytes + nextBytes, ms + nextMs);
  }
  return merged;
};
