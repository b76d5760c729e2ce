import type { CallSignal, Clock } from '@claudette/core';

import type { Lease, Leases } from '../stores/leases.js';

/** The right to make a call while the other processes wait for its answer. */
export interface Turn {
  /** Gives it back, once what was stored can be read; whoever waits goes on. */
  end(stored?: Promise<void>): void;
}

/** What waiting came to: an answer that another process made, or a turn to make one, or neither: then everybody may. */
export interface Awaited<T> {
  readonly answer?: T | undefined;
  readonly turn?: Turn | undefined;
}

/** Lets one process at a time make a call; the others wait for what it stores, and only as long as it lives. */
export interface LeaseTurns {
  /**
   * Waits for an answer or for a turn, whichever comes first. A store that fails or takes more than 50 ms is not waited
   * for: then everybody calls, as if there were no leases.
   *
   * @param findAnswer looks whether the answer is there
   * @param signal ends the waiting with its reason
   */
  next<T>(
    name: string,
    findAnswer: () => T | undefined | Promise<T | undefined>,
    signal: CallSignal,
  ): Promise<Awaited<T>>;
}

export interface LeaseTurnsOptions {
  readonly leases: Leases;
  readonly clock: Clock;
  /** False: the store is known not to answer, so it is not asked. */
  readonly isAvailable: () => boolean;
}

/** A process that died holds the others up no longer. */
const LEASE_MS = 10_000;
const RENEW_AFTER_MS = 3_000;
const MAX_ANSWER_MS = 50;
/** A store that did not answer is left alone for so long: not every call pays for finding out. */
const LEFT_ALONE_MS = 5_000;
const SHORTEST_REST_MS = 20;
const LONGEST_REST_MS = 200;

export function createLeaseTurns({ leases, clock, isAvailable }: LeaseTurnsOptions): LeaseTurns {
  let leftAloneUntil = -Infinity;

  const leaveAlone = (): undefined => {
    leftAloneUntil = clock.now() + LEFT_ALONE_MS;
    return undefined;
  };
  /** `held`: by somebody else. Undefined: the store did not say in time. */
  const take = (name: string): Promise<Lease | 'held' | undefined> =>
    new Promise((resolve) => {
      let isLate = false;
      const cancelLimit = clock.after(MAX_ANSWER_MS, () => {
        isLate = true;
        resolve(leaveAlone());
      });
      const onAnswer = (lease: Lease | undefined): void => {
        cancelLimit();
        // Whoever asked has gone on without it: nobody else shall wait for that.
        if (isLate) void lease?.release();
        else resolve(lease ?? 'held');
      };
      const onFailure = (): void => {
        cancelLimit();
        resolve(leaveAlone());
      };
      leases.take(name, LEASE_MS).then(onAnswer, onFailure);
    });
  const rest = (ms: number, signal: CallSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        cancelRest();
        reject(signal.reason as Error);
      };
      const cancelRest = clock.after(ms, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });

  return {
    async next(name, findAnswer, signal) {
      let restMs = SHORTEST_REST_MS;
      while (isAvailable() && clock.now() >= leftAloneUntil) {
        const lease = await take(name);
        if (lease === undefined) break;
        // Looked for after the lease: who gave it back has stored its answer before.
        const answer = await findAnswer();
        if (lease !== 'held') {
          if (answer === undefined && !signal.aborted) return { turn: createTurn(lease, clock) };
          void lease.release();
        }
        signal.throwIfAborted();
        if (answer !== undefined) return { answer };
        await rest(restMs, signal);
        restMs = Math.min(2 * restMs, LONGEST_REST_MS);
      }
      signal.throwIfAborted();
      return {};
    },
  };
}

const createTurn = (lease: Lease, clock: Clock): Turn => {
  const renew = (): void => {
    cancelRenewal = clock.after(RENEW_AFTER_MS, renew);
    lease.renew().then(
      (isOurs) => {
        if (!isOurs) cancelRenewal();
      },
      // The next renewal may reach the store; if none does, the lease ends by itself.
      () => undefined,
    );
  };
  let cancelRenewal = clock.after(RENEW_AFTER_MS, renew);
  const release = (): void => void lease.release();
  return {
    end(stored) {
      cancelRenewal();
      if (stored === undefined) release();
      else void stored.then(release);
    },
  };
};
