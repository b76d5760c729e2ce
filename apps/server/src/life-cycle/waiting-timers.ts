import type { Clock } from '@claudette/core';

/** Timers that, unlike those of a `Clock`, keep the process alive: they may be all that is left to wait for. */
export const waitingTimers: Pick<Clock, 'after'> = Object.freeze({
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
});
