import type { Clock } from '@claudette/core';

/** Watches how long single waits take. */
export interface IdleWatch {
  /** A wait begins. */
  begin(): void;
  /** It is over; the time until the next one does not count. */
  end(): void;
  /** Nothing is watched from here on. */
  stop(): void;
}

/**
 * Calls `onIdle` once a wait lasts for `idleMs`. One timer serves many waits: it is not set anew for each of them but
 * looks, when it fires, how much of the present wait is left. A stream of thousands of short waits costs a few timers.
 */
export function createIdleWatch(clock: Clock, idleMs: number, onIdle: () => void): IdleWatch {
  let waitingSince: number | undefined;
  let cancelTimer: (() => void) | undefined;
  let stopped = false;

  const arm = (delayMs: number): void => {
    cancelTimer = clock.after(delayMs, () => {
      cancelTimer = undefined;
      if (waitingSince === undefined) return;
      const leftMs = waitingSince + idleMs - clock.now();
      if (leftMs > 0) arm(leftMs);
      else onIdle();
    });
  };

  return {
    begin() {
      if (stopped) return;
      waitingSince = clock.now();
      if (cancelTimer === undefined) arm(idleMs);
    },
    end() {
      waitingSince = undefined;
    },
    stop() {
      stopped = true;
      cancelTimer?.();
    },
  };
}
