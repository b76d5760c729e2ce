import type { Clock } from '@claudette/core';

const FIRST_REST_MS = 250;
const MAX_REST_MS = 5_000;

/** How long to leave a store alone after it failed, having left it alone for so long before: twice as long, within bounds. */
export const nextRestMs = (restMs: number): number => Math.min(Math.max(2 * restMs, FIRST_REST_MS), MAX_REST_MS);

export interface StoreHealthOptions {
  readonly clock: Clock;
  readonly ping: () => Promise<void>;
  /** Within which a store that is well answers. */
  readonly timeoutMs: number;
}

/**
 * Whether a store may be asked. One that once failed is left alone, and pinged in the background after growing rests until
 * it answers in time:
 *
 *     available --failed()--> resting --rest over--> asked --answer in time--> available
 *                                ^                     |
 *                                +------ no answer ----+
 */
export interface StoreHealth {
  readonly isAvailable: boolean;
  /** The store answered in time. */
  answered(): void;
  /** The store did not answer in time, or with an error. */
  failed(): void;
  /** Resolves when the store answers again; undefined while it is available. Never resolves once closed. */
  whenBack(): Promise<void> | undefined;
  /** Stops the pings. */
  close(): void;
}

export function createStoreHealth({ clock, ping, timeoutMs }: StoreHealthOptions): StoreHealth {
  /** How long the store was left alone last. It shrinks by an answer to a request alone: a ping is easily answered. */
  let restMs = 0;
  let isClosed = false;
  let back: Promise<void> | undefined;
  let tellBack = (): void => undefined;
  let cancelTimer = (): void => undefined;

  const rest = (): void => {
    if (isClosed) return;
    restMs = nextRestMs(restMs);
    cancelTimer = clock.after(restMs, ask);
  };
  const ask = (): void => {
    let isOver = false;
    const end = (next: () => void): void => {
      if (isOver) return;
      isOver = true;
      cancelTimer();
      next();
    };
    cancelTimer = clock.after(timeoutMs, () => end(rest));
    ping().then(
      () => end(recover),
      () => end(rest),
    );
  };
  const recover = (): void => {
    back = undefined;
    tellBack();
  };

  return {
    get isAvailable() {
      return back === undefined;
    },
    answered() {
      restMs = 0;
    },
    failed() {
      if (back !== undefined) return;
      back = new Promise((resolve) => (tellBack = resolve));
      rest();
    },
    whenBack: () => back,
    close() {
      isClosed = true;
      cancelTimer();
    },
  };
}
