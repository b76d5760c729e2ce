import type { Candidate, Target } from '@claudette/core';

import type { AffinityKey } from './affinity-key.js';
import { mixHashes } from './hash-text.js';
import { loadAt } from './target-turns.js';
import type { TurnBook } from './target-turns.js';

/** Times the mean load: from there on a target gets no further conversations. */
const MAX_TO_JOIN = 1.1;

/** Times the mean load: from there on conversations have to move away. */
const MAX_TO_STAY = 1.25;

/** About one turn in four seconds: with fewer a target is not busy, however few the others have. */
const MIN_LOAD = 200;

/**
 * Where a conversation belongs among candidates of which any would do: where it was answered last; else to the one that
 * rendezvous hashing gives to its beginning; else, when too many conversations begin like that, to the one it gives to the
 * conversation itself. Always unless the target had more than its share of turns lately.
 */
export function chooseByAffinity(
  { home, own }: AffinityKey,
  equals: readonly Candidate[],
  last: Target | undefined,
  book: TurnBook,
  nowMs: number,
): Candidate | undefined {
  let sum = 0;
  const places = equals.map((candidate): Place => {
    const turns = book.of(candidate.target);
    const load = loadAt(turns, nowMs);
    sum += load;
    return { candidate, hash: turns.hash, load };
  });
  const limit = (share: number): number => Math.max(MIN_LOAD, (share * sum) / places.length);

  const place =
    places.find(({ candidate, load }) => candidate.target === last && load < limit(MAX_TO_STAY)) ??
    below(rendezvous(places, home), limit(MAX_TO_JOIN)) ??
    rendezvous(
      places.filter(({ load }) => load < limit(MAX_TO_JOIN)),
      own,
    );
  return place?.candidate;
}

interface Place {
  readonly candidate: Candidate;
  /** Of the target's name. */
  readonly hash: number;
  readonly load: number;
}

const below = (place: Place | undefined, limit: number): Place | undefined =>
  place !== undefined && place.load < limit ? place : undefined;

/** The place that a key is given: the same one as long as it is there. */
const rendezvous = (places: readonly Place[], key: number): Place | undefined => {
  let chosen: Place | undefined;
  let highest = -1;
  for (const place of places) {
    const weight = mixHashes(key, place.hash);
    if (weight <= highest) continue;
    highest = weight;
    chosen = place;
  }
  return chosen;
};
