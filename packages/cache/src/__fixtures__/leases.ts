import type { Clock } from '@claudette/core';

import type { Leases } from '../stores/leases.js';

/** Leases in a Map that several caches of a test share, as processes share those of a store. */
export interface MemoryLeases extends Leases {
  /** Who holds each lease, and until when, on the clock's `now()`. */
  readonly held: Map<string, { readonly holder: object; readonly untilMs: number }>;
  /** What was asked so far: `take`, `renew`, `release`. */
  readonly asked: string[];
  /** From now on: answers, never answers, or rejects. */
  mode: 'answers' | 'hangs' | 'rejects';
  /** Lets all go on that hang, and answers from now on. */
  resume(): void;
}

export function createMemoryLeases(clock: Clock): MemoryLeases {
  const held: MemoryLeases['held'] = new Map();
  let waiting: (() => void)[] = [];

  const answer = async <T>(what: string, work: () => T): Promise<T> => {
    leases.asked.push(what);
    if (leases.mode === 'rejects') throw new Error('the connection is gone');
    if (leases.mode === 'hangs') await new Promise<void>((resolve) => waiting.push(resolve));
    return work();
  };
  const holderOf = (name: string): object | undefined => {
    const lease = held.get(name);
    return lease !== undefined && lease.untilMs > clock.now() ? lease.holder : undefined;
  };

  const leases: MemoryLeases = {
    held,
    asked: [],
    mode: 'answers',
    resume() {
      leases.mode = 'answers';
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    take: (name, durationMs) =>
      answer('take', () => {
        if (holderOf(name) !== undefined) return undefined;
        const holder = {};
        const hold = (): void => void held.set(name, { holder, untilMs: clock.now() + durationMs });
        hold();
        return {
          renew: () =>
            answer('renew', () => {
              const isOurs = holderOf(name) === holder;
              if (isOurs) hold();
              return isOurs;
            }),
          release: () =>
            answer('release', () => {
              if (holderOf(name) === holder) held.delete(name);
            }).catch(() => undefined),
        };
      }),
  };
  return leases;
}
