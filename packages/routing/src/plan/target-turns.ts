import { targetName } from '@claudette/core';
import type { Clock, Target } from '@claudette/core';

import { HASH_SEED, hashText } from './hash-text.js';
import { createTargetMap } from '../learning/target-map.js';

/** How often, and when, a target had its turn. */
export interface TargetTurns {
  /** Of its name. */
  readonly hash: number;
  /** The number of its last turn, counted from 1 over all targets; 0 before the first. */
  readonly lastTurn: number;
  /** Its turns as they counted at its last one. */
  readonly load: number;
  readonly lastTurnAtMs: number;
}

/** Remembers the turns of targets. Holds numbers only. */
export interface TurnBook {
  of(target: Target): TargetTurns;
  take(target: Target): void;
  /** Turns taken by all. */
  readonly turns: number;
}

/** Longer than providers keep a prompt, so that chance evens out before a conversation has to move. */
const HALF_LIFE_MS = 600_000;
const MAX_TARGETS = 1000;

/** The turns of a target, of which one that is ten minutes old counts half. */
export const loadAt = ({ load, lastTurnAtMs }: TargetTurns, nowMs: number): number =>
  load === 0 ? 0 : load * 2 ** ((lastTurnAtMs - nowMs) / HALF_LIFE_MS);

/** Creates a book in which nobody had a turn. */
export function createTurnBook(clock: Pick<Clock, 'now'>): TurnBook {
  const known = createTargetMap<Mutable>(MAX_TARGETS);
  let turns = 0;

  const find = (target: Target): Mutable => {
    const found = known.get(target);
    if (found !== undefined) return found;
    const created: Mutable = { hash: hashText(HASH_SEED, targetName(target)), lastTurn: 0, load: 0, lastTurnAtMs: 0 };
    known.add(target, created);
    return created;
  };

  return {
    of: find,
    take(target) {
      const nowMs = clock.now();
      const found = find(target);
      turns += 1;
      found.lastTurn = turns;
      found.load = loadAt(found, nowMs) + 1;
      found.lastTurnAtMs = nowMs;
    },
    get turns() {
      return turns;
    },
  };
}

type Mutable = { -readonly [Field in keyof TargetTurns]: TargetTurns[Field] };
